"""Page one as values: the decision, the result, the promises, the timing, the policy, the groups."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator

Low = Annotated[float, BeforeValidator(lambda end: -math.inf if end is None else end)]  # null in JSON: open
High = Annotated[float, BeforeValidator(lambda end: math.inf if end is None else end)]
Phase = Literal["baseline", "announced", "washin", "counted", "blackout", "gap"]
PromiseState = Literal[
    "safe",
    "unproven",
    "leaning bad",
    "broken, fixable",
    "broken",
    "watched",
    "no alarm",
    "alarm",
    "hidden",
    "not estimable",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """An estimate with its interval, oriented; or the reason why there is none, in the number's place."""

    estimate: float | None = None
    low: Low = -math.inf
    high: High = math.inf
    reason: str = ""  # why there is no number, or no end of the interval
    would_help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A name and what stands beside it: facts, steps, things to read with care, method, digests."""

    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionBox:
    """What opens page one.

    Attributes
    ----------
    verdict : str
        "Scale", "Scale with changes", "Extend", "Stop", "Learn", "Not decision-ready".
    lead : str
        One to three sentences: size, interval, bar, price, step.
    rule : str
        Which rule, fixed when, which states; what lowered it or that nothing did.
    grade, evidence : str
        "A" and "lottery, 12 pilot and 12 comparison teams in matched pairs"; grade "" where none was given.
    decides : str
        "The COO, by 15 January 2027".
    steps : tuple of Row
        Next steps in order, labelled "1 First", "2 Then".
    facts : tuple of Row
        Further rows of the box, such as costs.
    not_made : tuple of str
        Checks that were not made and would bear on the verdict: "forecast", "slices", "robustness card".
    decided : bool
        Whether there is a recommendation; where there is none, page one prints the trust gate.
    """

    verdict: str
    lead: str
    rule: str = ""
    grade: str = ""
    evidence: str = ""
    decides: str = ""
    steps: tuple[Row, ...] = ()
    facts: tuple[Row, ...] = ()
    not_made: tuple[str, ...] = ()
    decided: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmMean:
    """An arm's mean before and after, in the metric's own direction."""

    label: str  # "Pilot teams", "Comparison teams"
    baseline: float | None
    counted: float | None
    pilot: bool = False
    n: int | None = None  # units

    @property
    def change(self) -> float | None:
        """Counted less baseline."""
        return None if self.baseline is None or self.counted is None else self.counted - self.baseline


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalResult:
    """The bar against the result."""

    metric: str  # "cycle_time_p50@1"
    label: str  # "Cycle time"
    effect: Effect
    unit: str  # "days": the effect's
    decimals: int = 2
    better: str = "better"  # "sooner": words at the ends of the axis
    worse: str = "worse"
    bar: float | None = None  # worth_it, above zero; None under `learn` and `do_no_harm`
    limit: float | None = None  # -margin, below zero, under `do_no_harm`
    state: str = ""  # "clear yes"
    finding: str = ""  # the panel's heading
    means: tuple[ArmMean, ...] = ()
    means_unit: str = ""  # "days from start to done"
    means_decimals: int = 2
    lower_is_better: bool = False
    note: str = ""
    level: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A guardrail or a watched metric against its own limit."""

    metric: str
    label: str
    effect: Effect
    unit: str  # "h", set after the number
    per: str = ""  # "a week", set after the unit where there is room
    decimals: int = 2
    limit: float | None = None  # -margin, below zero; None: no limit was set
    deciding: bool = True  # a guardrail; False: watched
    state: PromiseState = "unproven"
    reason: str = ""  # of "hidden" and "not estimable": "under 5 in an arm"

    @property
    def broken(self) -> bool:
        """Whether the limit was broken, or an alarm raised."""
        return self.state in ("broken", "broken, fixable", "alarm")

    @property
    def shown(self) -> bool:
        """Whether there is a number to plot."""
        return self.effect.estimate is not None and self.state not in ("hidden", "not estimable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Promises:
    """Promises kept."""

    finding: str
    rows: tuple[Promise, ...] = ()
    note: str = ""
    level: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of weeks with one purpose, both ends included, in event time."""

    phase: Phase
    first: int
    last: int
    label: str = ""  # "freeze"; the phase's own word without


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPoint:
    """One week of the event study, oriented. `few`: too few units, plotted hollow and off the line."""

    event_time: int
    week: str
    estimate: float | None = None
    low: float | None = None  # each week alone
    high: float | None = None
    band_low: float | None = None  # all weeks together
    band_high: float | None = None
    n: int | None = None  # units or pairs
    phase: Phase = "counted"
    few: bool = False

    def __post_init__(self) -> None:
        """Leave out ends that are not finite: a band with an open end can't be plotted."""
        for name in ("low", "high", "band_low", "band_high"):
            value = getattr(self, name)
            if value is not None and not math.isfinite(value):
                object.__setattr__(self, name, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventStudy:
    """When it happened, measured from the baseline mean."""

    label: str  # the goal's
    finding: str
    points: tuple[EventPoint, ...]
    spans: tuple[Span, ...]
    unit: str
    decimals: int = 2
    better: str = "better"
    bar: float | None = None
    start: str = ""  # Monday of week 0
    n_of: str = "teams"  # what `n` counts: "pairs", "teams", "people"
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdherenceWeek:
    """Both arms in one week; `planned` is the pilot arm's plan."""

    event_time: int
    week: str
    pilot: float | None
    comparison: float | None
    planned: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdherencePeriod:
    """Both arms over a period."""

    label: str  # "Counted, 11 weeks"
    planned: float | None
    pilot: float | None
    comparison: float | None
    gap: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adherence:
    """Did the policy happen."""

    finding: str
    label: str  # "office days a week"
    weeks: tuple[AdherenceWeek, ...]
    periods: tuple[AdherencePeriod, ...]  # the last is the counted one, which the chart's labels read
    spans: tuple[Span, ...]
    decimals: int = 1
    planned_gap: float | None = None
    minimum_gap: float | None = None
    observed_gap: float | None = None
    start: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A declared group; a hidden one stays, with its reason."""

    attribute: str  # "Commute"
    group: str  # "over 60 min"
    people: str  # banded: "25–49"
    effect: Effect
    hidden: str = ""
    broken: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Slices:
    """For whom; without rows the panel is left out."""

    finding: str
    label: str  # "burnout"
    rows: tuple[Slice, ...]
    unit: str
    decimals: int = 2
    limit: float | None = None
    note: str = ""
