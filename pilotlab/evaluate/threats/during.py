"""During: threats that show in the weeks of the pilot."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import special

from pilotlab.estimate.results.effect import Estimate
from pilotlab.evaluate import disclosure, request
from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.reruns import halves
from pilotlab.evaluate.threats.check import Check, NamedThreat, holds_zero
from pilotlab.evaluate.threats.stretches import between, changes
from pilotlab.spec.pilot import CONTROL
from pilotlab.spec.standard import least_gap
from pilotlab.stats.arrays import FloatArray
from pilotlab.stats.randomization.draws import Design, count, enumerate_draws, sample_draws
from pilotlab.stats.regression.instrument import Complier, complier_effect
from pilotlab.stats.regression.ols import ols
from pilotlab.stats.variance.cr2 import cr2
from pilotlab.wording.chances import of_100
from pilotlab.wording.numbers import percent, signed

LAST_PLACES = 2  # in which two roundings may differ
NOVELTY = NamedThreat("early_against_late", "A novelty that fades")


def early_against_late(headline: Headline) -> Check:
    """Compare the effect in the late half of the counted weeks with the early half."""
    early, late = halves(headline)
    if not early:
        return NOVELTY.not_applicable("one counted week can't be cut in two")
    found = between(headline, early, late)
    if not isinstance(found, Estimate):
        return NOVELTY.not_applicable(found.reason)
    fading = not holds_zero(found) and found.att * headline.estimate.att < 0
    growing = not holds_zero(found) and not fading
    words = f"second half less first half: {headline.said_with_interval(found)}"
    words += "; the effect fades" if fading else "; the effect still grows" if growing else ""
    return NOVELTY.found(not fading, words + _beside_the_card(headline, found.att), found.att)


def _beside_the_card(headline: Headline, found: float) -> str:
    """Say why the two halves of the card differ by something else, where they do."""
    early, late = (headline.rerun(name) for name in ("early", "late"))
    if early is None or late is None:
        return ""
    apart = late.att - early.att
    if abs(apart - found) <= LAST_PLACES * 10.0**-headline.panel.metric.decimals:
        return ""
    return f"; the halves of the card differ by {headline.said(apart)}, for there a {headline.unit_word} without values in one half counts in the other"


CHOSEN_WEEKS = NamedThreat("other_windows", "Weeks that were chosen")
WINDOWS = ("washin_none", "washin_doubled", "half_baseline", "anticipation", "no_holidays", "early", "late")


def other_windows(headline: Headline) -> Check:
    """Sum up the runs of the card that take other weeks: the sign should hold in each."""
    made = [run.att for name in WINDOWS if (run := headline.rerun(name)) is not None]
    if not made:
        return CHOSEN_WEEKS.not_applicable("no other choice of weeks could be run")
    turned = sum(att * headline.estimate.att <= 0 for att in made)
    claimed = not holds_zero(headline.estimate)
    ends = headline.words.ends_with_unit((min(made), max(made)))
    words = f"{len(made)} other choices of baseline, wash-in and counted weeks give {ends}"
    words += f"; the sign turns in {turned}" if turned else ""
    return CHOSEN_WEEKS.found(not (turned and claimed), words, (len(made) - turned) / len(made))


COMPLIANCE = NamedThreat("compliance", "A pilot that few follow")


def compliance(headline: Headline) -> Check:
    """Hold what teams did against the plan and, where a lot decided, find the effect of doing it."""
    panel, use = headline.adherence, headline.spec.metrics.adherence
    if panel is None or use is None or use.planned_gap is None:
        return COMPLIANCE.not_applicable("no adherence metric with a planned gap is declared")
    if hidden := disclosure.hidden(panel):
        return COMPLIANCE.not_applicable(f"not shown: {hidden}")
    teams = changes(headline.frame, headline.panel.windows)
    teams = teams.join(changes(panel.values, panel.windows)["change"].rename("dose"), how="inner")
    if teams["pilot"].nunique() < 2:
        return COMPLIANCE.not_applicable(
            "no team of an arm has both the goal and the adherence metric, before and after"
        )
    moved = float(teams.groupby("pilot")["dose"].mean().diff().iloc[-1])
    least = least_gap(use.planned_gap, use.minimum_gap)
    unit, share = panel.metric.unit_word, moved / use.planned_gap
    words = f"{panel.metric.label} moved by {signed(moved, 2)} {unit}, and {signed(use.planned_gap, 2)} were planned{_followed(headline, teams, unit)}"
    return COMPLIANCE.found(share >= least / use.planned_gap, words, share)


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


PLACEBO = NamedThreat("placebo_in_space", "Luck among comparison teams")
FEWEST_UNITS = 6  # comparison units: with five, the ten ways to choose two say little of 1 in 20
MOST_DRAWS = 2_000  # draws


def placebo_in_space(headline: Headline) -> Check:
    """Ask how often comparison teams alone, re-drawn into two arms, part as far as the headline's arms did."""
    units = _units(headline)
    if units is None:
        return PLACEBO.not_applicable(
            "each stratum holds one comparison team, and no other can stand in for it"
        )
    treated, comparison = units
    if len(comparison) < FEWEST_UNITS:
        return PLACEBO.not_applicable(f"{len(comparison)} comparison units are too few to be drawn again")
    effects = placebos(comparison, treated, seed=headline.asked["seed"])
    share = float((np.abs(effects) >= abs(headline.estimate.att) * (1 - 1e-9)).mean())
    usual = headline.words.size(headline.words.shown(float(np.quantile(np.abs(effects), 0.95))))
    words = f"comparison teams alone, drawn into two arms, part by up to {usual} in 19 of 20 draws, and as far as here in {of_100(share)}"
    claimed = not holds_zero(headline.estimate)
    return PLACEBO.found(not claimed or share <= headline.estimate.alpha, words, share)


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
        if count(design) <= MOST_DRAWS
        else sample_draws(design, MOST_DRAWS, np.random.default_rng(seed))
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


SPILLOVER = NamedThreat("spillover", "A policy that reaches comparison teams")
FEWEST_EXPOSED = 4  # teams whose exposure is known
MUCH = 0.25  # of a comparison team's meetings, on average: too much to be called a comparison


def spillover(headline: Headline) -> Check:
    """Look at comparison teams by their exposure, else at the buffer teams, which meet both arms and have no policy."""
    if headline.panel.exposure:
        return _by_exposure(headline)
    if len(headline.panel.buffer):
        return _by_buffer(headline)
    return SPILLOVER.not_applicable(
        "no `exposure` in teams.csv (share of meetings with pilot teams), and no buffer teams"
    )


def _by_exposure(headline: Headline) -> Check:
    """Slope of comparison teams' changes on their exposure, with HC2-like (CR2) spread."""
    teams = changes(headline.frame, headline.panel.windows)
    teams = teams[teams["arm"] == CONTROL].assign(
        share=lambda rows: rows.index.map(dict(headline.panel.exposure))
    )
    wrong = [team for team, share in headline.panel.exposure.items() if not 0 <= share <= 1]
    if wrong:
        return SPILLOVER.not_applicable(f"`exposure` of {wrong[0]} in teams.csv is no share from 0 to 1")
    teams = teams.dropna(subset="share")
    if len(teams) < FEWEST_EXPOSED or teams["share"].nunique() < 2:
        return SPILLOVER.not_applicable(
            f"exposure is known of {len(teams)} comparison teams, and must vary among {FEWEST_EXPOSED} or more"
        )
    slope, se, df = _slope(teams)
    mean = float(teams["share"].mean())
    reach = float(special.stdtrit(df, 1 - headline.estimate.alpha / 2)) * se
    moved = headline.words.effect_with_interval(
        mean * slope, (mean * (slope - reach), mean * (slope + reach))
    )
    words = (
        f"comparison teams spend {percent(mean)} of their meetings with pilot teams on average (up to {percent(MUCH)} is usual); "
        f"going by those exposed more, it moved them by {moved}"
    )
    return SPILLOVER.found(slope - reach <= 0 <= slope + reach and mean <= MUCH, words, mean * slope)


def _slope(teams: pd.DataFrame) -> tuple[float, float, float]:
    X = np.column_stack([teams["share"].to_numpy(dtype=float), np.ones(len(teams))])
    group = np.unique(teams["cluster"].astype(str), return_inverse=True)[1].astype(np.int64)
    fit = ols(X, teams["change"].to_numpy(dtype=float))
    found = cr2(X, fit.residuals, group, np.array([[1.0, 0.0]]))
    return float(fit.coef[0]), float(np.sqrt(found.variance[0, 0])), float(found.df[0])


def _by_buffer(headline: Headline) -> Check:
    """Compare buffer teams with comparison teams, as if the policy had begun in them."""
    frame, transform, buffer = headline.frame, headline.panel.metric.transform, headline.panel.buffer
    if (
        transform != "none"
        and not buffer["value"].between(0, np.inf if transform == "log" else 1, inclusive="neither").all()
    ):
        return SPILLOVER.not_applicable(f"values of buffer teams have no {transform}")
    buffer = request.scaled(buffer, transform)
    began = frame["cohort"].dropna().min()
    both = pd.concat(
        [frame[frame["arm"] == CONTROL], buffer.assign(arm="buffer", cohort=began)], ignore_index=True
    )
    if hidden := disclosure.hidden(replace(headline.panel, values=both)):
        return SPILLOVER.not_applicable(f"not shown: {hidden}")
    found = headline.again(both, estimator="auto", inference="auto", strata=None, assignment=None)
    if not isinstance(found, Estimate):
        return SPILLOVER.not_applicable(found.reason)
    count = buffer["team"].nunique()
    words = f"{count} buffer {'team' if count == 1 else 'teams'}, which meet both arms, against comparison teams: {headline.said_with_interval(found)}"
    return SPILLOVER.found(holds_zero(found), words, found.att)
