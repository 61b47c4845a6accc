"""Laws: where an estimate's intervals, bounds and p come from, one method for all of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from scipy import special

from pilotlab.errors import UsageError, unknown
from pilotlab.release.rounding import Rounding, probability
from pilotlab.stored import reading

if TYPE_CHECKING:
    from pilotlab.stats.randomization.exact_counts import ConditionalCounts
    from pilotlab.stats.randomization.rollout_draws import RolloutResult
    from pilotlab.stats.randomization.sharp_null import RandomizationResult
    from pilotlab.stats.variance.multiplier import MultiplierResult
    from pilotlab.stats.variance.wild_result import WildResult

Side = Literal["lower", "upper"]
Direction = Literal["greater", "less"]
SIDES: tuple[Side, ...] = ("lower", "upper")
DIRECTIONS = ("greater", "less")
_KEPT = ("p_value", "p_greater", "p_less", "alphas", "interval", "bounds")  # what `Stored` answers from
STORED_ALPHAS = tuple(step / 1000 for step in range(1, 501))


class Law(Protocol):
    """What an `Estimate` asks for its uncertainty; levels have been checked before."""

    @property
    def p_value(self) -> float:
        """Two-sided p of no effect."""
        ...

    def interval(self, alpha: float) -> tuple[float, float]:
        """Two-sided interval at level 1 - alpha."""
        ...

    def bound(self, side: Side, alpha: float) -> float:
        """One-sided bound at level 1 - alpha."""
        ...

    def p_one_sided(self, direction: Direction, null: float) -> float:
        """One-sided p against an effect of `null`; `greater` is small where the effect looks larger."""
        ...

    def to_dict(self, alpha: float) -> dict[str, Any]:
        """Plain data, from which `from_dict` rebuilds."""
        ...


@dataclass(frozen=True, slots=True)
class Student:
    """Student's t around the estimate; `df` is infinite for a normal."""

    att: float
    se: float
    df: float

    @property
    def p_value(self) -> float:
        """Two-sided p of no effect."""
        return min(1.0, 2 * min(self.p_one_sided("greater", 0.0), self.p_one_sided("less", 0.0)))

    def interval(self, alpha: float) -> tuple[float, float]:
        """Two-sided interval at level 1 - alpha."""
        half = self._reach(alpha / 2)
        return self.att - half, self.att + half

    def bound(self, side: Side, alpha: float) -> float:
        """One-sided bound at level 1 - alpha."""
        reach = self._reach(alpha)
        return self.att - reach if side == "lower" else self.att + reach

    def p_one_sided(self, direction: Direction, null: float) -> float:
        """One-sided p against an effect of `null`."""
        distance = self.att - null if direction == "greater" else null - self.att
        if self.se == 0:
            return 0.0 if distance > 0 else 1.0
        return _beyond(distance / self.se, self.df)

    def to_dict(self, alpha: float) -> dict[str, Any]:  # noqa: ARG002 - the same at every level
        """Plain data."""
        return {"kind": "student", "df": self.df if math.isfinite(self.df) else None}

    def _reach(self, tail: float) -> float:
        return _critical(tail, self.df) * self.se if self.se > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Draws:
    """A test by draws, held in memory: any level can be asked."""

    result: RandomizationResult | WildResult | MultiplierResult | RolloutResult = field(repr=False)
    _asked: dict[float, tuple[float, float]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def p_value(self) -> float:
        """Two-sided p of no effect."""
        return self.result.p_two_sided

    def interval(self, alpha: float) -> tuple[float, float]:
        """Two-sided interval at level 1 - alpha, by inverting the test; inverted once a level."""
        if alpha not in self._asked:
            self._asked[alpha] = self.result.interval(alpha)
        return self._asked[alpha]

    def bound(self, side: Side, alpha: float) -> float:
        """One-sided bound at level 1 - alpha."""
        return self.result.bound(side, alpha)

    def p_one_sided(self, direction: Direction, null: float) -> float:
        """Share of draws at least as far out, once `null` is removed."""
        return self.result.p_at(null, "upper" if direction == "greater" else "lower")

    def to_dict(self, alpha: float) -> dict[str, Any]:
        """Ends at the stored levels: each thousandth to one half, and fractions of the asked alpha."""
        levels = sorted({*STORED_ALPHAS, *(alpha / part for part in range(1, 13))})
        lower, upper = (self.result.bounds(side, levels).tolist() for side in SIDES)
        return {
            "kind": "draws",
            "p_value": self.p_value,
            "p_greater": self.p_one_sided("greater", 0.0),
            "p_less": self.p_one_sided("less", 0.0),
            "n_draws": self.result.n_draws,
            "exact": self.result.exact,
            "alphas": levels,
            "interval": [[_open(end) for end in pair] for pair in self.result.intervals(levels).tolist()],
            "bounds": [[_open(low), _open(high)] for low, high in zip(lower, upper, strict=True)],
        }


@dataclass(frozen=True, slots=True)
class Conditional:
    """A log ratio's exact law, given the totals of few events."""

    counts: ConditionalCounts = field(repr=False)

    @property
    def p_value(self) -> float:
        """Two-sided p of no effect: twice the smaller tail."""
        return self.counts.p_two_sided()

    @property
    def p_min(self) -> float:
        """Smallest two-sided p these totals can give."""
        return self.counts.p_min

    def interval(self, alpha: float) -> tuple[float, float]:
        """Two-sided interval at level 1 - alpha."""
        return self.counts.interval(alpha)

    def bound(self, side: Side, alpha: float) -> float:
        """One-sided bound at level 1 - alpha."""
        return self.counts.bound(side, alpha)

    def p_one_sided(self, direction: Direction, null: float) -> float:
        """One-sided p against a log ratio of `null`."""
        return self.counts.tail(null, "upper" if direction == "greater" else "lower")

    def to_dict(self, alpha: float) -> dict[str, Any]:  # noqa: ARG002 - the same at every level
        """Plain data: the law itself."""
        weights = self.counts.log_weights.tolist()
        return {
            "kind": "conditional",
            "observed": self.counts.observed,
            "first": self.counts.first,
            "log_weights": weights,
        }


@dataclass(frozen=True, slots=True)
class Stored:
    """Draws as they were stored: answers at the levels that were kept, and no others."""

    data: Mapping[str, Any] = field(repr=False)

    @property
    def p_value(self) -> float:
        """Two-sided p of no effect."""
        return float(self.data["p_value"])

    def interval(self, alpha: float) -> tuple[float, float]:
        """Two-sided interval at a stored level."""
        return _ends(self.data["interval"][self._at(alpha)])

    def bound(self, side: Side, alpha: float) -> float:
        """One-sided bound at a stored level."""
        return _ends(self.data["bounds"][self._at(alpha)])[SIDES.index(side)]

    def p_one_sided(self, direction: Direction, null: float) -> float:
        """One-sided p of no effect; other nulls need the draws."""
        if null != 0:
            raise UsageError(
                f"null {null!r}: a stored estimate holds the p of no effect alone",
                fix="run `did` again, or ask for a bound",
            )
        return float(self.data[f"p_{direction}"])

    def to_dict(self, alpha: float) -> dict[str, Any]:  # noqa: ARG002 - as it was stored
        """Plain data."""
        return dict(self.data)

    def _at(self, alpha: float) -> int:
        for index, level in enumerate(self.data["alphas"]):
            if abs(level - alpha) < 1e-9:
                return index
        raise UsageError(
            f"level {1 - alpha!r} was not stored with this estimate",
            fix="ask for a level in steps of a tenth of a per cent, such as 0.95, or run `did` again",
        )


@dataclass(frozen=True, slots=True)
class Released:
    """A law that answers with what may be seen of it: rounded ends, and in plain data those of one level alone."""

    law: Law = field(repr=False)
    rounding: Rounding

    @property
    def p_value(self) -> float:
        """Two-sided p of no effect."""
        return probability(self.law.p_value)

    def interval(self, alpha: float) -> tuple[float, float]:
        """Two-sided interval at level 1 - alpha, rounded."""
        return self.rounding.ends(self.law.interval(alpha))

    def bound(self, side: Side, alpha: float) -> float:
        """One-sided bound at level 1 - alpha, rounded."""
        return self.rounding.number(self.law.bound(side, alpha))

    def p_one_sided(self, direction: Direction, null: float) -> float:
        """One-sided p against an effect of `null`."""
        return probability(self.law.p_one_sided(direction, null))

    def to_dict(self, alpha: float) -> dict[str, Any]:
        """Plain data: interval and bounds at the asked level; many levels together would tell the digits that are rounded off."""
        return {
            "kind": "released",
            "p_value": self.p_value,
            "p_greater": self.p_one_sided("greater", 0.0),
            "p_less": self.p_one_sided("less", 0.0),
            "alphas": [alpha],
            "interval": [[_open(end) for end in self.interval(alpha)]],
            "bounds": [[_open(self.bound(side, alpha)) for side in SIDES]],
        }


@reading("Estimate.law")
def rebuild(data: Mapping[str, Any], att: float, se: float) -> Law:
    """Make a law of what `to_dict` wrote."""
    if data["kind"] == "student":
        return Student(att, se, math.inf if data["df"] is None else data["df"])
    if data["kind"] in ("draws", "released"):
        return Stored({**data, **{name: data[name] for name in _KEPT}})
    if data["kind"] == "conditional":
        from pilotlab.stats.randomization.exact_counts import ConditionalCounts

        weights = np.asarray(data["log_weights"])
        return Conditional(ConditionalCounts(data["observed"], data["first"], weights))
    raise unknown("law", data["kind"], ("student", "draws", "conditional", "released"))


def _open(end: float) -> float | None:
    return end if math.isfinite(end) else None


def _ends(pair: list[float | None]) -> tuple[float, float]:
    low, high = pair
    return (-math.inf if low is None else low, math.inf if high is None else high)


def _beyond(t: float, df: float) -> float:
    """Chance that Student's t, normal where df is infinite, lies above t; scipy.stats says the same in 30 times the time."""
    return float(special.stdtr(df, -t))


def _critical(tail: float, df: float) -> float:
    """Value above which Student's t lies with chance `tail`."""
    return -float(special.stdtrit(df, tail))
