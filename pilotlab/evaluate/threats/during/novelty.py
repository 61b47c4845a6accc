"""Fading: a novelty shows as an effect that is smaller in the late weeks than in the early ones."""

from __future__ import annotations

from pilotlab.estimate.results.estimate import Estimate
from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.reruns import halves
from pilotlab.evaluate.threats.check import Check, Look, holds_zero
from pilotlab.evaluate.threats.stretches import between

LOOK = Look("early_against_late", "A novelty that fades")


def early_against_late(headline: Headline) -> Check:
    """Compare the effect in the late half of the counted weeks with the early half."""
    early, late = halves(headline)
    if not early:
        return LOOK.not_applicable("one counted week can't be cut in two")
    found = between(headline, early, late)
    if not isinstance(found, Estimate):
        return LOOK.not_applicable(found.reason)
    fading = not holds_zero(found) and found.att * headline.estimate.att < 0
    growing = not holds_zero(found) and not fading
    words = f"second half less first half: {headline.said_with_interval(found)}"
    words += "; the effect fades" if fading else "; the effect still grows" if growing else ""
    return LOOK.found(not fading, words, found.att)
