"""Answers: people who stop answering in one arm leave its mean to those who stay."""

from __future__ import annotations

import pandas as pd

from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.threats.check import Check, Look
from pilotlab.spec.pilot import CONTROL

LOOK = Look("answers", "People who stop answering")
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


def _people(frame: pd.DataFrame, weeks: tuple[object, ...]) -> dict[bool, float]:
    """People behind a team-week, on average, by whether the arm is a pilot arm."""
    rows = frame[frame["week"].isin(map(str, weeks))]
    means = rows.groupby(rows["arm"] != CONTROL)["n"].mean()
    return {bool(arm): float(mean) for arm, mean in means.items()}


def _change(left: float) -> str:
    share = round(100 * abs(left))
    return "as many answers" if share == 0 else f"{share} % {'fewer' if left > 0 else 'more'} answers"
