"""Motor-vehicle mortality and the drinking age: CR2, its degrees of freedom, and the joint test.

Reference: R 4.2.2, clubSandwich 0.5.8, 1,361 state-years, 51 states; state effects absorbed, year effects as columns.
The data are GPL and read in place; the test is skipped where they are not there.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pilotlab.stats.regression.ols import ols
from pilotlab.stats.variance.cluster import cr1
from pilotlab.stats.variance.cr2 import cr2, htz
from tests.golden.reference import ENTRIES, read_shared, table


@pytest.fixture(scope="module")
def design() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    frame = read_shared("mortality_rates", "mortality_rates_motor_vehicle.csv").dropna(
        subset=["mrate", "legal", "beertaxa"]
    )
    state = pd.factorize(frame["state"])[0].astype(np.int64)
    slopes = np.column_stack(
        [frame[["legal", "beertaxa"]], pd.get_dummies(frame["year"], drop_first=True)]
    ).astype(float)
    states = (state[:, None] == np.arange(51)).astype(float)
    return slopes, states, frame["mrate"].to_numpy(float), state


def test_cr2_and_satterthwaite(design: tuple[np.ndarray, ...]) -> None:
    slopes, states, y, state = design
    fit = ols(np.hstack([slopes, states]), y)
    found = cr2(slopes, fit.residuals, state, np.eye(1, slopes.shape[1]), absorbed=state)
    known = ENTRIES["cr2.mortality_rates"]
    assert fit.coef[0] == pytest.approx(known["estimate"], rel=1e-6)
    assert np.sqrt(found.variance[0, 0]) == pytest.approx(known["se"], rel=1e-6)
    assert found.df[0] == pytest.approx(known["df"], rel=1e-6)
    assert found.n_clusters == 51


def test_absorbing_states_changes_nothing(design: tuple[np.ndarray, ...]) -> None:
    slopes, states, y, state = design
    X = np.hstack([slopes, states])
    fit = ols(X, y)
    full = cr2(X, fit.residuals, state, np.eye(1, X.shape[1]))
    assert np.sqrt(full.variance[0, 0]) == pytest.approx(ENTRIES["cr2.mortality_rates"]["se"], rel=1e-6)
    assert full.df[0] == pytest.approx(ENTRIES["cr2.mortality_rates"]["df"], rel=1e-6)


def test_weights_of_one_are_no_weights(design: tuple[np.ndarray, ...]) -> None:
    slopes, states, y, state = design
    fit = ols(np.hstack([slopes, states]), y)
    found = cr2(
        slopes, fit.residuals, state, np.eye(1, slopes.shape[1]), absorbed=state, weights=np.ones(len(y))
    )
    assert found.df[0] == pytest.approx(ENTRIES["cr2.mortality_rates"]["df"], rel=1e-6)


def test_joint_test(design: tuple[np.ndarray, ...]) -> None:
    slopes, states, y, state = design
    fit = ols(np.hstack([slopes, states]), y)
    found = htz(slopes, fit.residuals, state, np.eye(2, slopes.shape[1]), fit.coef[:2], absorbed=state)
    known = ENTRIES["cr2.mortality_rates.wald_HTZ"]
    assert (found.statistic, found.df_den, found.p_value) == pytest.approx(
        (known["estimate"], known["df"], known["p"]), rel=1e-6
    )


def test_cr1_family(design: tuple[np.ndarray, ...]) -> None:
    """CR1S counts all columns; ours counts those not nested in states, which lies between CR1 and CR1S."""
    slopes, states, y, state = design
    X = np.hstack([slopes, states])
    fit = ols(X, y)
    known = table("cr2.mortality_rates", "type")
    stata = cr1(fit.scores, state, fit.bread, n_obs=len(y), n_params=X.shape[1])
    ours = cr1(fit.scores, state, fit.bread, n_obs=len(y), n_params=slopes.shape[1] + 1)
    assert np.sqrt(stata.variance[0, 0]) == pytest.approx(known["CR1S"]["se"], rel=1e-6)
    assert known["CR1"]["se"] < np.sqrt(ours.variance[0, 0]) < known["CR1S"]["se"]
