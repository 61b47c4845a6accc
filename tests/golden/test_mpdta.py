"""Minimum wages and teen employment, 500 counties: two-way fixed effects and the event study.

Reference: R 4.2.2, fixest 0.14.2, clustered by county; second program: statsmodels with all dummies, run here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from pilotlab.estimate.did import did
from pilotlab.estimate.options import InferenceName
from tests.golden.reference import ENTRIES, read, table

COLUMNS: dict[str, Any] = {"outcome": "lemp", "unit": "countyreal", "time": "year", "cohort": "first.treat"}


@pytest.fixture(scope="module")
def counties() -> pd.DataFrame:
    return read("mpdta")


def test_static_coefficient(counties: pd.DataFrame) -> None:
    est = did(counties, **COLUMNS, estimator="twfe", inference="cluster")
    known = ENTRIES["twfe.mpdta"]
    assert (est.att, est.se) == pytest.approx((known["estimate"], known["se"]), rel=1e-6)
    assert est.ci == pytest.approx((known["ci_low"], known["ci_high"]), rel=1e-6)
    assert est.p_value == pytest.approx(known["p"], rel=1e-6)
    assert (est.df, est.n_obs, est.n_clusters, est.n_treated) == (499, 2500, 500, 191)


@pytest.mark.parametrize(("name", "key"), [("iid", "iid_se"), ("hetero", "hetero_se")])
def test_other_rules(counties: pd.DataFrame, name: InferenceName, key: str) -> None:
    est = did(counties, **COLUMNS, estimator="twfe", inference=name)
    assert est.se == pytest.approx(ENTRIES["twfe.mpdta"]["extra"][key], rel=1e-6)
    assert "far too narrow" in est.notes[0].text


def test_the_table_of_rules_on_the_methods_page(counties: pd.DataFrame) -> None:
    """0.013265 by our rule; 0.014832 counts all dummies (statsmodels, Stata), 0.013252 none of the effects."""
    est = did(counties, **COLUMNS, estimator="twfe", inference="cluster")
    known = ENTRIES["twfe.mpdta"]["extra"]["se_by_K_fixef"]
    rescale = {"nonnested": 6, "full": 505, "none": 1}
    for rule, counted in rescale.items():
        assert est.se * np.sqrt((2500 - 6) / (2500 - counted)) == pytest.approx(known[rule], rel=1e-6)
    frame = counties.assign(
        D=((counties["first.treat"] > 0) & (counties["year"] >= counties["first.treat"])).astype(float)
    )
    fit = smf.ols("lemp ~ D + C(countyreal) + C(year)", frame).fit()
    robust = fit.get_robustcov_results("cluster", groups=frame["countyreal"])
    at = fit.model.exog_names.index("D")
    assert est.att == pytest.approx(fit.params["D"], rel=1e-8)
    assert known["full"] == pytest.approx(robust.bse[at], rel=1e-6)


def test_every_coefficient_of_the_event_study(counties: pd.DataFrame) -> None:
    frame = did(counties, **COLUMNS, estimator="event_study", inference="cluster").to_frame()
    known = table("twfe_event_study.mpdta")
    assert [f"relb::{event}" for event in frame["event_time"]] == list(known)
    for row, want in zip(frame.itertuples(), known.values(), strict=True):
        assert (row.att, row.se, row.p_value) == pytest.approx((want["est"], want["se"], want["p"]), rel=1e-6)


def test_headline_of_the_event_study_is_the_plain_mean_after_start(counties: pd.DataFrame) -> None:
    est = did(counties, **COLUMNS, estimator="event_study")
    frame = est.to_frame()
    assert est.att == pytest.approx(frame.loc[frame["event_time"] >= 0, "att"].mean(), rel=1e-12)


def test_staggered_starts_are_named_first(counties: pd.DataFrame) -> None:
    est = did(counties, **COLUMNS, estimator="twfe")
    assert "already treated" in est.notes[0].text
    assert "3 different times" in did(counties, **COLUMNS, estimator="change").reason
