"""Fading: a novelty shows as an effect that is smaller in the late weeks than in the early ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pilotlab.estimate.results.estimate import Estimate
from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.reruns import Rerun, halves
from pilotlab.evaluate.threats.check import Check, Look, holds_zero
from pilotlab.evaluate.threats.stretches import between

LAST_PLACES = 2  # in which two roundings may differ
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


def beside_halves(check: Check, headline: Headline, reruns: Mapping[str, Rerun]) -> Check:
    """Say why the two halves of the card differ by something else, where they do."""
    early, late = reruns["early"].found, reruns["late"].found
    if check.name != LOOK.name or check.number is None:
        return check
    if not isinstance(early, Estimate) or not isinstance(late, Estimate):
        return check
    apart = late.att - early.att
    if abs(apart - check.number) <= LAST_PLACES * 10.0**-headline.panel.metric.decimals:
        return check
    unit = headline.unit_word
    why = f"the halves of the card differ by {headline.said(apart)}, for there a {unit} without values in one half counts in the other"
    return replace(check, words=f"{check.words}; {why}")
