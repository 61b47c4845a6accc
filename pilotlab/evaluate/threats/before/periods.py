"""Periods: the baseline in periods of some weeks and one after the start, as an event study.

Weeks of few teams are noisy, and the worst of many noisy steps is large whatever the trends. Periods of several weeks say the same
of slow drifts with less noise.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from pilotlab.errors import PilotlabError
from pilotlab.estimate.did import did
from pilotlab.estimate.results.estimate import Estimate, NotEstimable
from pilotlab.evaluate.headline import Headline

CODE = "period"


def event_study(headline: Headline, length: int) -> Estimate | NotEstimable:
    """Estimate by periods of `length` baseline weeks, counted back from the last; the last is the reference."""
    if headline.frame["cohort"].nunique() > 1:
        return NotEstimable("teams start in different weeks", "one start")
    try:
        return did(
            in_periods(headline, length),
            outcome="value",
            unit="team",
            time=CODE,
            cohort="began",
            cluster="together",
            estimator="event_study",
            inference="cr2",
            alpha=headline.estimate.alpha,
            outcome_unit=headline.estimate.unit,
        )
    except PilotlabError as error:
        return NotEstimable(error.what, error.fix)


def in_periods(headline: Headline, length: int) -> pd.DataFrame:
    """Mean of each team in each period: 0 is the last of the baseline, 1 the counted weeks; odd early weeks are left out."""
    windows = headline.panel.windows
    code = {str(week): -(back // length) for back, week in enumerate(reversed(windows.baseline))}
    whole = len(windows.baseline) // length
    code = {week: period for week, period in code.items() if period > -whole}
    code |= {str(week): 1 for week in windows.counted}
    frame = headline.frame
    frame = frame[frame["week"].isin(list(code))]
    frame = frame.assign(**{CODE: frame["week"].map(code).astype("int64")})
    means = frame.groupby(["team", CODE])["value"].mean().reset_index()
    teams = frame.drop_duplicates("team").set_index("team")
    paired = headline.asked["strata"] and teams.groupby(["stratum", "arm"]).size().max() == 1
    began = np.where(teams["cohort"].isna(), np.nan, 1.0)
    places = pd.DataFrame(
        {"began": began, "together": teams["stratum" if paired else "cluster"]}, index=teams.index
    )
    return means.join(places, on="team")


def distance(headline: Headline, length: int) -> float:
    """Periods from the middle of the reference to the middle of the counted weeks, in time as it passed."""
    windows = headline.panel.windows
    before, after = (
        np.mean([week.index for week in weeks]) for weeks in (windows.baseline[-length:], windows.counted)
    )
    return float(after - before) / length
