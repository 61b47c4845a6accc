"""Before: threats that show in the weeks before the start, other than trends that part."""

from __future__ import annotations

import pandas as pd

from pilotlab.estimate.results.effect import Estimate
from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.threats.check import Check, NamedThreat, holds_zero
from pilotlab.evaluate.threats.stretches import between
from pilotlab.spec.pilot import CONTROL
from pilotlab.stats.power.variance_parts import variance_parts
from pilotlab.stats.sensitivity.baseline_distance import chance_difference, retained, standardised_difference
from pilotlab.wording.numbers import number, signed

PLACEBO = NamedThreat("placebo_in_time", "A start that never was")
LEAST_BASELINE = 4  # weeks: two on each side of a pretended start


def placebo_in_time(headline: Headline) -> Check:
    """Pretend that the policy began in the middle of the baseline: there should be nothing."""
    weeks = headline.panel.windows.baseline
    if len(weeks) < LEAST_BASELINE:
        return PLACEBO.not_applicable(f"{len(weeks)} baseline weeks can't be cut in two")
    found = between(headline, weeks[: len(weeks) // 2], weeks[len(weeks) // 2 :])
    if not isinstance(found, Estimate):
        return PLACEBO.not_applicable(found.reason)
    before = len(weeks) - len(weeks) // 2
    words = f"pretended {before} weeks before the baseline ended, where nothing began: {headline.said_with_interval(found)}"
    return PLACEBO.found(holds_zero(found), words, found.att)


ANTICIPATION = NamedThreat("anticipation", "Changes ahead of the start")
LAST_WEEKS = 2  # weeks of the baseline, where nothing was announced before it ended


def anticipation(headline: Headline) -> Check:
    """Compare the weeks from announcement to start, else the last of the baseline, with the weeks before."""
    windows = headline.panel.windows
    first, second = windows.baseline, windows.announced
    when = f"in the {_weeks(len(second))} from the announcement to the start"
    if not second:
        if len(first) < LEAST_BASELINE:
            return ANTICIPATION.not_applicable(f"{_weeks(len(first))} of baseline can't be cut in two")
        first, second = first[:-LAST_WEEKS], first[-LAST_WEEKS:]
        when = f"in the last {_weeks(LAST_WEEKS)} before the start"
    found = between(headline, first, second)
    if not isinstance(found, Estimate):
        return ANTICIPATION.not_applicable(found.reason)
    words = f"{when}, less the weeks before: {headline.said_with_interval(found)}"
    return ANTICIPATION.found(holds_zero(found), words, found.att)


def _weeks(count: int) -> str:
    return f"{count} week" if count == 1 else f"{count} weeks"


APART = NamedThreat("baseline_imbalance", "Arms apart before the start")
IMBALANCE = 0.25  # standard deviations; Ho, Imai, King & Stuart (2007)


def baseline_imbalance(headline: Headline) -> Check:
    """Hold the arms' baseline means of the goal beside each other, in standard deviations of the units."""
    pilot, comparison = (means.to_numpy() for means in baseline_means(headline))
    if min(len(pilot), len(comparison)) < 2:
        return APART.not_applicable(
            f"{len(pilot)} and {len(comparison)} {headline.unit_word}s have a baseline"
        )
    apart = standardised_difference(pilot, comparison)
    if apart is None:
        return APART.not_applicable("baseline means do not vary")
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
    return APART.found(abs(apart) <= limit, words, apart)


def baseline_means(headline: Headline) -> tuple[pd.Series, pd.Series]:
    """Mean of each team's baseline weeks, pilot teams and comparison teams."""
    rows = headline.frame[headline.frame["week"].isin(map(str, headline.panel.windows.baseline))]
    means = rows.groupby(["arm", "team"])["value"].mean()
    control = means.index.get_level_values("arm") == CONTROL
    return means[~control], means[control]


RETURN = NamedThreat("regression_to_the_mean", "Teams that came at their worst")
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
        return RETURN.not_applicable("a lot decided, not how a team fared")
    pilot, comparison = (means.to_numpy() for means in baseline_means(headline))
    apart = standardised_difference(pilot, comparison) if min(len(pilot), len(comparison)) > 1 else None
    share = _retained(headline)
    if apart is None or share is None:
        return RETURN.not_applicable("the baseline is too short to tell a team’s level from its luck")
    gain = (share - 1) * float(pilot.mean() - comparison.mean())
    better = headline.words.turned(apart)
    where = f"{number(abs(better), 2)} standard deviations {'worse' if better < 0 else 'better'}"
    words = f"pilot teams began {where}; a return to their usual alone would make {headline.said(gain)}"
    large = gain * headline.estimate.att > 0 and abs(gain) >= PART * abs(headline.estimate.att)
    return RETURN.found(not (better < -IMBALANCE and large), words, gain)


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
