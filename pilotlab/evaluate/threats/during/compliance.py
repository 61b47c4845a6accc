"""Compliance: a pilot that few follow tests little, and what it did to those who followed is more than the headline."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from pilotlab.evaluate import disclosure
from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.threats.changes import changes
from pilotlab.evaluate.threats.check import Check, Look
from pilotlab.spec.standard import least_gap
from pilotlab.stats.regression.instrument import Complier, complier_effect
from pilotlab.wording.numbers import signed

LOOK = Look("compliance", "A pilot that few follow")


def compliance(headline: Headline) -> Check:
    """Hold what teams did against the plan and, where a lot decided, find the effect of doing it."""
    panel, use = headline.adherence, headline.spec.metrics.adherence
    if panel is None or use is None or use.planned_gap is None:
        return LOOK.not_applicable("no adherence metric with a planned gap is declared")
    if hidden := disclosure.hidden(panel):
        return LOOK.not_applicable(f"not shown: {hidden}")
    teams = changes(headline.frame, headline.panel.windows)
    teams = teams.join(changes(panel.values, panel.windows)["change"].rename("dose"), how="inner")
    if teams["pilot"].nunique() < 2:
        return LOOK.not_applicable(
            "no team of an arm has both the goal and the adherence metric, before and after"
        )
    moved = float(teams.groupby("pilot")["dose"].mean().diff().iloc[-1])
    least = least_gap(use.planned_gap, use.minimum_gap)
    unit, share = panel.metric.unit_word, moved / use.planned_gap
    words = f"{panel.metric.label} moved by {signed(moved, 2)} {unit}, and {signed(use.planned_gap, 2)} were planned{_followed(headline, teams, unit)}"
    return LOOK.found(share >= least / use.planned_gap, words, share)


def _followed(headline: Headline, teams: pd.DataFrame, unit: str) -> str:
    """Effect of one more of the dose among those whom the lot moved; empty where no lot decided or nothing moved."""
    if not headline.panel.assignment.drawn:
        return ""
    strata = pd.get_dummies(teams["stratum"], drop_first=True).to_numpy(dtype=float)
    try:
        found = complier_effect(
            teams["change"].to_numpy(),
            teams["dose"].to_numpy(),
            teams["pilot"].to_numpy(),
            others=strata if strata.size else None,
            cluster=teams["cluster"].astype(str).to_numpy(),
            alpha=headline.estimate.alpha,
        )
    except ValueError:
        return ""
    one = float(np.sign(found.on_dose))  # of the dose, in the direction in which the pilot moved it
    return f"; where they moved, {signed(one, 0)} {unit} makes {_said(headline, found, one)}"


def _said(headline: Headline, found: Complier, one: float) -> str:
    """Effect with its Anderson-Rubin set, which holds however weakly the lot moved the dose."""
    low, high = sorted(one * end for end in found.region[0])
    if len(found.region) > 1 or not all(map(math.isfinite, (low, high))):
        return f"{headline.said(one * found.effect)} (no interval: the arms did too nearly the same)"
    return headline.words.effect_with_interval(one * found.effect, (low, high))
