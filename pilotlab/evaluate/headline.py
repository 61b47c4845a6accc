"""Headline: a pilot's estimate with all that it was asked with, to be asked again otherwise."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pilotlab.errors import PilotlabError
from pilotlab.estimate.did import did
from pilotlab.estimate.results.estimate import Estimate, NotEstimable
from pilotlab.panel.panel import Panel
from pilotlab.spec import engine
from pilotlab.spec.pilot import MetricUse, PilotSpec
from pilotlab.weeks import Week


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Headline:
    """The estimate of a goal, and what it was made of.

    Attributes
    ----------
    panel : Panel
        Of the goal, one arm and control.
    frame : DataFrame
        Its rows on the scale they are analysed on.
    asked : mapping
        Arguments of `did` that gave `estimate`.
    use : MetricUse or None
        The goal as declared, with its bar or limit.
    adherence : Panel or None
        Of the adherence metric, the same arm and control.
    """

    spec: PilotSpec
    panel: Panel
    frame: pd.DataFrame
    asked: Mapping[str, Any]
    estimate: Estimate
    use: MetricUse | None = None
    adherence: Panel | None = None

    def again(self, frame: pd.DataFrame | None = None, **changes: Any) -> Estimate | NotEstimable:
        """Estimate again, by the headline's method, with other rows or arguments; what is refused says why."""
        method = {"estimator": self.estimate.estimator, "inference": self.estimate.inference}
        try:
            return did(self.frame if frame is None else frame, **{**self.asked, **method, **changes})
        except PilotlabError as error:
            return NotEstimable(error.what, error.fix)

    def by_estimator(self, name: str) -> Estimate | NotEstimable:
        """Estimate again by another estimator, with the inference that `auto` gives it: gaps may rule the headline's out."""
        strata = self.asked["strata"] if engine.row(name).strata else None
        return self.again(estimator=name, inference="auto", strata=strata)

    def without_weeks(self, weeks: Iterable[Week]) -> Estimate | NotEstimable:
        """Estimate again, some weeks left out for all teams."""
        return self.again(exclude=(*self.asked["exclude"], *map(str, weeks)))

    def without_teams(self, teams: Iterable[str], **changes: Any) -> Estimate | NotEstimable:
        """Estimate again, some teams left out."""
        return self.again(self.frame[~self.frame["team"].isin(set(teams))], **changes)

    @property
    def teams(self) -> tuple[str, ...]:
        """Teams that have a value, alphabetical."""
        return tuple(sorted(map(str, self.frame["team"].unique())))

    @property
    def unit_word(self) -> str:
        """Name the units: "team", or "person" where a study's persons are the units."""
        return "person" if self.panel.person_units else "team"

    def said(self, value: float) -> str:
        """Write an effect turned so that up is good, in the unit a reader sees: "+0.52 points"."""
        metric = self.panel.metric
        return f"{self.bare(value)} {'%' if metric.transform == 'log' else metric.unit_word}".rstrip()

    def bare(self, value: float) -> str:
        """Write a turned effect without its unit: "+0.52"."""
        metric = self.panel.metric
        log = metric.transform == "log"
        shown = metric.better * (100 * math.expm1(value) if log else value)
        digits = f"{shown:+.{1 if log else metric.decimals}f}"
        return digits[1:] if float(digits) == 0 else digits.replace("-", "−")

    def said_ends(self, ends: tuple[float, float]) -> str:
        """Write both ends of a range, the worse first and the unit once: "−0.10 to +0.52 points"."""
        worse, better = self.turned(ends)
        return f"{self.bare(worse)} to {self.said(better)}"

    def said_with_interval(self, found: Estimate) -> str:
        """Write an effect and its interval, both turned."""
        low, high = map(self.bare, self.turned(found.ci))
        return f"{self.said(found.att)} ({low} to {high})"

    def turned(self, ends: tuple[float, float]) -> tuple[float, float]:
        """Put the worse end first."""
        return ends if self.panel.metric.better > 0 else (ends[1], ends[0])
