"""Checks: what could have made the headline look like this without the policy, each with a sentence and a number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

from pilotlab.estimate.filled import Gap, gaps
from pilotlab.estimate.headline import Headline
from pilotlab.estimate.reruns import halves
from pilotlab.estimate.result import Estimate, NotEstimable
from pilotlab.spec.pilot import CONTROL
from pilotlab.stats.imbalance import chance_difference, standardised_difference
from pilotlab.weeks import Week

Outcome = Literal["pass", "fail", "not applicable"]
LEAST_BASELINE = 4  # weeks: two on each side of a pretended start
IMBALANCE = 0.25  # standard deviations; Ho, Imai, King & Stuart (2007)
ATTRITION = 0.05  # difference of the arms' shares of units lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One threat looked at.

    Attributes
    ----------
    label : str
        The threat, as a reader sees it.
    words : str
        What was found; effects are turned so that up is good.
    number : float or None
        The same finding as a number: effects as measured, shares from 0 to 1; None where not applicable.
    """

    name: str
    label: str
    outcome: Outcome
    words: str
    number: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {name: getattr(self, name) for name in self.__slots__}


def placebo_in_time(headline: Headline) -> Check:
    """Pretend that the policy began in the middle of the baseline: there should be nothing."""
    name, label = "placebo_in_time", "A start that never was"
    weeks = headline.panel.windows.baseline
    if len(weeks) < LEAST_BASELINE:
        return _not_applicable(name, label, f"{len(weeks)} baseline weeks can't be cut in two")
    found = _between(headline, weeks[: len(weeks) // 2], weeks[len(weeks) // 2 :])
    if not isinstance(found, Estimate):
        return _not_applicable(name, label, found.reason)
    before = len(weeks) - len(weeks) // 2
    words = f"pretended {before} weeks before the baseline ended, where nothing began: {headline.said_with_interval(found)}"
    return Check(name=name, label=label, outcome=_clear(_holds_zero(found)), words=words, number=found.att)


def early_against_late(headline: Headline) -> Check:
    """Compare the effect in the late half of the counted weeks with the early half: a novelty fades."""
    name, label = "early_against_late", "A novelty that fades"
    early, late = halves(headline)
    if not early:
        return _not_applicable(name, label, "one counted week can't be cut in two")
    found = _between(headline, early, late)
    if not isinstance(found, Estimate):
        return _not_applicable(name, label, found.reason)
    fading = not _holds_zero(found) and found.att * headline.estimate.att < 0
    growing = not _holds_zero(found) and not fading
    words = f"second half less first half: {headline.said_with_interval(found)}"
    words += "; the effect fades" if fading else "; the effect still grows" if growing else ""
    return Check(name=name, label=label, outcome=_clear(not fading), words=words, number=found.att)


def missing_weeks(headline: Headline) -> Check:
    """Take every missing counted week for the worst: a pilot team's worst, a comparison team's best."""
    name, label, unit = "missing_weeks", "Missing weeks that hide the worst", headline.unit_word
    lost = [
        gap for gap in gaps(headline.panel, headline.panel.windows.counted) if gap.team in set(headline.teams)
    ]
    if not lost:
        return _not_applicable(name, label, f"no counted {unit}-week is missing")
    found = headline.again(_worst(headline, lost))
    if not isinstance(found, Estimate):
        return _not_applicable(name, label, found.reason)
    holds = found.att * headline.estimate.att > 0
    words = (
        f"if each of {len(lost)} missing {unit}-weeks hid a pilot {unit}’s worst week and a comparison {unit}’s best: "
        f"{headline.said_with_interval(found)}"
    )
    return Check(name=name, label=label, outcome=_clear(holds), words=words, number=found.att)


def baseline_imbalance(headline: Headline) -> Check:
    """Hold the arms' baseline means of the goal beside each other, in standard deviations of the units."""
    name, label = "baseline_imbalance", "Arms apart before the start"
    rows = headline.frame[headline.frame["week"].isin(map(str, headline.panel.windows.baseline))]
    means = rows.groupby(["arm", "team"])["value"].mean()
    control = means.index.get_level_values("arm") == CONTROL
    pilot, comparison = means[~control].to_numpy(), means[control].to_numpy()
    if min(len(pilot), len(comparison)) < 2:
        return _not_applicable(
            name, label, f"{len(pilot)} and {len(comparison)} {headline.unit_word}s have a baseline"
        )
    apart = standardised_difference(pilot, comparison)
    if apart is None:
        return _not_applicable(name, label, "baseline means do not vary")
    drawn = headline.panel.assignment.drawn
    limit = max(IMBALANCE, chance_difference(len(pilot), len(comparison)) if drawn else 0.0)
    lot = drawn and limit > IMBALANCE
    usual = (
        f"a lot keeps them below {limit:.2f} in 19 of 20 draws" if lot else f"the usual limit is {limit:.2f}"
    )
    better = _plain(headline.panel.metric.better * apart)
    words = (
        f"baseline means differ by {better} standard deviations (pilot less comparison, up is good); {usual}"
    )
    return Check(name=name, label=label, outcome=_clear(abs(apart) <= limit), words=words, number=apart)


def attrition(headline: Headline) -> Check:
    """Compare the arms' shares of units that can't be used, for want of values on one side of the start."""
    name, label, unit = (
        "attrition",
        f"{headline.unit_word.capitalize()}s lost from one arm",
        headline.unit_word,
    )
    used, windows = headline.frame, headline.panel.windows
    sides = [
        set(used.loc[used["week"].isin(map(str, weeks)), "team"])
        for weeks in (windows.baseline, windows.counted)
    ]
    there = sides[0] & sides[1]
    lost, count = {True: 0, False: 0}, {True: 0, False: 0}
    for row in headline.panel.assignment.teams:
        count[row.arm != CONTROL] += 1
        lost[row.arm != CONTROL] += row.team not in there
    apart = lost[True] / count[True] - lost[False] / count[False]
    words = f"{lost[True]} of {count[True]} pilot and {lost[False]} of {count[False]} comparison {unit}s have no value before or after"
    return Check(name=name, label=label, outcome=_clear(abs(apart) <= ATTRITION), words=words, number=apart)


CHECKS: Mapping[str, Callable[[Headline], Check]] = MappingProxyType(
    {
        "placebo_in_time": placebo_in_time,
        "early_against_late": early_against_late,
        "missing_weeks": missing_weeks,
        "baseline_imbalance": baseline_imbalance,
        "attrition": attrition,
    }
)


def _between(
    headline: Headline, first: tuple[Week, ...], second: tuple[Week, ...]
) -> Estimate | NotEstimable:
    """Estimate what changed between two stretches of weeks, as if the policy had begun with the second."""
    frame = headline.frame[headline.frame["week"].isin([str(week) for week in (*first, *second)])]
    began = frame["cohort"].where(frame["cohort"].isna(), str(second[0]))
    return headline.again(frame.assign(cohort=began), baseline=None, washin=0, anticipation=0, exclude=())


def _worst(headline: Headline, lost: list[Gap]) -> pd.DataFrame:
    """Fill gaps with a team's own worst or best counted week, whichever speaks against the headline."""
    frame = headline.frame
    counted = frame[frame["week"].isin(map(str, headline.panel.windows.counted))]
    ends = counted.groupby("team")["value"].agg(["min", "max"])
    against = "min" if headline.estimate.att > 0 else "max"
    other = {"min": "max", "max": "min"}[against]
    like = frame.drop_duplicates("team").set_index("team")
    rows = []
    for gap in lost:
        if gap.team in ends.index:
            end = other if like.loc[gap.team, "arm"] == CONTROL else against
            rows.append(
                {
                    "team": gap.team,
                    **like.loc[gap.team],
                    "week": str(gap.week),
                    "value": ends.loc[gap.team, end],
                }
            )
    return pd.concat([frame, pd.DataFrame(rows, columns=frame.columns)], ignore_index=True) if rows else frame


def _plain(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")


def _holds_zero(estimate: Estimate) -> bool:
    low, high = estimate.ci
    return low <= 0 <= high


def _clear(clear: bool) -> Outcome:
    return "pass" if clear else "fail"


def _not_applicable(name: str, label: str, why: str) -> Check:
    return Check(name=name, label=label, outcome="not applicable", words=why)
