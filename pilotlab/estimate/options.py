"""Options: the arguments of `did`, checked by themselves before any data are read."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Integral
from typing import Any, Literal, get_args

from pilotlab.errors import UsageError, unknown
from pilotlab.spec import engine
from pilotlab.wording.lists import listed, some

COHORT_DEFAULT = "first_week"
WHERE_STARTS_DIFFER = "group_time"  # what `auto` takes then
WHERE_STARTS_ARE_DRAWN = "gls_imputation"  # and where chance decided who starts when
# Literals are for editors and type checkers; a contract test holds them against the engine's tables.
EstimatorName = Literal[
    "auto",
    "change",
    "ancova",
    "twfe",
    "synthetic_did",
    "synthetic_control",
    "event_study",
    "group_time",
    "sun_abraham",
    "imputation",
    "rollout",
    "gls_imputation",
    "poisson",
    "binomial",
    "triple",
    "dose",
]
InferenceName = Literal[
    "auto",
    "randomization",
    "cr2",
    "jackknife",
    "wild",
    "bootstrap",
    "placebo",
    "cluster",
    "exact",
    "iid",
    "hetero",
]
Aggregate = Literal["overall", "event_time", "cohort", "week"]
Comparison = Literal["never_treated", "not_yet_treated"]
BasePeriod = Literal["varying", "universal"]
Adjust = Literal["dr", "ipw", "reg"]
_CHOICES: dict[str, tuple[str, ...]] = {
    "aggregate": get_args(Aggregate),
    "comparison": get_args(Comparison),
    "base_period": get_args(BasePeriod),
    "adjust": get_args(Adjust),
}
_NEEDED = {"dose": "dose", "triple": "group"}
_ELSEWHERE = {
    "exposure": "an exposure of counts",
    "dose": "a dose in place of a treated indicator",
    "group": "the affected group of a triple difference",
    "balance": "event times that every cohort reaches",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What was asked; names are columns."""

    outcome: str
    unit: str | None
    time: str
    cohort: str
    estimator: str
    aggregate: str
    balance: int | None
    comparison: str
    base_period: str
    covariates: tuple[str, ...]
    adjust: str
    baseline: int | None
    washin: int
    exclude: tuple[Any, ...]
    anticipation: int
    strata: str | None
    pairs: str | None
    cluster: str | None
    assignment: Any
    weights: str | None
    treatment: str | None
    exposure: str | None
    dose: str | None
    group: str | None
    inference: str
    alpha: float
    reps: int | None
    seed: int
    outcome_unit: str

    @property
    def row_columns(self) -> tuple[tuple[str, str], ...]:
        """Arguments and columns read row by row beside outcome and weights: exposure or dose first, then covariates."""
        own = [
            (name, getattr(self, name)) for name in ("exposure", "dose") if getattr(self, name) is not None
        ]
        return (*own, *(("covariates", name) for name in self.covariates))

    @property
    def cohort_left_out(self) -> bool:
        """Whether nothing was said of cohorts, as a dose allows."""
        return self.dose is not None and self.treatment is None and self.cohort == COHORT_DEFAULT

    def check(self) -> None:
        """Refuse what can't be meant, argument by argument.

        Raises
        ------
        UsageError
            Names the argument, its value and what would do.
        """
        if self.estimator != "auto":
            engine.refuse_taken(self.estimator)
            engine.row(self.estimator)
        if self.inference not in ("auto", *engine.INFERENCES):
            raise unknown("inference", self.inference, ("auto", *engine.INFERENCES))
        for name, known in _CHOICES.items():
            if getattr(self, name) not in known:
                raise unknown(name, getattr(self, name), known)
        self._check_numbers()
        self._check_applicable()
        self._check_for_others()

    def _check_numbers(self) -> None:
        _whole("baseline", self.baseline, least=1, optional=True)
        _whole("washin", self.washin, least=0)
        _whole("anticipation", self.anticipation, least=0)
        _whole("reps", self.reps, least=99, optional=True)
        _whole("seed", self.seed, least=0)
        if isinstance(self.alpha, bool) or not isinstance(self.alpha, int | float):
            raise UsageError(f"alpha {self.alpha!r} is no number", fix="write 0.05 for a 95 % interval")
        if not 0 < self.alpha < 0.5:
            raise UsageError(
                f"alpha {self.alpha!r} is not between 0 and 0.5", fix="write 0.05 for a 95 % interval"
            )
        if not isinstance(self.outcome_unit, str):
            raise UsageError(f"outcome_unit {self.outcome_unit!r} is not text", fix="write it like 'h/week'")

    def _check_applicable(self) -> None:
        for name, what in _ELSEWHERE.items():
            able = [each for each, entry in engine.ESTIMATORS.items() if name in entry.reads]
            chosen = self.estimator in able or (self.estimator == "auto" and able)
            if getattr(self, name) is not None and not chosen:
                others = f", or estimator {' or '.join(map(repr, able))}" if able else ""
                raise UsageError(
                    f"{name}={getattr(self, name)!r}: {what} does not belong to estimator {self.estimator!r}",
                    fix=f"leave {name} out{others}",
                )
        needed = _NEEDED.get(self.estimator)
        if needed is not None and getattr(self, needed) is None:
            raise UsageError(
                f"estimator {self.estimator!r} needs {needed}",
                fix=f"name the column that holds {_ELSEWHERE[needed]}",
            )
        self._check_read()
        self._check_aggregate()
        self._check_inference()
        if self.strata is not None and self.pairs is not None:
            raise UsageError(
                "strata and pairs are both given; a pair is a stratum of two units", fix="give one of them"
            )
        if self.treatment is not None and self.cohort != COHORT_DEFAULT:
            raise UsageError(
                f"cohort {self.cohort!r} and treatment {self.treatment!r} say the same thing twice",
                fix="give one of them",
            )

    def _check_read(self) -> None:
        """Refuse what the estimator does not read, and columns that can't be their own covariates."""
        entry = None if self.estimator == "auto" else engine.row(self.estimator)
        for name in entry.lacks if entry else ():
            if getattr(self, name):
                given = getattr(self, name) if name == "weights" else some(list(self.covariates))
                raise UsageError(
                    f"{name} {given!r}: estimator {self.estimator!r} reads none",
                    fix=f"leave {name} out, or estimator 'change', 'twfe' or 'group_time'",
                )
        for at, name in enumerate(self.covariates):
            if name in self.covariates[:at]:
                raise UsageError(f"covariate {name!r} is given twice", fix="give it once")
            for argument in ("outcome", "treatment", "cohort", "dose", "exposure"):
                if name == getattr(self, argument):
                    raise UsageError(
                        f"covariate {name!r} is the {argument}, and would explain the effect away",
                        fix="give covariates that the treatment can't have moved",
                    )

    def _check_aggregate(self) -> None:
        """Each estimator's row says which aggregates it gives."""
        auto = self.estimator == "auto"
        able = [name for name, row in engine.ESTIMATORS.items() if self.aggregate in row.aggregates]
        if able if auto else self.aggregate in engine.row(self.estimator).aggregates:
            return
        fix = "aggregate 'overall'" + (
            f", or estimator {' or '.join(map(repr, able))} with {self.aggregate!r}" if able else ""
        )
        raise UsageError(
            f"aggregate {self.aggregate!r} can't be had from estimator {self.estimator!r}", fix=fix
        )

    def _check_inference(self) -> None:
        """Each estimator's row says which inferences it takes."""
        if self.estimator == "auto":
            return
        entry = engine.row(self.estimator)
        if self.inference in ("auto", *entry.inferences):
            return
        able = [name for name, row in engine.ESTIMATORS.items() if self.inference in row.inferences]
        fix = f"inference {', '.join(name for name in entry.inferences if name in engine.INFERENCES)}"
        raise UsageError(
            f"inference {self.inference!r} does not go with estimator {self.estimator!r}",
            fix=fix + (f"; or estimator {listed(able, 'or')}" if able else ""),
        )

    def _check_for_others(self) -> None:
        """Refuse what only some estimators read; the event study's base is universal anyway."""
        by_event_time = self.estimator == "event_study" or self.aggregate == "event_time"
        asked = {"comparison": "never_treated", "adjust": "dr", "base_period": "varying"}
        for name, default in asked.items():
            value = getattr(self, name)
            able = [each for each, entry in engine.ESTIMATORS.items() if name in entry.reads]
            read = self.estimator in ("auto", *able) or (name == "base_period" and by_event_time)
            if value != default and not read:
                raise UsageError(
                    f"{name} {value!r} is not read by estimator {self.estimator!r}",
                    fix=f"leave {name} out, or estimator {' or '.join(map(repr, able))}",
                )


def _whole(name: str, value: object, *, least: int, optional: bool = False) -> None:
    if value is None and optional:
        return
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise UsageError(
            f"{name} {value!r} is not a whole number of at least {least}", fix=f"write {name}={least} or more"
        )


def names(value: str | Iterable[str] | None) -> tuple[str, ...]:
    """Read one column name, several, or none."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def values(value: Any) -> tuple[Any, ...]:
    """Read a list of times; a single time is a list of one."""
    if value is None:
        return ()
    if isinstance(value, str) or not isinstance(value, Iterable):
        return (value,)
    return tuple(item for item in value if not (isinstance(item, float) and math.isnan(item)))
