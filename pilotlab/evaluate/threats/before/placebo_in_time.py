"""Placebo in time: the policy is taken to have begun in the middle of the baseline, where nothing began."""

from __future__ import annotations

from pilotlab.estimate.results.estimate import Estimate
from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.threats.check import Check, Look, holds_zero
from pilotlab.evaluate.threats.stretches import between

LOOK = Look("placebo_in_time", "A start that never was")
LEAST_BASELINE = 4  # weeks: two on each side of a pretended start


def placebo_in_time(headline: Headline) -> Check:
    """Pretend that the policy began in the middle of the baseline: there should be nothing."""
    weeks = headline.panel.windows.baseline
    if len(weeks) < LEAST_BASELINE:
        return LOOK.not_applicable(f"{len(weeks)} baseline weeks can't be cut in two")
    found = between(headline, weeks[: len(weeks) // 2], weeks[len(weeks) // 2 :])
    if not isinstance(found, Estimate):
        return LOOK.not_applicable(found.reason)
    before = len(weeks) - len(weeks) // 2
    words = f"pretended {before} weeks before the baseline ended, where nothing began: {headline.said_with_interval(found)}"
    return LOOK.found(holds_zero(found), words, found.att)
