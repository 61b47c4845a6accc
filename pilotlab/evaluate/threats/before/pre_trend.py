"""Pre-trend: whether the arms parted before the start, and how much drift that test would have missed."""

from __future__ import annotations

import numpy as np

from pilotlab.estimate.results.estimate import Estimate
from pilotlab.estimate.results.pretrend import Pretrend
from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.threats.before.periods import event_study
from pilotlab.evaluate.threats.check import Check, Look
from pilotlab.wording.chances import of_100

LOOK = Look("pre_trend", "Arms that parted before the start")
TEAMS_A_COEFFICIENT = 2  # a joint test of more has no power left


def pre_trend(headline: Headline) -> Check:
    """Test all baseline weeks jointly; its number is the p of arms that ran alike."""
    length = period(headline)
    if length is None:
        return LOOK.not_applicable("the baseline is too short to be cut into periods")
    found = event_study(headline, length)
    test = found.pretrend() if isinstance(found, Estimate) else found
    if not isinstance(test, Pretrend):
        return LOOK.not_applicable(test.reason)
    clock = "Week by week" if length == 1 else f"By periods of {length} weeks"
    seen = f"{clock}, chance alone parts arms this far before the start in {of_100(test.p_value)} pilots"
    return LOOK.found(test.passed, f"{seen}; {_missed(headline, test, length)}", test.p_value)


def period(headline: Headline) -> int | None:
    """Weeks in a period: one, or as many as leave two teams and more for each coefficient."""
    baseline, panel = len(headline.panel.windows.baseline), headline.panel
    units = len({row.cluster or row.team for row in panel.assignment.teams})
    for length in range(panel.metric.cadence_weeks, baseline // 2 + 1):
        if baseline // length - 1 <= (units - 2) / TEAMS_A_COEFFICIENT:
            return length
    return None


def _missed(headline: Headline, test: Pretrend, length: int) -> str:
    """What the steady drift that is found 8 times in 10 would do to the headline."""
    drift = test.drifts[-1]
    windows = headline.panel.windows
    counted, baseline = (
        np.mean([week.index for week in weeks]) for weeks in (windows.counted, windows.baseline)
    )
    bias = abs(drift.slope) * float(counted - baseline) / length
    words = headline.words
    size = words.size(words.shown_turned(bias))
    return f"a steady drift that fakes {size} is found {round(10 * drift.power)} times in 10, a smaller one less often"
