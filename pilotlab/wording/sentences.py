"""Sentences: what a metric's estimate says in words that name the way it moved."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass

from pilotlab.wording.intervals import interval, level_of
from pilotlab.wording.numbers import number
from pilotlab.wording.orientation import Ends, Orientation

AMOUNT, ALONE = "{x}", "{n}"  # slots of a sentence: number with its amount; the number alone
SLOTS = (AMOUNT, ALONE)
LONGEST_LABEL = 60  # of a label that stands in a sentence
_PERCENTAGE_POINTS = ("%", "pp")
_LEFTWARDS = {"R", "AL", "AN", "RLE", "RLO", "RLI"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar(Orientation):
    """How the effects of one metric are told in sentences.

    Attributes
    ----------
    name : str
        Inside a sentence: "time from start to done".
    gain, loss : str
        What happened where it moved to the good, or to the bad: "teams finished a typical item {x} sooner".
    amount, single : str
        What a number counts, and the same where it is exactly 1: "minutes", "minute".
    scale : str
        "on a scale of 1 to 5", behind a size that stands in brackets.
    larger, smaller : str
        The sides of an interval around zero, by the stored value: "later", "sooner".
    times : float
        What a stored value is multiplied by where it is shown: 100 for a share shown in percentage points.
    """

    name: str
    gain: str
    loss: str
    amount: str = ""
    single: str = ""
    scale: str = ""
    larger: str = "higher"
    smaller: str = "lower"
    times: float = 1.0
    decimals: int = 2

    def sentence(
        self, value: float, ends: Ends, alpha: float, *, more: int = 0, scale: bool = True, mark: str = ""
    ) -> str:
        """Write what an effect says, without a capital and a full stop.

        A way is claimed only where the interval leaves zero out.

        Parameters
        ----------
        value, ends : float, (float, float)
            Estimate and interval on the scale of analysis; an end that does not exist is infinite.
        alpha : float
            The interval misses with this chance.
        more : int
            Further decimals.
        scale : bool
            Whether the scale is named.
        mark : str
            Stands on both sides of the size.
        """
        told = self._told(value, ends, alpha, more, mark)
        return told.claim(scale) if told.way else told.open()

    def claims(self, value: float, ends: Ends) -> int:
        """Return the way that may be claimed, by the stored value: +1, -1, or 0 where zero is not left out."""
        way = int(math.copysign(1, value)) if value else 0
        nearest = ends[0] if way > 0 else -ends[1]
        return way if way and math.isfinite(nearest) and nearest > 0 else 0

    def best(self, value: float, ends: Ends, alpha: float, *, more: int = 0, mark: str = "") -> str:
        """Write an estimate with its side: "0.04 points lower"; "no difference" at zero."""
        return self._told(value, ends, alpha, more, mark).best()

    def sides(self, value: float, ends: Ends, alpha: float, *, more: int = 0) -> str:
        """Write both ends of an interval with their sides: "95 % interval 0.38 lower to 0.29 higher"."""
        return self._told(value, ends, alpha, more, "").sides()

    def size(self, value: float, *, more: int = 0) -> str:
        """Write how large an effect of the analysis is, with its amount: "0.50 days", "4.0 percentage points"."""
        return self.with_amount(number(abs(self._sized(value)), self.decimals + more))

    def with_amount(self, written: str) -> str:
        """Put the amount behind a written number; a sign of money stands before it: "€12.00 a week"."""
        amount = self.single if self.single and written == "1" else self.amount
        if amount and unicodedata.category(amount[0]) == "Sc":
            return f"{amount[0]}{written}{amount[1:]}"
        return f"{written} {amount}".rstrip()

    def _told(self, value: float, ends: Ends, alpha: float, more: int, mark: str) -> _Told:
        sized = (self._sized(ends[0]), self._sized(ends[1]))
        return _Told(self, self._sized(value), sized, level_of(alpha), more, mark)

    def _sized(self, value: float) -> float:
        return self.shown(value) * (1.0 if self.log else self.times)


def by_label(
    label: str,
    unit: str,
    decimals: int,
    *,
    better: int = 1,
    log: bool = False,
    scale: str = "",
) -> Grammar:
    """Tell a metric that says no sentence: its label was higher or lower.

    Examples
    --------
    >>> by_label("Calm at work", "points", 2).sentence(0.2, (0.1, 0.3), 0.05)
    'calm at work was higher (by 0.20 points; 95 % interval 0.10 to 0.30)'
    """
    name = _in_a_sentence(label)
    ways = (f"{name} was higher", f"{name} was lower")
    return Grammar(
        name=name,
        gain=ways[better < 0],
        loss=ways[better > 0],
        amount="percentage points" if unit in _PERCENTAGE_POINTS and not log else unit,
        scale=scale,
        decimals=decimals,
        better=better,
        log=log,
    )


def _in_a_sentence(label: str) -> str:
    """Begin a label with a small letter, unless further capitals say that it is a name; cut what no sentence can hold."""
    words = " ".join(label.split())
    if words[1:] == words[1:].lower():
        words = words[:1].lower() + words[1:]
    return words if len(words) <= LONGEST_LABEL else f"{words[: LONGEST_LABEL - 1].rstrip()}…"


def leftwards(text: str) -> bool:
    """Whether a text runs, or turns what follows it, from right to left."""
    return any(unicodedata.bidirectional(char) in _LEFTWARDS for char in text)


@dataclass(frozen=True, slots=True)
class _Told:
    """One effect as it is told: in the shown unit, by the stored value."""

    grammar: Grammar
    value: float
    ends: Ends
    level: str
    more: int
    mark: str

    @property
    def way(self) -> int:
        return self.grammar.claims(self.value, self.ends)

    def claim(self, scale: bool) -> str:
        """Say which way it moved, by how much, and how sure that is."""
        grammar = self.grammar
        said = grammar.gain if self.way == grammar.better else grammar.loss
        reach = self._reach()
        if not any(slot in said for slot in SLOTS):
            on_scale = f" {grammar.scale}" if scale and grammar.scale and not grammar.log else ""
            return f"{said} (by {self._size()}{on_scale}; {reach})"
        alone = self._size() if grammar.log else self._marked(self._number())
        return f"{said.replace(AMOUNT, self._size()).replace(ALONE, alone)} ({reach})"

    def open(self) -> str:
        """Say that the way is open, what fits best, and what lies on each side."""
        grammar = self.grammar
        if self.value == 0 and self.ends == (0, 0):
            return f"the pilot shows no difference in {grammar.name}: the best estimate and both ends of the {self.level} interval are zero"
        return f"the pilot can't tell which way {grammar.name} moved: the best estimate is {self.best()}{self._around()}"

    def best(self) -> str:
        """Size and side of the estimate."""
        return f"{self._size()} {self._side(self.value)}" if self.value else "no difference"

    def sides(self) -> str:
        """Both ends, each with its side."""
        low, high = self.ends
        head = f"{self.level} interval"
        if math.isinf(low) and math.isinf(high):
            return f"no {head} at this size"
        if math.isinf(low):
            return f"{head} up to {self._end(high)}, with no lower end at this size"
        if math.isinf(high):
            return f"{head} from {self._end(low)}, with no upper end at this size"
        if low * high > 0:
            near, far = sorted((abs(low), abs(high)))
            return f"{head} {interval(near, far, self._places)} {self._side(low)}"
        return f"{head} {self._end(low)} to {self._end(high)}"

    def _reach(self) -> str:
        """Both ends of an interval that leaves zero out, as sizes."""
        low, high = sorted(self.way * end for end in self.ends)
        head = f"{self.level} interval"
        if leftwards(self.grammar.amount + self.grammar.scale):
            head = f"the {head}"  # a letter that runs to the right, so that the digits stay in their place
        if math.isinf(high):
            return f"{head} {number(low, self._places)} or more, with no upper end at this size"
        return f"{head} {interval(low, high, self._places)}"

    def _around(self) -> str:
        low, high = self.ends
        if math.isinf(low) and math.isinf(high):
            return f"; this design is too small to give a {self.level} interval"
        if math.isinf(low):
            return f" (the {self.level} interval ends at {self._end(high)} and has no lower end at this size)"
        if math.isinf(high):
            return (
                f" (the {self.level} interval starts at {self._end(low)} and has no upper end at this size)"
            )
        return f" ({self.sides()})"

    def _end(self, end: float) -> str:
        return f"{number(abs(end), self._places)} {self._side(end)}" if end else number(0.0, self._places)

    def _side(self, value: float) -> str:
        return self.grammar.larger if value > 0 else self.grammar.smaller

    def _size(self) -> str:
        return self._marked(self.grammar.with_amount(self._number()))

    def _number(self) -> str:
        places = self._places
        return ("less than " if _lands_on_zero(self.value, places) else "") + number(
            max(abs(self.value), 10.0**-places), places
        )

    def _marked(self, written: str) -> str:
        return f"{self.mark}{written}{self.mark}"

    @property
    def _places(self) -> int:
        """Decimals; one more where the estimate or an end would otherwise be written as zero without being zero."""
        places = self.grammar.decimals + self.more
        return places + any(_lands_on_zero(one, places) for one in (self.value, *self.ends))


def _lands_on_zero(value: float, places: int) -> bool:
    return value != 0 and math.isfinite(value) and round(abs(value), places) == 0
