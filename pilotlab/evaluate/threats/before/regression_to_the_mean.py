"""Return to the usual: teams that come forward at their worst recover anyway (regression to the mean)."""

from __future__ import annotations

from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.threats.before.imbalance import IMBALANCE, baseline_means
from pilotlab.evaluate.threats.check import Check, Look
from pilotlab.stats.power.variance_parts import variance_parts
from pilotlab.stats.sensitivity.imbalance import standardised_difference
from pilotlab.stats.sensitivity.return_to_mean import retained
from pilotlab.wording.numbers import number

LOOK = Look("regression_to_the_mean", "Teams that came at their worst")
PART = 0.25  # of the headline


def return_to_usual(headline: Headline) -> Check:
    """Find how much the arms' distance at baseline shrinks by itself, as lucky and unlucky weeks pass.

    Notes
    -----
    From the baseline of all teams of both arms, whose spread no choice of arms has cut: how much of a team's mean is its level,
    and how long its luck lasts. ANCOVA asks the same within arms, where a choice by the baseline leaves little to learn from.
    """
    panel = headline.panel
    if panel.assignment.drawn:
        return LOOK.not_applicable("a lot decided, not how a team fared")
    pilot, comparison = (means.to_numpy() for means in baseline_means(headline))
    apart = standardised_difference(pilot, comparison) if min(len(pilot), len(comparison)) > 1 else None
    share = _retained(headline)
    if apart is None or share is None:
        return LOOK.not_applicable("the baseline is too short to tell a team’s level from its luck")
    gain = (share - 1) * float(pilot.mean() - comparison.mean())
    better = headline.words.turned(apart)
    where = f"{number(abs(better), 2)} standard deviations {'worse' if better < 0 else 'better'}"
    words = f"pilot teams began {where}; a return to their usual alone would make {headline.said(gain)}"
    large = gain * headline.estimate.att > 0 and abs(gain) >= PART * abs(headline.estimate.att)
    return LOOK.found(not (better < -IMBALANCE and large), words, gain)


def _retained(headline: Headline) -> float | None:
    windows = headline.panel.windows
    before, after = ([week.index for week in weeks] for weeks in (windows.baseline, windows.counted))
    wide = headline.frame.pivot(index="team", columns="week", values="value")
    codes = {week.index: str(week) for week in windows.baseline}
    # a blackout week in between is a gap
    values = wide.reindex(columns=[codes.get(at, "") for at in range(min(before), max(before) + 1)])
    try:
        parts = variance_parts(values.to_numpy(dtype=float))
    except ValueError:
        return None
    return retained(parts, before, after)
