"""Reruns: the sixteen other analyses of the robustness card `standard`, a row each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.evaluate.headline import Headline, Rerun
from pilotlab.panel.presence import gaps
from pilotlab.spec.public_holidays import UnknownCalendar, holiday_weeks
from pilotlab.weeks import Week
from pilotlab.wording.lists import noun

WINSOR = 0.05  # of the team-weeks, at each end
MORE_ANTICIPATION = 2  # weeks


def _estimator(name: str, label: str) -> Callable[[Headline], Rerun]:
    def rerun(headline: Headline) -> Rerun:
        if headline.estimate.estimator == name:
            return Rerun(label, _same(f"the headline is `{name}`"))
        return Rerun(label, headline.by_estimator(name))

    return rerun


def _inference(name: str, label: str) -> Callable[[Headline], Rerun]:
    def rerun(headline: Headline) -> Rerun:
        if headline.estimate.inference == name:
            return Rerun(label, _same(f"the headline's interval is `{name}`"))
        return Rerun(label, headline.again(inference=name))

    return rerun


def _washin_none(headline: Headline) -> Rerun:
    label = "Wash-in weeks counted"
    return Rerun(label, headline.again(washin=0) if headline.asked["washin"] else _no_washin())


def _washin_doubled(headline: Headline) -> Rerun:
    weeks = headline.asked["washin"]
    label = f"Wash-in of {2 * weeks} weeks, not {weeks}" if weeks else "Wash-in doubled"
    return Rerun(label, headline.again(washin=2 * weeks) if weeks else _no_washin())


def _half_baseline(headline: Headline) -> Rerun:
    weeks = headline.asked["baseline"]
    half = weeks // 2
    if not half:
        return Rerun("Half the baseline", NotEstimable("the baseline is one week", "a longer baseline"))
    return Rerun(f"Baseline of {half} weeks, not {weeks}", headline.again(baseline=half))


def _anticipation(headline: Headline) -> Rerun:
    more = headline.asked["anticipation"] + MORE_ANTICIPATION
    return Rerun("Two more weeks of anticipation", headline.again(anticipation=more))


def _no_holidays(headline: Headline) -> Rerun:
    label, codes = "Holiday weeks left out", headline.spec.calendar.holidays.values()
    if not codes:
        return Rerun(label, NotEstimable("no holiday calendar is declared", "`calendar.holidays`"))
    try:
        weeks = holiday_weeks(codes, headline.panel.windows.expected)
    except UnknownCalendar as error:
        return Rerun(label, NotEstimable(str(error), "a calendar that is known"))
    if not weeks:
        return Rerun(label, _same("no week that counts has two public holidays or more"))
    return Rerun(label, headline.without_weeks(weeks))


def _complete(headline: Headline) -> Rerun:
    unit = headline.unit_word
    label = f"Complete {noun(2, unit)} only"
    lost = frozenset(gap.team for gap in gaps(headline.panel, headline.panel.windows.expected))
    if not lost & set(headline.teams):
        return Rerun(label, _same(f"every {unit} is complete"))
    if lost >= set(headline.teams):
        return Rerun(label, NotEstimable(f"no {unit} is complete", f"{noun(2, unit)} without gaps"))
    return Rerun(label, headline.without_teams(lost), lost)


def _by_people(headline: Headline) -> Rerun:
    label = "Weighted by people, not teams"
    if headline.asked["weights"]:
        return Rerun(label, _same("the headline is weighted by people"))
    if headline.panel.person_units:
        return Rerun(label, _same("every unit is one person"))
    unknown = int(headline.frame["people"].isna().sum())
    if unknown:
        why = f"how many people stand behind {unknown} of {len(headline.frame)} team-weeks is not known"
        return Rerun(label, NotEstimable(why, "`size` in teams.csv, or `n` beside the values"))
    return Rerun(label, headline.again(weights="people"))


def _winsorised(headline: Headline) -> Rerun:
    frame = headline.frame
    counted = frame["week"].isin(map(str, headline.panel.windows.expected))
    low, high = frame.loc[counted, "value"].quantile([WINSOR, 1 - WINSOR])
    label = f"{headline.unit_word.capitalize()}-weeks winsorised at 5 %"
    return Rerun(label, headline.again(frame.assign(value=frame["value"].clip(low, high))))


def _early(headline: Headline) -> Rerun:
    early, late = halves(headline)
    label = "First half of the pilot only"
    return Rerun(label, headline.without_weeks(late) if early else _one_week())


def _late(headline: Headline) -> Rerun:
    early, _ = halves(headline)
    label = "Second half of the pilot only"
    return Rerun(label, headline.without_weeks(early) if early else _one_week())


def halves(headline: Headline) -> tuple[tuple[Week, ...], tuple[Week, ...]]:
    """Early and late half of the counted weeks; of an odd number the middle one is late."""
    weeks = headline.panel.windows.counted
    return weeks[: len(weeks) // 2], weeks[len(weeks) // 2 :]


def _largest(headline: Headline) -> Rerun:
    label = "Without the largest team"
    if headline.panel.person_units:
        return Rerun(label, NotEstimable("the units are persons", "a pilot of teams"))
    sizes = headline.frame.groupby("team")["people"].mean()
    if sizes.isna().any():
        return Rerun(
            label,
            NotEstimable(
                "the size of some teams is not known", "`size` in teams.csv, or `n` beside the values"
            ),
        )
    if sizes.nunique() == 1:
        return Rerun(
            label, NotEstimable("all teams are of one size", "nothing: no team outweighs the others")
        )
    team = str(sizes.idxmax())
    return Rerun(label, headline.without_teams([team]), frozenset([team]))


def _same(why: str) -> NotEstimable:
    return NotEstimable(f"it would be the headline again: {why}", "nothing: the headline has it already")


def _no_washin() -> NotEstimable:
    return NotEstimable("no wash-in was declared", "`calendar.washin_weeks`")


def _one_week() -> NotEstimable:
    return NotEstimable("there is one counted week", "more counted weeks")


RERUNS: Mapping[str, Callable[[Headline], Rerun]] = MappingProxyType(
    {
        "twfe": _estimator("twfe", "Two-way fixed effects"),
        "ancova": _estimator("ancova", "ANCOVA on the baseline mean"),
        "imputation": _estimator("imputation", "Imputation"),
        "cr2": _inference("cr2", "Interval by CR2"),
        "wild": _inference("wild", "Interval by wild bootstrap"),
        "washin_none": _washin_none,
        "washin_doubled": _washin_doubled,
        "half_baseline": _half_baseline,
        "anticipation": _anticipation,
        "no_holidays": _no_holidays,
        "complete": _complete,
        "people": _by_people,
        "winsorised": _winsorised,
        "early": _early,
        "late": _late,
        "largest_out": _largest,
    }
)
SAME_ROWS = ("twfe", "ancova", "imputation", "people", "winsorised")  # of the headline's teams and weeks
INTERVALS = ("cr2", "wild")  # judged by their interval: the estimate is the headline's own
