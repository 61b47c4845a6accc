"""The analysis of a pilot: one headline estimate for every declared metric and arm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from pilotlab.estimate.by_week import WeekEffect, effects_by_week
from pilotlab.estimate.did import did
from pilotlab.estimate.result import Estimate, NotEstimable
from pilotlab.estimate.synthetic_fit import without_units
from pilotlab.panel.panel import Panel
from pilotlab.spec.metric import MetricSpec, Role
from pilotlab.spec.pilot import CONTROL, MetricUse, PilotSpec

SCHEMA = "pilotlab/analysis@1"
MEMBERS, TEAMS = 5, 4  # an effect may be shown with so many members in every team, and so many teams an arm


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmMeans:
    """Mean of the team means, in the metric's unit: before the pilot and in its counted weeks."""

    pilot_before: float
    pilot_after: float
    control_before: float
    control_after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricResult:
    """One metric of one arm against control.

    Attributes
    ----------
    estimate : Estimate or NotEstimable
        In the metric's unit, signed as measured (in log points where the metric is analysed on the log scale).
    weeks : tuple of WeekEffect
        Of a goal: its effect week by week, measured from the baseline mean.
    hidden : str
        Why the result may not be shown; empty where it may.
    """

    role: Role
    use: MetricUse
    metric: MetricSpec
    arm: str
    estimate: Estimate | NotEstimable
    means: ArmMeans | None
    weeks: tuple[WeekEffect, ...] = ()
    hidden: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain data; a hidden result says why and holds no number."""
        head = {"role": self.role, "metric": self.metric.key, "arm": self.arm, "unit": self.metric.unit}
        if self.hidden:
            return {**head, "hidden": self.hidden}
        means = self.means
        return {
            **head,
            "estimate": self.estimate.to_dict(),
            "means": {name: getattr(means, name) for name in ArmMeans.__slots__} if means else None,
            "weeks": [week.to_dict() for week in self.weeks],
        }


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Analysis:
    """Every declared metric of every pilot arm, in declared order."""

    pilot: str
    results: tuple[MetricResult, ...]
    seed: int

    def of(self, arm: str, role: Role | None = None) -> tuple[MetricResult, ...]:
        """Results of one arm, of one role where asked."""
        return tuple(row for row in self.results if row.arm == arm and role in (None, row.role))

    def __repr__(self) -> str:
        arms = len({row.arm for row in self.results})
        return f"Analysis {self.pilot}: {len(self.results)} results, {arms} {'arm' if arms == 1 else 'arms'}"

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False, na_rep="")

    def summary(self) -> str:
        """Effect and interval of every metric, or why there is none, as text."""
        return "\n".join(f"{row.arm}  {row.role:<9}  {row.metric.key}: {_said(row)}" for row in self.results)

    def to_frame(self) -> pd.DataFrame:
        """Return a row a metric and arm: estimate, interval, p; missing where hidden or not estimable."""
        return pd.DataFrame([_row(result) for result in self.results])

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as `analyze --format json` prints it."""
        return {
            "schema": SCHEMA,
            "pilot": self.pilot,
            "seed": self.seed,
            "results": [row.to_dict() for row in self.results],
        }


def _said(result: MetricResult) -> str:
    if result.hidden:
        return f"hidden: {result.hidden}"
    return repr(result.estimate) if isinstance(result.estimate, Estimate) else result.estimate.reason


def _row(result: MetricResult) -> dict[str, Any]:
    head = {"arm": result.arm, "role": result.role, "metric": result.metric.key, "unit": result.metric.unit}
    estimate = result.estimate
    if result.hidden or isinstance(estimate, NotEstimable):
        why = result.hidden or getattr(estimate, "reason", "")
        return {**head, "att": np.nan, "ci_low": np.nan, "ci_high": np.nan, "p_value": np.nan, "note": why}
    low, high = estimate.ci
    return {
        **head,
        "att": estimate.att,
        "ci_low": low,
        "ci_high": high,
        "p_value": estimate.p_value,
        "note": "",
    }


def analyze(spec: PilotSpec, panels: Mapping[str, Panel], *, seed: int) -> Analysis:
    """Estimate the effect on every declared metric, arm by arm.

    Parameters
    ----------
    panels : mapping
        From what the declaration writes (`focus_hours@1`) to the metric's panel.
    seed : int
        Of the sampled draws.
    """
    rows = [
        analyze_metric(spec, role, use, panels[use.use].contrast(arm), arm, seed=seed)
        for arm in spec.arms
        for role, use in spec.uses
    ]
    return Analysis(pilot=spec.id, results=tuple(rows), seed=seed)


def analyze_metric(
    spec: PilotSpec, role: Role, use: MetricUse, panel: Panel, arm: str, *, seed: int
) -> MetricResult:
    """Estimate the effect of one arm on one metric, by the declared method."""
    frame, refusal = _outcome(panel)
    method = {**_design(spec, panel), **_method(spec, seed)}
    estimate = without_units(did(frame, **method)) if refusal is None else refusal
    hidden = _hidden(panel)
    wanted = refusal is None and not hidden and role == "goal"
    return MetricResult(
        role=role,
        use=use,
        metric=panel.metric,
        arm=arm,
        estimate=estimate,
        means=_means(panel),
        weeks=_weeks(spec, panel, frame, estimate, seed=seed) if wanted else (),
        hidden=hidden,
    )


def _weeks(
    spec: PilotSpec, panel: Panel, frame: pd.DataFrame, estimate: Estimate | NotEstimable, *, seed: int
) -> tuple[WeekEffect, ...]:
    drawn = isinstance(estimate, Estimate) and estimate.inference == "randomization"
    inference: Literal["randomization", "cr2"] = "randomization" if drawn else "cr2"
    weighted = spec.analysis.weights == "people"
    weeks = effects_by_week(
        panel, frame, inference=inference, alpha=spec.analysis.alpha, seed=seed, weighted=weighted
    )
    few = _weeks_of_few(panel)
    return tuple(week for week in weeks if str(week.week) not in few)


def _outcome(panel: Panel) -> tuple[pd.DataFrame, NotEstimable | None]:
    """Put the outcome on the scale it is analysed on."""
    frame, transform = panel.values, panel.metric.transform
    arms = frame["arm"].nunique()
    if arms < 2:
        missing = (
            "any arm" if arms == 0 else "control" if CONTROL not in set(frame["arm"]) else "the pilot arm"
        )
        return frame, NotEstimable(f"no value in {missing}", "log or import this metric for both arms")
    seen = set(frame["week"])
    for name, weeks in (("baseline", panel.windows.baseline), ("counted", panel.windows.counted)):
        if seen.isdisjoint(map(str, weeks)):
            return frame, NotEstimable(f"no value in the {name} weeks", "log or import these weeks")
    if transform == "none":
        return frame, None
    low, high = (0.0, np.inf) if transform == "log" else (0.0, 1.0)
    outside = ~frame["value"].between(low, high, inclusive="neither")
    if outside.any():
        reason = f"{int(outside.sum())} values of {panel.metric.key} have no {transform}: they are not between {low:g} and {high:g}"
        return frame, NotEstimable(reason, "declare the metric with `transform: none`")
    value = frame["value"]
    return frame.assign(value=np.log(value) if transform == "log" else np.log(value / (1 - value))), None


def _design(spec: PilotSpec, panel: Panel) -> dict[str, Any]:
    """Name the windows and the draw of a panel in the words of `did`."""
    calendar, assignment = spec.calendar, panel.assignment
    stratified = any(row.stratum for row in assignment.teams)
    clustered = any(row.cluster for row in assignment.teams)
    return {
        "outcome": "value",
        "unit": "team",
        "time": "week",
        "cohort": "cohort",
        "baseline": calendar.baseline_weeks,
        "washin": calendar.washin_weeks,
        "anticipation": len(panel.windows.announced),
        "exclude": tuple(str(week) for week in panel.windows.blackout),
        "strata": "stratum" if stratified else None,
        "cluster": "cluster" if clustered else None,
        "assignment": assignment if assignment.drawn else None,
        "weights": "n" if spec.analysis.weights == "people" else None,
        "outcome_unit": panel.metric.unit,
    }


def _method(spec: PilotSpec, seed: int) -> dict[str, Any]:
    chosen = spec.analysis
    estimator: Literal["auto"] | str = chosen.estimator
    return {"estimator": estimator, "inference": chosen.inference, "alpha": chosen.alpha, "seed": seed}


def _hidden(panel: Panel) -> str:
    """Say why an effect may not be shown: too few people behind it; empty where there are enough."""
    if panel.metric.level != "person" and not panel.person_units:
        return ""
    teams = _people(panel).groupby(["arm", "team"])["n"].median()
    few = _arms_of_few(teams, panel)
    return f"fewer than {panel.min_group} people in {' and '.join(few)}" if few else ""


def _weeks_of_few(panel: Panel) -> frozenset[str]:
    """Weeks whose effect may not be shown, though that of all weeks may."""
    if panel.metric.level != "person" and not panel.person_units:
        return frozenset()
    weeks = _people(panel).set_index(["arm", "team"]).groupby("week")["n"]
    return frozenset(str(week) for week, teams in weeks if _arms_of_few(teams, panel))


def _people(panel: Panel) -> pd.DataFrame:
    """People behind every value; none where it is not known how many."""
    return panel.values.assign(n=1.0 if panel.person_units else panel.values["n"].fillna(0.0))


def _arms_of_few(teams: pd.Series, panel: Panel) -> list[str]:
    """Arms with too few people: `teams` holds how many stand behind each, by arm and team."""
    arms = teams.groupby("arm")
    if not panel.person_units and teams.min() >= MEMBERS and arms.size().min() >= TEAMS:
        return []
    return [str(arm) for arm, people in arms.sum().items() if people < panel.min_group]


def _means(panel: Panel) -> ArmMeans | None:
    """Average the teams' means before and in the counted weeks; teams that have both."""
    windows, frame = panel.windows, panel.values
    before = (
        frame[frame["week"].isin([str(week) for week in windows.baseline])].groupby("team")["value"].mean()
    )
    after = frame[frame["week"].isin([str(week) for week in windows.counted])].groupby("team")["value"].mean()
    arms = frame.groupby("team")["arm"].first()
    both = pd.DataFrame({"before": before, "after": after, "arm": arms}).dropna()
    control, pilot = both[both["arm"] == CONTROL], both[both["arm"] != CONTROL]
    if control.empty or pilot.empty:
        return None
    return ArmMeans(
        pilot_before=float(pilot["before"].mean()),
        pilot_after=float(pilot["after"].mean()),
        control_before=float(control["before"].mean()),
        control_after=float(control["after"].mean()),
    )
