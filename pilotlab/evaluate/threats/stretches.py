"""Stretches: what changed between two stretches of weeks, as if the policy had begun with the second."""

from __future__ import annotations

from pilotlab.estimate.results.estimate import Estimate, NotEstimable
from pilotlab.evaluate.headline import Headline
from pilotlab.weeks import Week


def between(headline: Headline, first: tuple[Week, ...], second: tuple[Week, ...]) -> Estimate | NotEstimable:
    """Estimate by the headline's method what changed between two stretches of weeks."""
    frame = headline.frame[headline.frame["week"].isin([str(week) for week in (*first, *second)])]
    began = frame["cohort"].where(frame["cohort"].isna(), str(second[0]))
    return headline.again(frame.assign(cohort=began), baseline=None, washin=0, anticipation=0, exclude=())
