"""Lost: threats from teams, answers and weeks that are not there."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from pilotlab.estimate.results.effect import Estimate
from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.threats.check import Check, NamedThreat
from pilotlab.evaluate.threats.stretches import changes
from pilotlab.panel.panel import Panel
from pilotlab.panel.presence import Owed, gaps
from pilotlab.spec.pilot import CONTROL
from pilotlab.stats.bounds.partial import lee_bounds, manski_missing_weeks
from pilotlab.wording.numbers import typed

TEAMS = NamedThreat("attrition", "Teams lost from one arm")
TEAMS_APART = 0.05  # difference of the arms' shares of units lost


def attrition(headline: Headline) -> Check:
    """Compare the arms' shares of units that lack values on one side of the start; where they differ, bound the effect."""
    there = changes(headline.frame, headline.panel.windows)["change"]
    teams = headline.panel.assignment.teams
    treated = np.array([row.arm != CONTROL for row in teams])
    seen = np.array([row.team in there.index for row in teams])
    lost, count = (
        [int((each & arm).sum()) for arm in (treated, ~treated)] for each in (~seen, np.ones_like(seen))
    )
    apart = lost[0] / count[0] - lost[1] / count[1]
    unit = headline.unit_word
    words = f"{lost[0]} of {count[0]} pilot and {lost[1]} of {count[1]} comparison {unit}s have no value before or after"
    if lost[0] / count[0] != lost[1] / count[1] and (seen & treated).any() and (seen & ~treated).any():
        change = np.array([there.get(row.team, np.nan) for row in teams])
        words += f"; {_bounded(headline, change, treated, seen)}"
    return TEAMS.found(abs(apart) <= TEAMS_APART, words, apart)


def _bounded(headline: Headline, change: np.ndarray, treated: np.ndarray, seen: np.ndarray) -> str:
    """Lee's bounds: the arm that kept more is trimmed to the other's share, from either end."""
    found = lee_bounds(change, treated, seen)
    ends = headline.words.ends_with_unit((found.lower, found.upper))
    return f"with as many trimmed from the other arm, worst or best, {ends}"


WEEKS = NamedThreat("missing_weeks", "Missing weeks that hide the worst")


def missing_weeks(headline: Headline) -> Check:
    """Take every missing counted week for the worst: a pilot team's worst, a comparison team's best."""
    unit, there = headline.unit_word, set(headline.teams)
    lost = [gap for gap in gaps(headline.panel, headline.panel.windows.counted) if gap.team in there]
    if not lost:
        return WEEKS.not_applicable(f"no counted {unit}-week is missing")
    found = headline.again(_worst(headline, lost))
    if not isinstance(found, Estimate):
        return WEEKS.not_applicable(found.reason)
    words = (
        f"if each of {len(lost)} missing {unit}-weeks hid a pilot {unit}’s worst week and a comparison {unit}’s best: "
        f"{headline.said_with_interval(found)}{_anything(headline)}"
    )
    return WEEKS.found(found.att * headline.estimate.att > 0, words, found.att)


def _worst(headline: Headline, lost: list[Owed]) -> pd.DataFrame:
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


ANSWERS = NamedThreat("answers", "People who stop answering")
STILL = 1e-9  # log ratios that differ by no more are the same
ANSWERS_APART = 0.10  # difference between the arms in what became of those who answered


def answers(headline: Headline) -> Check:
    """Hold the people behind a counted week against those behind a baseline week, arm by arm."""
    panel = headline.panel
    if panel.metric.level != "person" or panel.person_units:
        return ANSWERS.not_applicable("no value is about persons who answer")
    frame, windows = headline.frame, panel.windows
    if frame["n"].isna().any():
        return ANSWERS.not_applicable("how many people stand behind a value is not known everywhere")
    before, after = (_people(frame, weeks) for weeks in (windows.baseline, windows.counted))
    left = {arm: 1 - after[arm] / before[arm] for arm in (True, False)}
    apart = left[True] - left[False]
    words = (
        f"{_change(left[True])} in pilot and {_change(left[False])} in comparison teams than before the start"
    )
    return ANSWERS.found(abs(apart) <= ANSWERS_APART, words, apart)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersKept:
    """What the pilot arm kept of its answers for one that the comparison arm kept; one-sided chance if both lose alike."""

    ratio: float
    p: float


def answers_kept(panel: Panel) -> AnswersKept | None:
    """Hold the arms' answers beside each other, team by team; None where it is not known how many people answered.

    A team's number is the log ratio of its mean answers, counted weeks against baseline; p is Welch's, which is that of
    CR2 with Satterthwaite's degrees of freedom.
    """
    frame, windows = panel.values, panel.windows
    if not panel.metric.of_people or panel.person_units or frame["n"].isna().any():
        return None
    before, after = (
        frame[frame["week"].isin(map(str, weeks))].groupby("team")["n"].mean()
        for weeks in (windows.baseline, windows.counted)
    )
    ratio = (after / before).dropna()
    change = ratio[ratio > 0].map(math.log)
    treated = (frame.groupby("team")["arm"].first().reindex(change.index) != CONTROL).to_numpy()
    return kept_by(change.to_numpy(dtype=float), treated)


def kept_by(change: np.ndarray, treated: np.ndarray) -> AnswersKept | None:
    """Compare the teams' log ratios; None where an arm has fewer than two."""
    near, far = change[treated], change[~treated]
    if min(len(near), len(far)) < 2:
        return None
    apart = float(near.mean() - far.mean())
    if np.ptp(near) + np.ptp(far) < STILL:
        p = 0.0 if apart < -STILL else 1.0
    else:
        p = float(stats.ttest_ind(near, far, equal_var=False, alternative="less").pvalue)
    return AnswersKept(ratio=math.exp(apart), p=p)


def _people(frame: pd.DataFrame, weeks: tuple[object, ...]) -> dict[bool, float]:
    """People behind a team-week, on average, by whether the arm is a pilot arm."""
    rows = frame[frame["week"].isin(map(str, weeks))]
    means = rows.groupby(rows["arm"] != CONTROL)["n"].mean()
    return {bool(arm): float(mean) for arm, mean in means.items()}


def _change(left: float) -> str:
    share = round(100 * abs(left))
    return "as many answers" if share == 0 else f"{share} % {'fewer' if left > 0 else 'more'} answers"
