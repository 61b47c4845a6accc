"""The analysis of a pilot: one headline estimate for every declared metric and arm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import PlainSerializer, PlainValidator

from pilotlab.estimate.did import did
from pilotlab.estimate.estimators.synthetic_fit import without_units
from pilotlab.estimate.results.effect import Estimate, NotEstimable, result_from_dict
from pilotlab.estimate.results.slice_effects import Slices
from pilotlab.evaluate import disclosure, request
from pilotlab.evaluate.by_slice import Groups, effects_by_slice
from pilotlab.evaluate.by_week import WeekEffect, effects_by_week
from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.robustness import Robustness, robustness
from pilotlab.evaluate.threats.lost import AnswersKept, answers_kept
from pilotlab.panel.panel import Panel
from pilotlab.plain import plain, rebuilt
from pilotlab.spec.metric import MetricSpec, Role
from pilotlab.spec.pilot import CONTROL, MetricUse, PilotSpec
from pilotlab.text.characters import in_ascii
from pilotlab.wording.lists import plural

SCHEMA = "pilotlab/analysis@3"  # @2 is what `analyze --format json` prints
RESULT_SCHEMA = "pilotlab/metric-result@1"
JUDGED = ("goal", "guardrail")
# Results that have a schema of their own stand in an analysis as they write themselves.
Found = Annotated[
    Estimate | NotEstimable, PlainValidator(result_from_dict), PlainSerializer(lambda found: found.to_dict())
]
BySlice = Annotated[Slices, PlainValidator(Slices.from_dict), PlainSerializer(lambda found: found.to_dict())]
MEANS = ("pilot_before", "pilot_after", "control_before", "control_after")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmMeans:
    """Mean of the team means, in the metric's unit: before the pilot and in its counted weeks.

    Attributes
    ----------
    se : float
        Largest standard error of the four, as the teams of an arm differ; 0 where an arm has one team.
    """

    pilot_before: float
    pilot_after: float
    control_before: float
    control_after: float
    se: float = 0.0

    @property
    def gap(self) -> float:
        """By how much the arms differ in the counted weeks."""
        return round(self.pilot_after - self.control_after, 10)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
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
    robustness : Robustness or None
        Of a goal with an estimate, where `analysis.sensitivity` asks for it.
    answers : AnswersKept or None
        Of a goal about people: how many answers the pilot arm kept, for each that the comparison arm kept.
    slices : Slices or None
        Of a goal or guardrail with an effect to show, where groups are declared and logged.

    Examples
    --------
    >>> import pilotlab as pl
    >>> workspace = pl.init("before-the-first-week")
    >>> _ = workspace.assign("anchor-days")
    >>> result = workspace.analyze("anchor-days").of("anchor", "goal")[0]
    >>> result.metric.label, result.estimate.reason
    ('Satisfaction', 'no value in any arm')
    """

    role: Role
    use: MetricUse
    metric: MetricSpec
    arm: str
    estimate: Found
    means: ArmMeans | None
    weeks: tuple[WeekEffect, ...] = ()
    hidden: str = ""
    robustness: Robustness | None = None
    answers: AnswersKept | None = None
    slices: BySlice | None = None

    def __repr__(self) -> str:
        return in_ascii(f"MetricResult {self.arm}, {self.role} {self.metric.key}: {_said(self)}")

    def to_dict(self) -> dict[str, Any]:
        """Plain data, signed as measured; a hidden result says why and holds no number."""
        return plain(self.withheld(), RESULT_SCHEMA)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> MetricResult:
        """Rebuild from `to_dict`; UsageError where another schema wrote the data."""
        return rebuilt(cls, data, RESULT_SCHEMA)

    def withheld(self) -> MetricResult:
        """Itself without a number, where it may not be shown."""
        if not self.hidden:
            return self
        none = NotEstimable(f"not shown: {self.hidden}", "more people who answer")
        return replace(
            self,
            estimate=none if self.estimate else self.estimate,
            means=None,
            weeks=(),
            robustness=None,
            answers=None,
            slices=None,
        )


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Analysis:
    """Every declared metric of every pilot arm, in declared order.

    Examples
    --------
    >>> import pilotlab as pl
    >>> workspace = pl.init("acme")
    >>> _ = workspace.assign("anchor-days")
    >>> workspace.analyze("anchor-days")
    Analysis anchor-days: 7 results, 1 arm
    """

    pilot: str
    results: tuple[MetricResult, ...]
    seed: int

    def of(self, arm: str, role: Role | None = None) -> tuple[MetricResult, ...]:
        """Results of one arm, of one role where asked."""
        return tuple(row for row in self.results if row.arm == arm and role in (None, row.role))

    def __repr__(self) -> str:
        arms = len({row.arm for row in self.results})
        return f"Analysis {self.pilot}: {len(self.results)} results, {plural(arms, 'arm')}"

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False, na_rep="")

    def summary(self) -> str:
        """Effect and interval of every metric, or why there is none, as text."""
        lines = (f"{row.arm}  {row.role:<9}  {row.metric.key}: {_said(row)}" for row in self.results)
        return in_ascii("\n".join(lines))

    def to_frame(self) -> pd.DataFrame:
        """Return a row a metric and arm: estimate, interval, p; missing where hidden or not estimable."""
        return pd.DataFrame([_row(result) for result in self.results])

    def to_dict(self) -> dict[str, Any]:
        """Plain data, signed as measured; a hidden result holds no number. `analyze --format json` prints the page's sign."""
        return plain(replace(self, results=tuple(row.withheld() for row in self.results)), SCHEMA)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Analysis:
        """Rebuild from `to_dict`.

        Raises
        ------
        UsageError
            For another schema.
        """
        return rebuilt(cls, data, SCHEMA)


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


def analyze(
    spec: PilotSpec, panels: Mapping[str, Panel], *, seed: int, groups: Groups | None = None
) -> Analysis:
    """Estimate the effect on every declared metric, arm by arm.

    Parameters
    ----------
    panels : mapping
        From what the declaration writes (`focus_hours@1`) to the metric's panel.
    seed : int
        Of the sampled draws.
    groups : mapping, optional
        From the same to the values of each declared slice.
    """
    done = spec.metrics.adherence
    rows = [
        analyze_metric(
            spec,
            role,
            use,
            panels[use.use].contrast(arm),
            arm,
            seed=seed,
            adherence=panels[done.use].contrast(arm) if done else None,
        )
        for arm in spec.arms
        for role, use in spec.uses
    ]
    found = (_with_slices(spec, row, panels, (groups or {}).get(row.use.use), seed) for row in rows)
    return Analysis(pilot=spec.id, results=tuple(found), seed=seed)


def _with_slices(
    spec: PilotSpec,
    result: MetricResult,
    panels: Mapping[str, Panel],
    groups: Mapping[str, pd.DataFrame] | None,
    seed: int,
) -> MetricResult:
    """Add the effects by declared group to a goal or guardrail that has an effect to show."""
    if result.role not in JUDGED or result.hidden or not groups or not isinstance(result.estimate, Estimate):
        return result
    panel = panels[result.use.use].contrast(result.arm)
    return replace(result, slices=effects_by_slice(spec, result.estimate, panel, groups, seed=seed))


def analyze_metric(
    spec: PilotSpec,
    role: Role,
    use: MetricUse,
    panel: Panel,
    arm: str,
    *,
    seed: int,
    adherence: Panel | None = None,
) -> MetricResult:
    """Estimate the effect of one arm on one metric, by the declared method; `adherence` says whether the policy happened."""
    frame, refusal = request.outcome(panel)
    method = {**request.design(spec, panel), **request.method(spec, seed)}
    estimate = without_units(did(frame, **method)) if refusal is None else refusal
    hidden = disclosure.hidden(panel)
    goal = partial(Headline, spec=spec, panel=panel, frame=frame, asked=method, use=use, adherence=adherence)
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
        robustness=_card(spec, estimate, goal) if role == "goal" else None,
        answers=answers_kept(panel) if role == "goal" and refusal is None else None,
    )


def _card(
    spec: PilotSpec, estimate: Estimate | NotEstimable, goal: Callable[..., Headline]
) -> Robustness | None:
    if spec.analysis.sensitivity != "standard" or not isinstance(estimate, Estimate):
        return None
    return robustness(goal(estimate=estimate))


def _weeks(
    spec: PilotSpec, panel: Panel, frame: pd.DataFrame, estimate: Estimate | NotEstimable, *, seed: int
) -> tuple[WeekEffect, ...]:
    drawn = isinstance(estimate, Estimate) and estimate.inference == "randomization"
    inference: Literal["randomization", "cr2"] = "randomization" if drawn else "cr2"
    weighted = spec.analysis.weights == "people"
    weeks = effects_by_week(
        panel, frame, inference=inference, alpha=spec.analysis.alpha, seed=seed, weighted=weighted
    )
    few = disclosure.weeks_of_few(panel)
    return tuple(week for week in weeks if str(week.week) not in few)


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
        se=max(map(_error_of_mean, (pilot["before"], pilot["after"], control["before"], control["after"]))),
    )


def _error_of_mean(teams: pd.Series) -> float:
    return float(teams.std() / np.sqrt(len(teams))) if len(teams) > 1 else 0.0
