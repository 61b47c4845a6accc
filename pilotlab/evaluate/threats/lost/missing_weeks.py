"""Missing weeks: what was never logged may have been the worst."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from pilotlab.estimate.results.estimate import Estimate
from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.presence import Gap, gaps
from pilotlab.evaluate.threats.check import Check, Look
from pilotlab.spec.pilot import CONTROL
from pilotlab.stats.bounds.partial import manski_missing_weeks
from pilotlab.wording.numbers import typed

LOOK = Look("missing_weeks", "Missing weeks that hide the worst")


def missing_weeks(headline: Headline) -> Check:
    """Take every missing counted week for the worst: a pilot team's worst, a comparison team's best."""
    unit, there = headline.unit_word, set(headline.teams)
    lost = [gap for gap in gaps(headline.panel, headline.panel.windows.counted) if gap.team in there]
    if not lost:
        return LOOK.not_applicable(f"no counted {unit}-week is missing")
    found = headline.again(_worst(headline, lost))
    if not isinstance(found, Estimate):
        return LOOK.not_applicable(found.reason)
    words = (
        f"if each of {len(lost)} missing {unit}-weeks hid a pilot {unit}’s worst week and a comparison {unit}’s best: "
        f"{headline.said_with_interval(found)}{_anything(headline)}"
    )
    return LOOK.found(found.att * headline.estimate.att > 0, words, found.att)


def _worst(headline: Headline, lost: list[Gap]) -> pd.DataFrame:
    """Fill gaps with a team's own worst or best counted week, whichever speaks against the headline."""
    frame = headline.frame
    counted = frame[frame["week"].isin(map(str, headline.panel.windows.counted))]
    ends = counted.groupby("team")["value"].agg(["min", "max"])
    against = "min" if headline.estimate.att > 0 else "max"
    other = {"min": "max", "max": "min"}[against]
    like = frame.drop_duplicates("team").set_index("team")
    rows = []
    for gap in lost:
        if gap.team in ends.index:
            end = other if like.loc[gap.team, "arm"] == CONTROL else against
            rows.append(
                {
                    "team": gap.team,
                    **like.loc[gap.team],
                    "week": str(gap.week),
                    "value": ends.loc[gap.team, end],
                }
            )
    return pd.concat([frame, pd.DataFrame(rows, columns=frame.columns)], ignore_index=True) if rows else frame


def _anything(headline: Headline) -> str:
    """Manski's bounds, where the metric has ends and every week owes a value."""
    metric, windows = headline.panel.metric, headline.panel.windows
    if (
        metric.range is None
        or metric.transform != "none"
        or metric.cadence_weeks > 1
        or headline.asked["strata"]
    ):
        return ""
    low, high = map(float, metric.range)
    weeks = [str(week) for week in windows.expected]
    wide = headline.frame.pivot(index="team", columns="week", values="value").reindex(columns=weeks)
    values = wide.to_numpy(dtype=float)
    if not math.isfinite(high - low) or np.nanmin(values) < low or np.nanmax(values) > high:
        return ""
    arms = headline.frame.drop_duplicates("team").set_index("team")["arm"].reindex(wide.index)
    before = np.isin(weeks, [str(week) for week in windows.baseline])
    found = manski_missing_weeks(values, (arms != CONTROL).to_numpy(), before, ~before, low=low, high=high)
    ends = headline.words.ends_with_unit((found.lower, found.upper))
    return f"; whatever they hid from {typed(low)} to {typed(high)}: {ends}"
