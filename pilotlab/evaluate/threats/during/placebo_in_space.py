"""Placebo in space: comparison teams alone, some of them taken for treated, over and over."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.threats.changes import changes
from pilotlab.evaluate.threats.check import Check, Look, holds_zero
from pilotlab.spec.pilot import CONTROL
from pilotlab.stats.arrays import FloatArray
from pilotlab.stats.randomization.draws import Design, count, enumerate_draws, sample_draws
from pilotlab.wording.chances import of_100

LOOK = Look("placebo_in_space", "Luck among comparison teams")
FEWEST = 6  # comparison units: with five, the ten ways to choose two say little of 1 in 20
MOST = 2_000  # draws


def placebo_in_space(headline: Headline) -> Check:
    """Ask how often comparison teams alone, re-drawn into two arms, part as far as the headline's arms did."""
    units = _units(headline)
    if units is None:
        return LOOK.not_applicable("each stratum holds one comparison team, and no other can stand in for it")
    treated, comparison = units
    if len(comparison) < FEWEST:
        return LOOK.not_applicable(f"{len(comparison)} comparison units are too few to be drawn again")
    effects = placebos(comparison, treated, seed=headline.asked["seed"])
    share = float((np.abs(effects) >= abs(headline.estimate.att) * (1 - 1e-9)).mean())
    usual = headline.words.size(headline.words.shown(float(np.quantile(np.abs(effects), 0.95))))
    words = f"comparison teams alone, drawn into two arms, part by up to {usual} in 19 of 20 draws, and as far as here in {of_100(share)}"
    claimed = not holds_zero(headline.estimate)
    return LOOK.found(not claimed or share <= headline.estimate.alpha, words, share)


def placebos(comparison: FloatArray, treated: int, *, seed: int) -> FloatArray:
    """Differences between two made-up arms of comparison units, scaled to the noise of the real arms.

    Parameters
    ----------
    comparison : ndarray, shape (n,)
        Changes of the comparison units, the mean of their stratum taken out.
    treated : int
        Units of the pilot arm.
    """
    n = len(comparison)
    first = np.arange(n) < n // 2
    design = Design.complete(first)
    draws = (
        enumerate_draws(design)
        if count(design) <= MOST
        else sample_draws(design, MOST, np.random.default_rng(seed))
    )
    z = draws.astype(float)
    effects = z @ comparison / (n // 2) - (1 - z) @ comparison / (n - n // 2)
    scale = math.sqrt((1 / treated + 1 / n) / (1 / (n // 2) + 1 / (n - n // 2)))
    return np.asarray(scale * effects)


def _units(headline: Headline) -> tuple[int, FloatArray] | None:
    """Number of pilot units, and the comparison units' changes within strata; teams that move together are one."""
    teams = changes(headline.frame, headline.panel.windows)
    units = teams.groupby(["arm", "cluster"]).agg({"change": "mean", "stratum": "first"})
    control = units.index.get_level_values("arm") == CONTROL
    comparison = units[control]
    return None if (found := _within(comparison)) is None else (int((~control).sum()), found)


def _within(comparison: pd.DataFrame) -> FloatArray | None:
    """Changes less their stratum's mean, stretched for the mean that was estimated; None where a stratum has one alone."""
    groups = comparison.groupby("stratum")["change"]
    size = groups.transform("size").to_numpy(dtype=float)
    if (size < 2).any():
        return None
    return np.asarray(
        (comparison["change"] - groups.transform("mean")).to_numpy() * np.sqrt(size / (size - 1))
    )
