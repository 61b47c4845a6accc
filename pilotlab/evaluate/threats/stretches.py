"""Stretches: what changed from one stretch of weeks to another, for each team or as the headline would estimate it."""

from __future__ import annotations

import pandas as pd

from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.evaluate.headline import Headline
from pilotlab.spec.pilot import CONTROL, Windows
from pilotlab.weeks import Week


def between(headline: Headline, first: tuple[Week, ...], second: tuple[Week, ...]) -> Estimate | NotEstimable:
    """Estimate by the headline's method what changed between two stretches of weeks."""
    frame = headline.frame[headline.frame["week"].isin([str(week) for week in (*first, *second)])]
    began = frame["cohort"].where(frame["cohort"].isna(), str(second[0]))
    return headline.again(frame.assign(cohort=began), baseline=None, washin=0, anticipation=0, exclude=())


def changes(frame: pd.DataFrame, windows: Windows) -> pd.DataFrame:
    """Change of each team that has values on both sides: `change, arm, stratum, cluster, pilot`, by team."""
    before, after = (
        frame[frame["week"].isin(map(str, weeks))].groupby("team")["value"].mean()
        for weeks in (windows.baseline, windows.counted)
    )
    places = frame.drop_duplicates("team").set_index("team")[["arm", "stratum", "cluster"]]
    found = places.assign(change=after - before, pilot=(places["arm"] != CONTROL).astype(float))
    return found.dropna(subset="change").sort_index()
