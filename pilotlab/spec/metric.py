"""Metrics: what is measured, in which unit, and what it may be used for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field, PlainSerializer, SerializerFunctionWrapHandler, model_serializer

from pilotlab.spec.frozen import Flag, Frozen, Number, Text, Whole
from pilotlab.spec.say import Say
from pilotlab.wording.effects import LOG_DECIMALS, PER_CENT, Words
from pilotlab.wording.numbers import typed
from pilotlab.wording.sentences import Grammar, by_label

# What a value is, and who may see it. All else of a metric is its words, and what to expect of it.
MEASURED = (
    "id",
    "version",
    "unit",
    "level",
    "direction",
    "kind",
    "range",
    "rate",
    "roles",
    "min_group",
    "window_weeks",
    "cadence_weeks",
    "transform",
    "sensitive",
    "activity",
)

Role = Literal["goal", "guardrail", "watch", "adherence"]
Direction = Literal["higher", "lower", "context"]


def _in_order(roles: Iterable[str]) -> list[str]:
    return sorted(roles)


Roles = Annotated[
    frozenset[Role], Field(min_length=1), PlainSerializer(_in_order)
]  # a set has no order, a digest needs one


class Planning(Frozen):
    """Planning defaults: what to expect of a value before there is a baseline."""

    sd: Number | None = Field(None, gt=0)  # in the metric's unit; None: not known in that unit
    sd_of: Literal["team_week", "person", "event"] = (
        "team_week"  # whose values spread so: a person's spread wider than a team's mean
    )
    icc: Number | None = Field(None, ge=0, le=1)  # share of the variance that stays with a team
    autocorrelation: Number | None = Field(None, ge=-1, le=1)  # lag 1, within a unit
    basis: str = ""


class Rate(Frozen):
    """How a count becomes a rate: people, or events, of an exposure; the count is entered, the rate is computed."""

    count: Text  # "people who left"
    of: Text  # "people in the team"
    times: Number = Field(gt=0)  # what one of one in a week is in the metric's unit
    most: Number | None = Field(None, gt=0)  # largest count that is plausible in a team-week


class MetricSpec(Frozen):
    """One thing a team reports; its role and its margin belong to the pilot that uses it.

    Examples
    --------
    >>> metric = MetricSpec(id="tickets_closed", label="Tickets closed", family="outcome", unit="tickets/week",
    ...                     direction="higher", kind="count", roles={"goal", "watch"})
    >>> metric.key
    'tickets_closed@1'
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: Whole = Field(1, ge=1)
    label: Text
    say: Say | None = None
    question: str = ""
    family: Literal["outcome", "collaboration", "quality_of_life", "retention", "adherence", "cost"]
    unit: Text
    level: Literal["team", "person"] = "team"
    direction: Direction
    kind: Literal["continuous", "share", "count", "rating", "median"]
    range: tuple[Number, Number] | None = None
    rate: Rate | None = None  # where a count of an exposure is entered, and not the value itself
    roles: Roles
    min_group: Whole = Field(5, ge=5)  # respondents; may only be raised
    window_weeks: Whole = Field(1, ge=1)  # a value looks back this many weeks
    cadence_weeks: Whole = Field(1, ge=1)  # a value is due every so many weeks
    transform: Literal["none", "log", "logit"] = "none"
    decimals: Annotated[Whole, Field(ge=0, le=6)] = 2
    sensitive: Flag = False
    activity: Flag = False  # counts activity (messages, hours online): never a goal
    planning: Planning = Planning()
    gaming: str = ""  # how a number could look better without being better
    source: str = ""

    @model_serializer(mode="wrap")
    def _written(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out a rate that is none, so that plans frozen before there were rates keep their digest; and no sentence."""
        fields: dict[str, Any] = written(self)
        left_out = {name for name in ("rate", "say") if getattr(self, name) is None}
        return {name: value for name, value in fields.items() if name not in left_out}

    @property
    def defined(self) -> dict[str, Any]:
        """The definition as plain data, as it is frozen and stored: without its sentence, which may change at any time."""
        return {name: value for name, value in self.to_dict().items() if name != "say"}

    @property
    def measured(self) -> dict[str, Any]:
        """What is measured, as plain data: what a frozen plan promises, whatever words it is told in."""
        return {name: value for name, value in self.to_dict().items() if name in MEASURED}

    def in_words_of(self, other: MetricSpec) -> MetricSpec:
        """Return this metric with the other's words: its label, question, decimals and so on."""
        words = {name: getattr(other, name) for name in type(self).model_fields if name not in MEASURED}
        return self.model_copy(update=words)

    @property
    def key(self) -> str:
        """`cycle_time_p50@1`, as a pilot names it."""
        return f"{self.id}@{self.version}"

    @property
    def whole(self) -> float:
        """What a whole is in the unit of a share: 100 where it is written in per cent, else 1."""
        return 100.0 if self.unit.startswith("%") else 1.0

    @property
    def of_people(self) -> bool:
        """Whether a value is a mean of answers or people, so that it is told with how many they are."""
        return self.rate is None and (self.level == "person" or self.kind == "rating")

    def value_of(self, numerator: float, denominator: float) -> float:
        """Return the value that a count of an exposure, or a part of a whole, is: the only place where it is computed."""
        times = self.rate.times if self.rate else self.whole if self.kind == "share" else 1.0
        return times * numerator / denominator

    @property
    def unit_word(self) -> str:
        """The unit as it stands behind a number: `points`, without the scale in brackets."""
        return self.unit.partition(" (")[0]

    @property
    def better(self) -> int:
        """+1 where higher is better, -1 where lower is; +1 for context metrics, which are only shown."""
        return -1 if self.direction == "lower" else 1

    @property
    def words(self) -> Words:
        """How its effects are written, up being good: in its unit, or in per cent where it is analysed in log points."""
        log = self.transform == "log"
        return Words(
            label=self.label,
            unit=PER_CENT if log else self.unit_word,
            decimals=LOG_DECIMALS if log else self.decimals,
            better=self.better,
            log=log,
        )

    @property
    def grammar(self) -> Grammar:
        """How its effects are told in sentences: as it says, else that its label was higher or lower."""
        log, rated = self.transform == "log", self.kind == "rating" and self.range
        grammar = by_label(
            self.label,
            PER_CENT if log else self.unit_word,
            LOG_DECIMALS if log else self.decimals,
            better=self.better,
            log=log,
            scale=f"on a scale of {' to '.join(map(typed, self.range or ()))}" if rated else "",
        )
        said = self.say.told(context=self.direction == "context") if self.say else {}
        if log:
            said = {key: value for key, value in said.items() if key not in ("amount", "single", "decimals")}
        return replace(grammar, **said)
