"""Wooldridge, Introductory Econometrics, Example 13.3 and Table 13.2: an incinerator and house prices, 321 sales.

Repeated cross-sections: no house is followed, so `unit=None`. Reference: R 4.2.2, sandwich 3.0.2; second program:
statsmodels. 1e-6 relative, since both are least squares on the same 321 rows.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from pilotlab.estimate.did import did
from tests.golden.reference import ENTRIES, read, table

CONTROLS = ["age", "agesq", "intst", "land", "area", "rooms", "baths"]


@pytest.fixture(scope="module")
def houses() -> pd.DataFrame:
    frame = read("kielmc")
    return frame.assign(start=np.where(frame["nearinc"] == 1, 1981, 0), logprice=np.log(frame["price"]))


CASES = [
    ("did2x2.kielmc.raw", "rprice", ()),
    ("did2x2.kielmc.log", "logprice", ()),
    ("did2x2.kielmc.controls", "rprice", CONTROLS),
]


@pytest.mark.parametrize(("entry", "outcome", "controls"), CASES)
def test_classical_interval(houses: pd.DataFrame, entry: str, outcome: str, controls: list[str]) -> None:
    est = did(
        houses, outcome=outcome, unit=None, time="year", cohort="start", covariates=controls, inference="iid"
    )
    known = ENTRIES[entry]
    assert est.att == pytest.approx(known["estimate"], rel=1e-6)
    assert est.se == pytest.approx(known["se"], rel=1e-6)
    assert est.ci == pytest.approx((known["ci_low"], known["ci_high"]), rel=1e-6)
    assert est.p_value == pytest.approx(known["p"], rel=1e-6)
    assert (est.df, est.n_obs, est.n_treated) == (known["df"], 321, 40)


@pytest.mark.parametrize(("entry", "outcome", "controls"), CASES)
def test_hc1(houses: pd.DataFrame, entry: str, outcome: str, controls: list[str]) -> None:
    est = did(
        houses,
        outcome=outcome,
        unit=None,
        time="year",
        cohort="start",
        covariates=controls,
        inference="hetero",
    )
    known = table(entry, "type")["HC1"]
    assert (est.se, est.p_value) == pytest.approx((known["se"], known["p"]), rel=1e-6)


def test_published_figures(houses: pd.DataFrame) -> None:
    """As printed: -11,863.9 (7,456.6) and -14,177.93 (4,987.27)."""
    raw = did(houses, outcome="rprice", unit=None, time="year", cohort="start", inference="iid")
    full = did(
        houses, outcome="rprice", unit=None, time="year", cohort="start", covariates=CONTROLS, inference="iid"
    )
    assert (round(raw.att, 1), round(raw.se, 1)) == (-11863.9, 7456.6)
    assert (round(full.att, 2), round(full.se, 2)) == (-14177.93, 4987.27)


def test_clusters_of_neighbourhoods_against_statsmodels(houses: pd.DataFrame) -> None:
    est = did(
        houses, outcome="rprice", unit=None, time="year", cohort="start", cluster="nbh", inference="cluster"
    )
    fit = smf.ols("rprice ~ y81 * nearinc", houses).fit(
        cov_type="cluster", cov_kwds={"groups": houses["nbh"]}
    )
    assert est.se == pytest.approx(fit.bse["y81:nearinc"], rel=1e-9)
    assert est.n_clusters == houses["nbh"].nunique()
    assert est.df == est.n_clusters - 1


def test_without_a_cluster_auto_is_heteroskedasticity_robust(houses: pd.DataFrame) -> None:
    assert did(houses, outcome="rprice", unit=None, time="year", cohort="start").inference == "hetero"
