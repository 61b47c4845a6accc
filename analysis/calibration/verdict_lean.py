"""The lean way to a pilot's verdict: the same company, draw, kernels and rule, without files, store and page.

What does not decide is left out: weeks, checks, watched metrics. verdicts.py holds it against the whole way.
"""

from __future__ import annotations

import tempfile
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from verdict_pilots import METRICS, Cell, remembered

import pilotlab as pl
from pilotlab.decide.gather import Records, gather
from pilotlab.decide.inputs import RuleInputs
from pilotlab.design.assignment import Assignment
from pilotlab.design.draw import draw
from pilotlab.design.strength import place_of
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.evaluate.analysis import Analysis, ArmMeans, MetricResult
from pilotlab.evaluate.threats.lost import AnswersKept, kept_by
from pilotlab.panel.presence import Window
from pilotlab.scaffold.init import write_all
from pilotlab.simulate import Company
from pilotlab.simulate.company import CONTROL, PILOT
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import PilotSpec
from pilotlab.spec.public_holidays import holiday_weeks
from pilotlab.spec.team import Team
from pilotlab.stats.randomization.draws import Design
from pilotlab.stats.randomization.sharp_null import RandomizationResult, randomization_test
from pilotlab.stats.regression.change import unit_change, unit_mean

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]

ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Weeks:
    """Which of the company's weeks are baseline and counted; masks of shape (weeks,)."""

    labels: tuple[str, ...]
    since: IntArray  # weeks since the start
    baseline: BoolArray
    counted: BoolArray
    holidays: BoolArray
    announced: int

    @property
    def expected(self) -> BoolArray:
        """Weeks in which a value is due."""
        return self.baseline | self.counted

    def before(self, weeks: int, anticipation: int) -> BoolArray:
        """The last weeks before the start, less those of anticipation."""
        return (self.since < -anticipation) & (self.since >= -anticipation - weeks)


@dataclass(frozen=True, slots=True)
class Plan:
    """A cell's declaration as read from its files, once for all seeds."""

    spec: PilotSpec
    metrics: Mapping[str, MetricSpec]
    weeks: Weeks

    @classmethod
    def of(cls, cell: Cell) -> Plan:
        """Read the files of the cell's first company."""
        company = cell.company(0)
        with tempfile.TemporaryDirectory() as folder:
            write_all({Path(folder) / name: text for name, text in cell.files(company).items()})
            spec, metrics, _ = pl.open(folder, actor="study").declared(cell.pilot)
        return cls(spec, {metric.id: metric for metric in metrics.values()}, _weeks(spec, company))


@dataclass(frozen=True)
class ByDraws:
    """What the rule asks of an estimate, from the draws that could have been made; each answer is worked out once."""

    result: RandomizationResult
    inference: str = "randomization"
    estimator: str = "change"
    se: float = 0.0  # read by what is shown alone, which then keeps the metric's decimals

    @property
    def att(self) -> float:
        return self.result.att

    @cached_property
    def ci(self) -> tuple[float, float]:
        return self.result.interval(ALPHA)

    @cached_property
    def _bounds(self) -> dict[Hashable, float]:
        return {}

    @cached_property
    def p_value(self) -> float:
        return self.result.p_two_sided

    def interval(self, level: float) -> tuple[float, float]:
        return self.ci if np.isclose(level, 1 - ALPHA) else self.result.interval(1 - level)

    def bound(self, side: Any, *, level: float) -> float:
        return remembered(self._bounds, (side, level), lambda: self.result.bound(side, 1 - level))

    def p_one_sided(self, alternative: str) -> float:
        return self.result.p_upper if alternative == "greater" else self.result.p_lower


@dataclass(frozen=True, slots=True)
class ByCr2:
    """The same from CR2 with Satterthwaite df, where no lot decided: closed form of one change a team."""

    att: float
    se: float
    df: float
    inference: str = "cr2"
    estimator: str = "change"

    @classmethod
    def of(cls, change: FloatArray, z: BoolArray) -> ByCr2:
        one, two = change[z & np.isfinite(change)], change[~z & np.isfinite(change)]
        n1, n0 = len(one), len(two)
        df = (1 / n1 + 1 / n0) ** 2 / (1 / (n1**2 * (n1 - 1)) + 1 / (n0**2 * (n0 - 1)))
        se = np.sqrt(one.var(ddof=1) / n1 + two.var(ddof=1) / n0)
        return cls(float(one.mean() - two.mean()), float(se), df)

    @property
    def ci(self) -> tuple[float, float]:
        return self.interval(1 - ALPHA)

    @property
    def p_value(self) -> float:
        return float(2 * stats.t.sf(abs(self.att) / self.se, self.df))

    def interval(self, level: float) -> tuple[float, float]:
        reach = self.se * float(stats.t.ppf((1 + level) / 2, self.df))
        return self.att - reach, self.att + reach

    def bound(self, side: str, *, level: float) -> float:
        reach = self.se * float(stats.t.ppf(level, self.df))
        return self.att - reach if side == "lower" else self.att + reach

    def p_one_sided(self, alternative: str) -> float:
        return float(stats.t.sf((1 if alternative == "greater" else -1) * self.att / self.se, self.df))


_TESTS: dict[Hashable, ByDraws] = {}
_DRAWS: dict[Hashable, Assignment] = {}


@dataclass(frozen=True)
class Pilot:
    """One simulated pilot as arrays, teams in alphabetical order.

    Attributes
    ----------
    values, people : Mapping[str, FloatArray]
        By metric, shape (teams, weeks); nan where nothing was logged.
    truth : Mapping[str, float]
        By metric, pilot teams' mean effect in the counted weeks, from both potential outcomes.
    """

    plan: Plan
    assignment: Assignment
    teams: tuple[str, ...]
    z: BoolArray
    strata: IntArray
    values: Mapping[str, FloatArray]
    people: Mapping[str, FloatArray]
    truth: Mapping[str, float]
    listed: tuple[Team, ...] = ()

    @classmethod
    def of(cls, cell: Cell, plan: Plan, seed: int) -> Pilot:
        """Simulate, draw and reveal."""
        company = cell.company(seed)
        listed = _teams(cell, plan, company)
        assignment = _assigned(cell, plan, listed, seed)
        rows = assignment.teams
        order = np.argsort(company.teams["team"].to_numpy())
        z = np.array([row.arm != CONTROL for row in rows])

        def reveal(metric: str, field: str) -> FloatArray:
            near, far = (getattr(company.paths[metric][arm], field)[order] for arm in (PILOT, CONTROL))
            return np.asarray(np.where(z[:, None], near, far))

        return cls(
            plan=plan,
            assignment=assignment,
            listed=tuple(listed),
            teams=tuple(row.team for row in rows),
            z=z,
            strata=np.unique([row.stratum for row in rows], return_inverse=True)[1].astype(np.intp),
            values={metric: np.round(reveal(metric, "value"), 4) for metric in METRICS[cell.pilot]},
            people={metric: reveal(metric, "n").astype(int).astype(float) for metric in METRICS[cell.pilot]},
            truth={
                metric: float((both[PILOT].true - both[CONTROL].true)[order][z][:, plan.weeks.counted].mean())
                for metric, both in company.paths.items()
            },
        )

    @cached_property
    def design(self) -> Design:
        """What could have been drawn."""
        return Design.stratified(self.z, self.strata)

    def inputs(self) -> RuleInputs:
        """Gather what the rule reads, without a robustness card."""
        spec, (arm,) = self.plan.spec, self.plan.spec.arms
        results = tuple(
            MetricResult(
                role=role,
                use=use,
                metric=self.plan.metrics[name],
                arm=arm,
                estimate=self.estimate(name) if role != "adherence" else NotEstimable("not asked", ""),  # type: ignore[arg-type]
                means=self._means(name),
                answers=self._answers(name) if role == "goal" else None,
            )
            for role, use in spec.uses
            for name in [use.use.partition("@")[0]]
        )
        analysis = Analysis(pilot=spec.id, results=results, seed=self.assignment.seed or 0)
        return gather(spec, analysis, self.assignment, self._records())

    def estimate(self, metric: str) -> ByDraws | ByCr2:
        """The headline of one metric."""
        change = unit_change(self.values[metric], self.plan.weeks.baseline, self.plan.weeks.counted)
        if not self.assignment.drawn:
            return ByCr2.of(change, self.z)
        return remembered(_TESTS, (change.tobytes(), self.z.tobytes()), lambda: ByDraws(self._test(change)))

    def _test(self, change: FloatArray) -> RandomizationResult:
        seed = self.assignment.seed or 0
        return randomization_test(change, self.z, self.design, strata=self.strata, seed=seed)

    def _means(self, metric: str) -> ArmMeans:
        """Means of the team means, of teams that have both sides."""
        weeks, y = self.plan.weeks, self.values[metric]
        before, after = unit_mean(y[:, weeks.baseline]), unit_mean(y[:, weeks.counted])
        both = np.isfinite(before + after)
        near, far = both & self.z, both & ~self.z
        return ArmMeans(
            pilot_before=before[near].mean(),
            pilot_after=after[near].mean(),
            control_before=before[far].mean(),
            control_after=after[far].mean(),
        )

    def _answers(self, metric: str) -> AnswersKept | None:
        """What the arms kept of the answers behind a metric of people."""
        if not self.plan.metrics[metric].of_people:
            return None
        weeks, there = self.plan.weeks, np.isfinite(self.values[metric])
        n = np.where(there, self.people[metric], np.nan)
        change = np.log(unit_mean(n[:, weeks.counted]) / unit_mean(n[:, weeks.baseline]))
        kept = np.isfinite(change)
        return kept_by(change[kept], self.z[kept])

    def _records(self) -> Records:
        spec, weeks, (arm,) = self.plan.spec, self.plan.weeks, self.plan.spec.arms
        frozen = datetime.combine(spec.windows.start.monday - timedelta(days=3), datetime.min.time(), UTC)
        shares: dict[tuple[str, str, Window], float | None] = {}
        windows: dict[Window, BoolArray] = {"baseline": weeks.baseline, "counted": weeks.counted}
        baseline = {}
        for name, y in self.values.items():
            key, there = self.plan.metrics[name].key, np.isfinite(y)
            for which, inside in ((arm, self.z), (CONTROL, ~self.z)):
                for window, within in windows.items():
                    shares[key, which, window] = float(there[inside][:, within].mean())
            both = there[self.z].any(axis=0) & there[~self.z].any(axis=0)
            baseline[key] = int(both[weeks.baseline].sum())
        place = place_of(spec, arm, self.assignment, self.listed)
        return Records(
            store_verified=True,
            places={arm: place} if place else {},
            frozen_at=frozen,
            frozen_first=True,
            first_pilot_row_at=frozen + timedelta(weeks=1),
            digests_match=True,
            shares=shares,
            baseline_weeks=baseline,
            today=spec.windows.end.sunday + timedelta(days=1),
        )


def _assigned(cell: Cell, plan: Plan, teams: list[Team], seed: int) -> Assignment:
    """Draw by lot, or take the arms as declared."""
    if cell.arms is not None:
        return draw(plan.spec, teams)
    return remembered(_DRAWS, (cell.pilot, cell.teams, seed), lambda: draw(plan.spec, teams, seed=seed))


def _teams(cell: Cell, plan: Plan, company: Company) -> list[Team]:
    (policy,) = plan.spec.arms
    arms = {} if cell.arms is None else cell.arms(company)
    return [
        Team(
            name=row.team,
            attributes={"arm": policy if arms[row.team] == PILOT else CONTROL} if arms else {},
            size=int(row.size_),
            site=row.site,
            function=row.function,
        )
        for row in company.teams.rename(columns={"size": "size_"}).itertuples()
    ]


def _weeks(spec: PilotSpec, company: Company) -> Weeks:
    windows, weeks = spec.windows, company.timeline.weeks
    off = set(holiday_weeks(spec.calendar.holidays.values(), windows.expected))

    def mask(some: Any) -> BoolArray:
        inside = set(some)
        return np.array([week in inside for week in weeks])

    return Weeks(
        labels=tuple(map(str, weeks)),
        since=company.timeline.event_time.astype(np.intp),
        baseline=mask(windows.baseline),
        counted=mask(windows.counted),
        holidays=mask(off),
        announced=len(windows.announced),
    )
