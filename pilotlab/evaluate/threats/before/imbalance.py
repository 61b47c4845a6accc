"""Imbalance: arms that stood apart before the start may part afterwards for reasons of their own."""

from __future__ import annotations

import pandas as pd

from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.threats.check import Check, Look
from pilotlab.spec.pilot import CONTROL
from pilotlab.stats.sensitivity.imbalance import chance_difference, standardised_difference
from pilotlab.wording.numbers import number, signed

LOOK = Look("baseline_imbalance", "Arms apart before the start")
IMBALANCE = 0.25  # standard deviations; Ho, Imai, King & Stuart (2007)


def baseline_imbalance(headline: Headline) -> Check:
    """Hold the arms' baseline means of the goal beside each other, in standard deviations of the units."""
    pilot, comparison = (means.to_numpy() for means in baseline_means(headline))
    if min(len(pilot), len(comparison)) < 2:
        return LOOK.not_applicable(
            f"{len(pilot)} and {len(comparison)} {headline.unit_word}s have a baseline"
        )
    apart = standardised_difference(pilot, comparison)
    if apart is None:
        return LOOK.not_applicable("baseline means do not vary")
    drawn = headline.panel.assignment.drawn
    limit = max(IMBALANCE, chance_difference(len(pilot), len(comparison)) if drawn else 0.0)
    lot = drawn and limit > IMBALANCE
    usual = (
        f"a lot keeps them below {number(limit, 2)} in 19 of 20 draws"
        if lot
        else f"the usual limit is {number(limit, 2)}"
    )
    better = signed(headline.words.turned(apart), 2)
    words = (
        f"baseline means differ by {better} standard deviations (pilot less comparison, up is good); {usual}"
    )
    return LOOK.found(abs(apart) <= limit, words, apart)


def baseline_means(headline: Headline) -> tuple[pd.Series, pd.Series]:
    """Mean of each team's baseline weeks, pilot teams and comparison teams."""
    rows = headline.frame[headline.frame["week"].isin(map(str, headline.panel.windows.baseline))]
    means = rows.groupby(["arm", "team"])["value"].mean()
    control = means.index.get_level_values("arm") == CONTROL
    return means[~control], means[control]
