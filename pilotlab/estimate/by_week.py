"""When it happened: the effect of each week, measured from the baseline mean as the headline is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pilotlab.design.admissible import admissible
from pilotlab.estimate.did import did
from pilotlab.estimate.result import Estimate
from pilotlab.panel.panel import Panel
from pilotlab.spec.pilot import CONTROL
from pilotlab.stats.bands import max_t_critical, sidak_t_critical
from pilotlab.weeks import Week

FEWEST_UNITS = 4  # an arm with fewer in a week is drawn hollow and leaves the line


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekEffect:
    """One week's difference of changes, in the metric's unit.

    Attributes
    ----------
    low, high : float or None
        The week alone, by the headline's method; None where it can't be had.
    band_low, band_high : float or None
        All weeks together; None in weeks with too few units.
    """

    week: Week
    event_time: int
    att: float
    low: float | None
    high: float | None
    band_low: float | None
    band_high: float | None
    n_pilot: int
    n_control: int

    @property
    def hollow(self) -> bool:
        """Whether too few units stand behind it."""
        return min(self.n_pilot, self.n_control) < FEWEST_UNITS

    def to_dict(self) -> dict[str, Any]:
        """Plain data; an open end is null."""
        ends = {name: _finite(getattr(self, name)) for name in ("low", "high", "band_low", "band_high")}
        return {
            "week": str(self.week),
            "event_time": self.event_time,
            "att": self.att,
            **ends,
            "n_pilot": self.n_pilot,
            "n_control": self.n_control,
        }


def effects_by_week(panel: Panel, frame: pd.DataFrame, *, alpha: float, seed: int) -> tuple[WeekEffect, ...]:
    """Estimate each week's effect against the teams' baseline means.

    Parameters
    ----------
    frame : DataFrame
        The panel's values on the scale of analysis.

    Notes
    -----
    A week is a `change` of its own, from the baseline mean to that week, so that every point is made as the headline
    is. Where arms were drawn, the band's critical value is the 1 - alpha quantile over the admissible draws of the
    largest absolute t of any week, once the estimated effects are removed; elsewhere it is Sidak's.
    """
    wide = frame.pivot(index="team", columns="week", values="value")
    baseline = [str(week) for week in panel.windows.baseline if str(week) in wide.columns]
    from_mean = wide.sub(wide[baseline].mean(axis=1), axis=0).dropna(how="all")
    places = frame.drop_duplicates("team").set_index("team").loc[from_mean.index]
    if not baseline or places["arm"].nunique() < 2:
        return ()
    estimates = {
        str(week): _one_week(panel, from_mean[week], places, alpha=alpha, seed=seed)
        for week in from_mean.columns
    }
    critical = _critical(panel, from_mean, places, estimates, alpha=alpha, seed=seed)
    return tuple(
        _effect(panel, week, from_mean[week], places, estimates[week], critical) for week in estimates
    )


def _one_week(
    panel: Panel, change: pd.Series, places: pd.DataFrame, *, alpha: float, seed: int
) -> Estimate | None:
    """Estimate one week as the change from a baseline of zero."""
    known = change.dropna()
    units = places.loc[known.index]
    if units["arm"].nunique() < 2:
        return None
    before = pd.DataFrame({"team": known.index, "time": 0, "value": 0.0})
    after = pd.DataFrame({"team": known.index, "time": 1, "value": known.to_numpy()})
    both = pd.concat([before, after]).merge(
        units[["stratum", "cluster", "arm"]], left_on="team", right_index=True
    )
    both["cohort"] = np.where(both["arm"] == CONTROL, np.nan, 1.0)
    assignment = panel.assignment
    estimate = did(
        both,
        outcome="value",
        unit="team",
        time="time",
        cohort="cohort",
        estimator="change",
        inference="randomization" if assignment.drawn else "cr2",
        strata="stratum" if any(row.stratum for row in assignment.teams) else None,
        cluster="cluster" if any(row.cluster for row in assignment.teams) else None,
        assignment=assignment if assignment.drawn else None,
        alpha=alpha,
        seed=seed,
    )
    return estimate if isinstance(estimate, Estimate) else None


def _critical(
    panel: Panel,
    from_mean: pd.DataFrame,
    places: pd.DataFrame,
    estimates: dict[str, Estimate | None],
    *,
    alpha: float,
    seed: int,
) -> float:
    usable = [
        week
        for week, estimate in estimates.items()
        if estimate is not None and np.isfinite(estimate.se) and estimate.se > 0
    ]
    if not usable:
        return float("nan")
    if not panel.assignment.drawn:
        df = min(estimates[week].df or np.inf for week in usable)  # type: ignore[union-attr]
        return sidak_t_critical(len(usable), df=df, alpha=alpha)
    design = admissible(panel.assignment, tuple(str(team) for team in from_mean.index))
    treated = (places["arm"] != CONTROL).to_numpy()
    att = np.array([estimates[week].att for week in usable])  # type: ignore[union-attr]
    scale = np.array([estimates[week].se for week in usable])  # type: ignore[union-attr]
    noise = from_mean[usable].to_numpy() - treated[:, None] * att
    return max_t_critical(noise, scale, design, alpha=alpha, seed=seed)


def _effect(
    panel: Panel,
    week: str,
    change: pd.Series,
    places: pd.DataFrame,
    estimate: Estimate | None,
    critical: float,
) -> WeekEffect:
    known = places.loc[change.dropna().index, "arm"]
    when = Week.parse(week)
    n_control, n_pilot = int((known == CONTROL).sum()), int((known != CONTROL).sum())
    few = min(n_control, n_pilot) < FEWEST_UNITS or estimate is None or not np.isfinite(critical)
    half = 0.0 if few or estimate is None else critical * estimate.se
    return WeekEffect(
        week=when,
        event_time=when.since(panel.windows.start),
        att=estimate.att
        if estimate
        else float(change[known != CONTROL].mean() - change[known == CONTROL].mean()),
        low=estimate.ci[0] if estimate else None,
        high=estimate.ci[1] if estimate else None,
        band_low=None if few or estimate is None else estimate.att - half,
        band_high=None if few or estimate is None else estimate.att + half,
        n_pilot=n_pilot,
        n_control=n_control,
    )


def _finite(value: float | None) -> float | None:
    return value if value is not None and np.isfinite(value) else None
