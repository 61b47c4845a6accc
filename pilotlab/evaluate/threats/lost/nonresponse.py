"""Answers: people who stop answering in one arm leave its mean to those who stay."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.threats.check import Check, Look
from pilotlab.panel.panel import Panel
from pilotlab.spec.pilot import CONTROL

LOOK = Look("answers", "People who stop answering")
STILL = 1e-9  # log ratios that differ by no more are the same
APART = 0.10  # difference between the arms in what became of those who answered


def answers(headline: Headline) -> Check:
    """Hold the people behind a counted week against those behind a baseline week, arm by arm."""
    panel = headline.panel
    if panel.metric.level != "person" or panel.person_units:
        return LOOK.not_applicable("no value is about persons who answer")
    frame, windows = headline.frame, panel.windows
    if frame["n"].isna().any():
        return LOOK.not_applicable("how many people stand behind a value is not known everywhere")
    before, after = (_people(frame, weeks) for weeks in (windows.baseline, windows.counted))
    left = {arm: 1 - after[arm] / before[arm] for arm in (True, False)}
    apart = left[True] - left[False]
    words = (
        f"{_change(left[True])} in pilot and {_change(left[False])} in comparison teams than before the start"
    )
    return LOOK.found(abs(apart) <= APART, words, apart)


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
