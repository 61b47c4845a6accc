"""Motor-vehicle mortality and the share of 18 to 20 year olds who may drink: a continuous dose through `did`.

Reference: R 4.2.2, clubSandwich 0.5.8, 1,361 state-years. Algebra on the same numbers, so 1e-6; degrees of freedom 1e-5.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
import statsmodels.formula.api as smf

from pilotlab.estimate.did import did
from pilotlab.estimate.options import InferenceName
from pilotlab.estimate.results.effect import Estimate
from tests.golden.reference import ENTRIES, read_shared


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return read_shared("mortality_rates", "mortality_rates_motor_vehicle.csv")


def _ask(frame: pd.DataFrame, inference: InferenceName) -> Estimate:
    columns: dict[str, Any] = {
        "outcome": "mrate",
        "unit": "state",
        "time": "year",
        "dose": "legal",
        "covariates": "beertaxa",
    }
    est = did(frame, estimator="dose", inference=inference, **columns)
    assert isinstance(est, Estimate)
    return est


def test_cr2(frame: pd.DataFrame) -> None:
    est, known = _ask(frame, "cr2"), ENTRIES["cr2.mortality_rates"]
    assert (est.att, est.se, *est.ci) == pytest.approx(
        (known["estimate"], known["se"], known["ci_low"], known["ci_high"]), rel=1e-6
    )
    assert est.df == pytest.approx(known["df"], rel=1e-5)
    assert est.p_value == pytest.approx(known["p"], rel=1e-6)
    assert (est.n_obs, est.n_units, est.n_clusters) == (known["n"], 51, 51)


def test_cluster_beside_dummies_in_statsmodels(frame: pd.DataFrame) -> None:
    """statsmodels counts every dummy: the ratio of the factors is (N - K_ours) / (N - K_all)."""
    used = frame.dropna(subset=["mrate", "legal", "beertaxa"])
    fit = smf.ols("mrate ~ legal + beertaxa + C(state) + C(year)", used).fit(
        cov_type="cluster", cov_kwds={"groups": used["state"]}
    )
    est = _ask(frame, "cluster")
    years, n = used["year"].nunique(), len(used)
    factor = ((n - len(fit.params)) / (n - (2 + years))) ** 0.5
    assert est.att == pytest.approx(fit.params["legal"], rel=1e-8)
    assert est.se == pytest.approx(fit.bse["legal"] * factor, rel=1e-8)


def test_rows_and_states_in_any_order(frame: pd.DataFrame) -> None:
    mixed = frame.sample(frac=1, random_state=1)
    assert _ask(mixed, "cluster").to_dict() == _ask(frame, "cluster").to_dict()
