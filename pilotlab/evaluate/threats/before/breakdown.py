"""Parting: how much faster than before the start the arms would have to part to make the headline by themselves."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from pilotlab.estimate.results.estimate import Estimate, NotEstimable
from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.threats.before.periods import distance, event_study
from pilotlab.evaluate.threats.check import Check, Look, holds_zero
from pilotlab.spec.threshold import margin_size
from pilotlab.stats.sensitivity.breakdown import breakdown
from pilotlab.stats.sensitivity.honest_rm import relative_magnitude
from pilotlab.wording.numbers import number

LOOK = Look("breakdown", "Arms that part faster afterwards")
LONGEST = 4  # weeks in a period: a month, and at most half the baseline
ENOUGH = 1.0


def parting(headline: Headline) -> Check:
    """Find the breakdown value: the number of times as fast as at worst before the start, period by period."""
    length = min(LONGEST, len(headline.panel.windows.baseline) // 2)
    if length < 1:
        return LOOK.not_applicable("the baseline is too short to be cut into periods")
    m = breakdown_value(headline, length)
    if isinstance(m, NotEstimable):
        return LOOK.not_applicable(m.reason)
    if holds_zero(headline.estimate) and headline.spec.claim != "do_no_harm":
        return LOOK.not_applicable("this readout finds no effect that parting arms could have made", m)
    words = _words(m, length)
    if headline.panel.assignment.drawn:
        return LOOK.not_applicable(f"a lot decided, so nothing but chance parts the arms; {words}", m)
    return LOOK.found(m >= ENOUGH, words, m)


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


def _words(m: float, length: int) -> str:
    if m == 0:
        return "measured from the last weeks of the baseline alone, the effect is gone already"
    weeks = f"{length} weeks" if length > 1 else "week"
    if math.isinf(m):
        return "the effect stays however fast they part"
    return f"the effect is gone once they part, every {weeks}, {_times(m)} times as much as at worst before the start"


def _times(m: float) -> str:
    """Round down, so that just under one does not read as one."""
    return number(math.floor(m * 100 + 1e-9) / 100, 2)
