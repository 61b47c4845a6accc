"""Headline: a pilot's estimate with all that it was asked with, to be asked again otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from pilotlab.errors import PilotlabError
from pilotlab.estimate.did import did
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.panel.panel import Panel
from pilotlab.spec import engine
from pilotlab.spec.pilot import MetricUse, PilotSpec
from pilotlab.weeks import Week
from pilotlab.wording.effects import Words


class Rerun(NamedTuple):
    """One other analysis: what it is called, what it found, and which teams it left out."""

    label: str
    found: Estimate | NotEstimable
    without: frozenset[str] = frozenset()


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
    reruns : mapping
        The other analyses by name, for the checks that sum them up; empty before they are run.
    """

    spec: PilotSpec
    panel: Panel
    frame: pd.DataFrame
    asked: Mapping[str, Any]
    estimate: Estimate
    use: MetricUse | None = None
    adherence: Panel | None = None
    reruns: Mapping[str, Rerun] = field(default_factory=dict)

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

    def rerun(self, name: str) -> Estimate | None:
        """Return what another analysis found; None where it was not run or found nothing."""
        rerun = self.reruns.get(name)
        return rerun.found if rerun and isinstance(rerun.found, Estimate) else None

    @property
    def teams(self) -> tuple[str, ...]:
        """Teams that have a value, alphabetical."""
        return tuple(sorted(map(str, self.frame["team"].unique())))

    @property
    def unit_word(self) -> str:
        """Name the units: "team", or "person" where a study's persons are the units."""
        return "person" if self.panel.person_units else "team"

    @property
    def words(self) -> Words:
        """How the metric's effects are written, up being good."""
        return self.panel.metric.words

    def said(self, value: float) -> str:
        """Write an effect turned so that up is good, in the unit a reader sees: "+0.52 points"."""
        return self.words.effect(value)

    def said_with_interval(self, found: Estimate) -> str:
        """Write an effect and its interval, both turned."""
        return self.words.effect_with_interval(found.att, found.ci)
