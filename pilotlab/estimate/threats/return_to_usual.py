"""Return to the usual: teams that come forward at their worst recover anyway (regression to the mean)."""

from __future__ import annotations

from pilotlab.estimate.headline import Headline
from pilotlab.estimate.result import Estimate
from pilotlab.estimate.threats.imbalance import IMBALANCE, baseline_means
from pilotlab.estimate.threats.look import Check, Look
from pilotlab.stats.imbalance import standardised_difference

LOOK = Look("regression_to_the_mean", "Teams that came at their worst")
PART = 0.25  # of the headline


def return_to_usual(headline: Headline) -> Check:
    """Find how much of the change the arms' distance at baseline makes by itself, as teams return to their usual.

    Notes
    -----
    The change score less ANCOVA: (1 - b) times the arms' distance before, b the slope of the mean after on the mean before.
    """
    if headline.panel.assignment.drawn:
        return LOOK.not_applicable("a lot decided, not how a team fared")
    change, adjusted = (headline.by_estimator(name) for name in ("change", "ancova"))
    if not isinstance(change, Estimate) or not isinstance(adjusted, Estimate):
        return LOOK.not_applicable("the mean before can't be held fixed with these teams")
    pilot, comparison = (means.to_numpy() for means in baseline_means(headline))
    apart = standardised_difference(pilot, comparison) or 0.0
    gain = change.att - adjusted.att
    toward = gain * headline.estimate.att > 0
    worse = headline.panel.metric.better * apart < -IMBALANCE
    large = abs(gain) >= PART * abs(headline.estimate.att)
    where = f"{abs(apart):.2f} standard deviations {'worse' if headline.panel.metric.better * apart < 0 else 'better'}"
    words = f"pilot teams began {where}; a return to the usual alone would make {headline.said(gain)}, and the rest is {headline.said(adjusted.att)}"
    return LOOK.found(not (toward and worse and large), words, gain)
