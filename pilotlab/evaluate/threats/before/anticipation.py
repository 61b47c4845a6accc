"""Anticipation: people react when a policy is announced, not only when it begins."""

from __future__ import annotations

from pilotlab.estimate.results.estimate import Estimate
from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.threats.before.placebo_in_time import LEAST_BASELINE
from pilotlab.evaluate.threats.check import Check, Look, holds_zero
from pilotlab.evaluate.threats.stretches import between

LOOK = Look("anticipation", "Changes ahead of the start")
LAST = 2  # weeks of the baseline, where nothing was announced before it ended


def anticipation(headline: Headline) -> Check:
    """Compare the weeks from announcement to start, else the last of the baseline, with the weeks before."""
    windows = headline.panel.windows
    first, second = windows.baseline, windows.announced
    when = f"in the {_weeks(len(second))} from the announcement to the start"
    if not second:
        if len(first) < LEAST_BASELINE:
            return LOOK.not_applicable(f"{_weeks(len(first))} of baseline can't be cut in two")
        first, second = first[:-LAST], first[-LAST:]
        when = f"in the last {_weeks(LAST)} before the start"
    found = between(headline, first, second)
    if not isinstance(found, Estimate):
        return LOOK.not_applicable(found.reason)
    words = f"{when}, less the weeks before: {headline.said_with_interval(found)}"
    return LOOK.found(holds_zero(found), words, found.att)


def _weeks(count: int) -> str:
    return f"{count} week" if count == 1 else f"{count} weeks"
