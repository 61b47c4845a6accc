"""Pre-trends of an estimate: the joint test before start, and how much drift it would have missed."""

from __future__ import annotations

import numpy as np

from pilotlab.errors import unknown
from pilotlab.estimate.notes.table import note
from pilotlab.estimate.results.estimate import Estimate, NotEstimable
from pilotlab.estimate.results.pretrend import Drift, Pretrend
from pilotlab.estimate.sensitivity.honest_did import singular, usable_path
from pilotlab.stats.sensitivity.pretrend import Criterion, Pretest, joint_test
from pilotlab.wording.numbers import significant

POWERS = (0.5, 0.8)
CRITERIA: tuple[Criterion, ...] = ("joint", "single")


def pretrend(estimate: Estimate, *, criterion: Criterion = "joint") -> Pretrend | NotEstimable:
    """Test the coefficients before start jointly, and say which drift the test would have found.

    Parameters
    ----------
    estimate : Estimate
        With a path by event time (`event_study`).
    criterion : {"joint", "single"}
        What passing means for power and bias.

    Raises
    ------
    UsageError
        For another criterion.

    References
    ----------
    Roth (2022), "Pretest with Caution".
    """
    if criterion not in CRITERIA:
        raise unknown("criterion", criterion, CRITERIA)
    path = usable_path(estimate, "the test before start")
    if isinstance(path, NotEstimable):
        return path
    beta, cov, weights = path.arrays()
    pre, df = path.n_pre, path.df
    if singular(cov[:pre, :pre]) or df <= pre:
        return NotEstimable(
            f"{pre} coefficients before start and {significant(df)} degrees of freedom: too little to test them jointly",
            "a shorter baseline, or more clusters",
        )
    test = joint_test(beta[:pre], cov[:pre, :pre], df)
    rule = Pretest(sigma=cov, n_pre=pre, df=df, alpha=estimate.alpha, criterion=criterion)
    offset = path.drifts
    return Pretrend(
        statistic=test.statistic,
        df_num=test.df_num,
        df_den=test.df_den,
        p_value=test.p_value,
        alpha=estimate.alpha,
        criterion=criterion,
        drifts=_drifts(rule, offset, weights),
        path=path,
        unit=estimate.unit,
        notes=(note("covariance_of_cr2"),) if estimate.inference == "randomization" else (),
    )


def _drifts(rule: Pretest, offset: np.ndarray, weights: np.ndarray) -> tuple[Drift, ...]:
    """Powers that the rule can have: one that rejects too often by itself has none of them."""
    size = rule.power(0 * offset)
    found = []
    for power in POWERS:
        if power <= size:
            continue
        slope = rule.slope_found(power, offset)
        passed = rule.mean_if_passed(slope * offset)
        found.append(Drift(power, slope, float(weights @ offset) * slope, float(weights @ passed)))
    return tuple(found)
