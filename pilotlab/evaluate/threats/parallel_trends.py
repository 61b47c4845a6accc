"""Parallel trends: whether the arms ran alike before the start, and how far they would have to part to undo the headline."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy import special

from pilotlab.errors import PilotlabError
from pilotlab.estimate.did import did
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.estimate.results.parallel_trends import Pretrend
from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.threats.check import Check, NamedThreat, holds_zero
from pilotlab.spec.threshold import margin_size
from pilotlab.stats.sensitivity.breakdown_value import breakdown
from pilotlab.stats.sensitivity.honest_rm import relative_magnitude
from pilotlab.wording.chances import of_100
from pilotlab.wording.numbers import number

PRE_TREND = NamedThreat("pre_trend", "Arms that parted before the start")
TEAMS_A_COEFFICIENT = 2  # a joint test of more has no power left


def pre_trend(headline: Headline) -> Check:
    """Test all baseline weeks jointly; its number is the p of arms that ran alike."""
    length = period(headline)
    if length is None:
        return PRE_TREND.not_applicable("the baseline is too short to be cut into periods")
    found = event_study(headline, length)
    test = found.pretrend() if isinstance(found, Estimate) else found
    if not isinstance(test, Pretrend):
        return PRE_TREND.not_applicable(test.reason)
    clock = "Week by week" if length == 1 else f"By periods of {length} weeks"
    seen = f"{clock}, chance alone parts arms this far before the start in {of_100(test.p_value)} pilots"
    return PRE_TREND.found(test.passed, f"{seen}; {_missed(headline, test, length)}", test.p_value)


def period(headline: Headline) -> int | None:
    """Weeks in a period: one, or as many as leave two teams and more for each coefficient."""
    baseline, panel = len(headline.panel.windows.baseline), headline.panel
    units = len({row.cluster or row.team for row in panel.assignment.teams})
    for length in range(panel.metric.cadence_weeks, baseline // 2 + 1):
        if baseline // length - 1 <= (units - 2) / TEAMS_A_COEFFICIENT:
            return length
    return None


def _missed(headline: Headline, test: Pretrend, length: int) -> str:
    """What the steady drift that is found 8 times in 10 would do to the headline."""
    drift = test.drifts[-1]
    windows = headline.panel.windows
    counted, baseline = (
        np.mean([week.index for week in weeks]) for weeks in (windows.counted, windows.baseline)
    )
    bias = abs(drift.slope) * float(counted - baseline) / length
    words = headline.words
    size = words.size(words.shown_turned(bias))
    return f"a steady drift that fakes {size} is found {round(10 * drift.power)} times in 10, a smaller one less often"


BREAKDOWN = NamedThreat("breakdown", "Arms that part faster afterwards")
LONGEST = 4  # weeks in a period: a month, and at most half the baseline
ENOUGH = 1.0


def parting(headline: Headline) -> Check:
    """Find the breakdown value: the number of times as fast as at worst before the start, period by period."""
    length = min(LONGEST, len(headline.panel.windows.baseline) // 2)
    if length < 1:
        return BREAKDOWN.not_applicable("the baseline is too short to be cut into periods")
    m = breakdown_value(headline, length)
    if isinstance(m, NotEstimable):
        return BREAKDOWN.not_applicable(m.reason)
    if holds_zero(headline.estimate) and headline.spec.claim != "do_no_harm":
        return BREAKDOWN.not_applicable("this readout finds no effect that parting arms could have made", m)
    words = _gone(m, length)
    if headline.panel.assignment.drawn:
        return BREAKDOWN.not_applicable(f"a lot decided, so nothing but chance parts the arms; {words}", m)
    return BREAKDOWN.found(m >= ENOUGH, words, m)


def breakdown_value(headline: Headline, length: int) -> float | NotEstimable:
    """Smallest m whose interval holds zero (under `do_no_harm`: the limit), by the C-LF test of relative magnitudes.

    Notes
    -----
    One coefficient after the start stands `distance` periods from the reference, so that trends that part by at most m times
    the worst step a period part by at most m times `distance` steps until then.
    """
    found = event_study(headline, length)
    if not isinstance(found, Estimate):
        return found
    if found.path is None or not found.path.n_pre:
        return NotEstimable("there is no period before the reference", "a longer baseline")
    beta, cov, _ = found.path.arrays()
    pre, df = found.path.n_pre, found.path.df
    steps = np.diff(np.insert(np.eye(len(beta)), pre, 0.0, axis=0), axis=0)
    if float(np.einsum("ik,kj,ij->i", steps, cov, steps).min()) <= 1e-12 * float(np.diag(cov).max()):
        return NotEstimable("a step from one period to the next has no noise at all", "values that vary")
    beta[-1] -= _limit(headline)
    alpha = headline.estimate.alpha
    stretch = 1.0 if math.isinf(df) else special.stdtrit(df, 1 - alpha / 2) / -special.ndtri(alpha / 2)
    far = distance(headline, length)

    def interval(m: float) -> tuple[float, float]:
        return relative_magnitude(beta, stretch**2 * cov, pre, np.ones(1), m * far, alpha=alpha)

    return breakdown(interval, step=1 / far)


def _limit(headline: Headline) -> float:
    """Return the effect that must stay out of the interval: none, or the worst that is accepted."""
    use, metric = headline.use, headline.panel.metric
    if headline.spec.claim != "do_no_harm" or use is None or use.margin is None:
        return 0.0
    return metric.words.turned(-margin_size(use.margin, metric))


def _gone(m: float, length: int) -> str:
    if m == 0:
        return "measured from the last weeks of the baseline alone, the effect is gone already"
    weeks = f"{length} weeks" if length > 1 else "week"
    if math.isinf(m):
        return "the effect stays however fast they part"
    return f"the effect is gone once they part, every {weeks}, {_times(m)} times as much as at worst before the start"


def _times(m: float) -> str:
    """Round down, so that just under one does not read as one."""
    return number(math.floor(m * 100 + 1e-9) / 100, 2)


CODE = "period"


def event_study(headline: Headline, length: int) -> Estimate | NotEstimable:
    """Estimate by periods of `length` baseline weeks, counted back from the last; the last is the reference.

    Weeks of few teams are noisy, and the worst of many noisy steps is large whatever the trends. Periods of several weeks
    say the same of slow drifts with less noise.
    """
    if headline.frame["cohort"].nunique() > 1:
        return NotEstimable("teams start in different weeks", "one start")
    try:
        return did(
            in_periods(headline, length),
            outcome="value",
            unit="team",
            time=CODE,
            cohort="began",
            cluster="together",
            estimator="event_study",
            inference="cr2",
            alpha=headline.estimate.alpha,
            outcome_unit=headline.estimate.unit,
        )
    except PilotlabError as error:
        return NotEstimable(error.what, error.fix)


def in_periods(headline: Headline, length: int) -> pd.DataFrame:
    """Mean of each team in each period: 0 is the last of the baseline, 1 the counted weeks; odd early weeks are left out."""
    windows = headline.panel.windows
    code = {str(week): -(back // length) for back, week in enumerate(reversed(windows.baseline))}
    whole = len(windows.baseline) // length
    code = {week: period for week, period in code.items() if period > -whole}
    code |= {str(week): 1 for week in windows.counted}
    frame = headline.frame
    frame = frame[frame["week"].isin(list(code))]
    frame = frame.assign(**{CODE: frame["week"].map(code).astype("int64")})
    means = frame.groupby(["team", CODE])["value"].mean().reset_index()
    teams = frame.drop_duplicates("team").set_index("team")
    paired = headline.asked["strata"] and teams.groupby(["stratum", "arm"]).size().max() == 1
    began = np.where(teams["cohort"].isna(), np.nan, 1.0)
    places = pd.DataFrame(
        {"began": began, "together": teams["stratum" if paired else "cluster"]}, index=teams.index
    )
    return means.join(places, on="team")


def distance(headline: Headline, length: int) -> float:
    """Periods from the middle of the reference to the middle of the counted weeks, in time as it passed."""
    windows = headline.panel.windows
    before, after = (
        np.mean([week.index for week in weeks]) for weeks in (windows.baseline[-length:], windows.counted)
    )
    return float(after - before) / length
