"""The sentence of a metric, as it is declared under `say`."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from pilotlab.spec.frozen import Frozen, Number, Whole
from pilotlab.wording.sentences import SLOTS, leftwards

LONGEST_NAME, LONGEST_SENTENCE = 60, 160
_BRACES = re.compile(r"\{[^{}]*\}?|\}")


def _english(text: str) -> str:
    if leftwards(text):
        raise PydanticCustomError("PL128", "{wanted}", {"wanted": "words that run from left to right"})
    if "\n" in text or text.endswith((".", "!", "?", ";", ":", ",")):
        raise PydanticCustomError("PL127", "{wanted}", {"wanted": "one line without a mark at its end"})
    return text


def _without_slots(text: str) -> str:
    if _BRACES.search(text):
        raise PydanticCustomError("PL127", "{wanted}", {"wanted": "words without a slot in braces"})
    return _english(text)


def _with_slots(text: str) -> str:
    if wrong := [slot for slot in _BRACES.findall(text) if slot not in SLOTS]:
        wanted = f"a sentence whose only slots are {{x}} (number and amount) and {{n}} (the number alone), not {wrong[0]}"
        raise PydanticCustomError("PL127", "{wanted}", {"wanted": wanted})
    if sum(text.count(slot) for slot in SLOTS) > 1:
        raise PydanticCustomError("PL127", "{wanted}", {"wanted": "a sentence with one slot at most"})
    return _english(text)


def _words(longest: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=longest)


Phrase = Annotated[str, _words(LONGEST_NAME), AfterValidator(_without_slots)]
Sentence = Annotated[str, _words(LONGEST_SENTENCE), AfterValidator(_with_slots)]
Aside = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=LONGEST_NAME), AfterValidator(_without_slots)
]


class Sides(Frozen):
    """What the two ends of an interval around zero are called, by the stored value."""

    larger: Phrase = "higher"
    smaller: Phrase = "lower"


class ShownAs(Frozen):
    """How a stored number is shown."""

    times: Number = Field(1.0, gt=0)  # 100 for a share stored as 0 to 1 and shown in percentage points
    decimals: Annotated[Whole, Field(ge=0, le=6)] | None = None  # None: the metric's own


class Say(Frozen):
    """The sentence that tells a metric's effect; words, no part of a frozen plan."""

    name: Phrase | None = None  # inside a sentence: no capital, no article; None: the label
    better: Sentence | None = None  # past tense, plural subject; without a slot the size follows in brackets
    worse: Sentence | None = None
    more: Sentence | None = None  # of a context metric, in place of better and worse
    less: Sentence | None = None
    amount: Aside = ""  # {x} is number and amount: points, hours a week, percentage points
    single: Aside = ""  # the amount where the number is exactly 1
    scale: Aside = ""  # "on a scale of 1 to 5", at the first mention
    words: Sides = Sides()
    shown: ShownAs = ShownAs()
    ask_lead: str = Field("", max_length=300)  # what a team lead is asked for, where people answer

    def told(self, *, context: bool) -> dict[str, Any]:
        """What is declared, by the names of a grammar; a metric of which one way is missing is told by its label."""
        good, bad = (self.more, self.less) if context else (self.better, self.worse)
        said = {
            "name": self.name,
            "gain": good if bad else None,
            "loss": bad if good else None,
            "amount": self.amount,
            "single": self.single,
            "scale": self.scale,
            "larger": self.words.larger,
            "smaller": self.words.smaller,
            "times": self.shown.times,
            "decimals": self.shown.decimals,
        }
        return {name: value for name, value in said.items() if value not in (None, "")}
