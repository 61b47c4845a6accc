"""When it happened: the effect of each week, measured from the baseline mean as the headline is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from pilotlab.design.admissible import admissible
from pilotlab.estimate.did import did
from pilotlab.estimate.results.effect import Estimate
from pilotlab.panel.panel import Panel
from pilotlab.spec.pilot import CONTROL
from pilotlab.stats.randomization.max_t import max_t_half_widths
from pilotlab.stats.variance.bands import sidak_t_critical
from pilotlab.weeks import Week

Inference = Literal["randomization", "cr2"]

FEWEST_UNITS = 4  # an arm with fewer in a week is drawn hollow and leaves the line


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekEffect:
    """One week's difference of changes, in the metric's unit.

    Attributes
    ----------
    low, high : float or None
        The week alone, by the headline's method; None where it can't be had.
    band_low, band_high : float or None
        All weeks together, never inside the week's own interval; None in weeks with too few units.
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


def effects_by_week(
    panel: Panel,
    frame: pd.DataFrame,
    *,
    inference: Inference,
    alpha: float,
    seed: int,
    weighted: bool = False,
) -> tuple[WeekEffect, ...]:
    """Estimate each week's effect against the units' baseline means.

    Parameters
    ----------
    frame : DataFrame
        The panel's values on the scale of analysis.
    inference : {"randomization", "cr2"}
        How each week's interval is made: as the headline's, where that is a randomisation; else CR2.
    weighted : bool
        Whether a unit weighs its people in the baseline, as in the headline.

    Notes
    -----
    A week is a `change` of its own, from the baseline mean to that week, so that every point is made as the headline
    is. The band of all weeks comes from the draws, or, under CR2, from Sidak's critical value; draws of weighted units
    have none.
    """
    wide = frame.pivot(index="team", columns="week", values="value")
    baseline = [str(week) for week in panel.windows.baseline if str(week) in wide.columns]
    changes = wide.sub(wide[baseline].mean(axis=1), axis=0).dropna(how="all")
    places = frame.drop_duplicates("team").set_index("team").loc[changes.index]
    places["people"] = frame[frame["week"].isin(baseline)].groupby("team")["people"].mean()
    if not baseline or places["arm"].nunique() < 2:
        return ()
    weights = "people" if weighted else None
    method = {"inference": inference, "alpha": alpha, "seed": seed, "weights": weights}
    estimates = {str(week): _one_week(panel, changes[week], places, method) for week in changes.columns}
    made = {
        week: estimate for week, estimate in estimates.items() if estimate is not None and estimate.se > 0
    }
    banded = {} if weighted and inference == "randomization" else made
    half = _half_widths(
        panel, changes[list(banded)], places, list(banded.values()), inference, alpha=alpha, seed=seed
    )
    return tuple(
        _effect(panel, week, places.loc[changes[week].dropna().index, "arm"], estimate, half.get(week))
        for week, estimate in estimates.items()
        if estimate is not None
    )


def _one_week(
    panel: Panel, change: pd.Series, places: pd.DataFrame, method: dict[str, Any]
) -> Estimate | None:
    """Estimate one week as the change from a baseline of zero."""
    known = change.dropna()
    units = places.loc[known.index]
    if units["arm"].nunique() < 2:
        return None
    rows = units[["stratum", "cluster", "arm", "people"]].assign(value=known).reset_index()
    both = pd.concat([rows.assign(time=0, value=0.0), rows.assign(time=1)], ignore_index=True)
    both["cohort"] = np.where(both["arm"] == CONTROL, np.nan, 1.0)
    assignment = panel.assignment
    estimate = did(
        both,
        outcome="value",
        unit="team",
        time="time",
        cohort="cohort",
        estimator="change",
        strata="stratum" if any(row.stratum for row in assignment.teams) else None,
        cluster="cluster" if any(row.cluster for row in assignment.teams) else None,
        assignment=assignment if assignment.drawn else None,
        **method,
    )
    return estimate if isinstance(estimate, Estimate) else None


def _half_widths(
    panel: Panel,
    changes: pd.DataFrame,
    places: pd.DataFrame,
    made: list[Estimate],
    inference: Inference,
    *,
    alpha: float,
    seed: int,
) -> dict[str, float]:
    """Half the band's width in each week."""
    if not made:
        return {}
    weeks = [str(week) for week in changes.columns]
    if inference == "cr2":
        fewest = min(estimate.df or np.inf for estimate in made)
        critical = sidak_t_critical(len(made), df=fewest, alpha=alpha)
        return {week: critical * estimate.se for week, estimate in zip(weeks, made, strict=True)}
    treated = (places["arm"] != CONTROL).to_numpy()
    noise = changes.to_numpy() - treated[:, None] * np.array([estimate.att for estimate in made])
    design = admissible(panel.assignment, tuple(str(team) for team in changes.index))
    half = max_t_half_widths(noise, design, alpha=alpha, seed=seed)
    return {week: float(width) for week, width in zip(weeks, half, strict=True) if np.isfinite(width)}


def _effect(panel: Panel, week: str, arms: pd.Series, estimate: Estimate, half: float | None) -> WeekEffect:
    when = Week.parse(week)
    n_control, n_pilot = int((arms == CONTROL).sum()), int((arms != CONTROL).sum())
    banded = half is not None and min(n_control, n_pilot) >= FEWEST_UNITS
    return WeekEffect(
        week=when,
        event_time=when.since(panel.windows.start),
        att=estimate.att,
        low=estimate.ci[0],
        high=estimate.ci[1],
        band_low=min(estimate.att - half, estimate.ci[0]) if banded and half is not None else None,
        band_high=max(estimate.att + half, estimate.ci[1]) if banded and half is not None else None,
        n_pilot=n_pilot,
        n_control=n_control,
    )


def _finite(value: float | None) -> float | None:
    return value if value is not None and np.isfinite(value) else None
