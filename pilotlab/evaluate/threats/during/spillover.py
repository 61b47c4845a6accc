"""Spillover: comparison teams that meet pilot teams may move with them, and so hide part of the effect."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import special

from pilotlab.estimate.results.estimate import Estimate
from pilotlab.evaluate import disclosure, request
from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.threats.changes import changes
from pilotlab.evaluate.threats.check import Check, Look, holds_zero
from pilotlab.spec.pilot import CONTROL
from pilotlab.stats.regression.ols import ols
from pilotlab.stats.variance.cr2 import cr2
from pilotlab.wording.shares import percent

LOOK = Look("spillover", "A policy that reaches comparison teams")
FEWEST = 4  # teams whose exposure is known
MUCH = 0.25  # of a comparison team's meetings, on average: too much to be called a comparison


def spillover(headline: Headline) -> Check:
    """Look at comparison teams by their exposure, else at the buffer teams, which meet both arms and have no policy."""
    if headline.panel.exposure:
        return _by_exposure(headline)
    if len(headline.panel.buffer):
        return _by_buffer(headline)
    return LOOK.not_applicable(
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
        return LOOK.not_applicable(f"`exposure` of {wrong[0]} in teams.csv is no share from 0 to 1")
    teams = teams.dropna(subset="share")
    if len(teams) < FEWEST or teams["share"].nunique() < 2:
        return LOOK.not_applicable(
            f"exposure is known of {len(teams)} comparison teams, and must vary among {FEWEST} or more"
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
    return LOOK.found(slope - reach <= 0 <= slope + reach and mean <= MUCH, words, mean * slope)


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
        return LOOK.not_applicable(f"values of buffer teams have no {transform}")
    buffer = request.scaled(buffer, transform)
    began = frame["cohort"].dropna().min()
    both = pd.concat(
        [frame[frame["arm"] == CONTROL], buffer.assign(arm="buffer", cohort=began)], ignore_index=True
    )
    if hidden := disclosure.hidden(replace(headline.panel, values=both)):
        return LOOK.not_applicable(f"not shown: {hidden}")
    found = headline.again(both, estimator="auto", inference="auto", strata=None, assignment=None)
    if not isinstance(found, Estimate):
        return LOOK.not_applicable(found.reason)
    count = buffer["team"].nunique()
    words = f"{count} buffer {'team' if count == 1 else 'teams'}, which meet both arms, against comparison teams: {headline.said_with_interval(found)}"
    return LOOK.found(holds_zero(found), words, found.att)
