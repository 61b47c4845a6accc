"""Minimum wages and teen employment by methods that let effects differ: Sun-Abraham, imputation, Goodman-Bacon.

Reference: R 4.2.2 with fixest 0.14.2, didimputation 0.5.0, did2s 1.2.1 and bacondecomp 0.1.3. Estimates and analytic
standard errors are algebra on the same numbers, so Sun-Abraham and Goodman-Bacon agree to 1e-8 relative. The two programs that
impute iterate to the fixed effects and stop at 1e-6, so they agree to 2e-7; statsmodels with all dummies agrees with ours to
1e-9, here and in tests/unit/stats/test_imputation.py and test_sun_abraham.py.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import pilotlab as pl
from pilotlab.estimate.did import did
from pilotlab.estimate.results.decomposition import Bacon
from pilotlab.estimate.results.effect import Estimate
from pilotlab.stats.staggered.gls_imputation import Design, estimates, parts
from tests.golden.reference import HERE, read

COLUMNS: dict[str, Any] = {"outcome": "lemp", "unit": "countyreal", "time": "year", "cohort": "first.treat"}
KNOWN: dict[str, dict[str, Any]] = {
    entry["id"]: entry for entry in json.loads((HERE / "staggered.json").read_text())
}

PEER: dict[str, Any] = json.loads((HERE / "staggered_diffdiff.json").read_text())


@pytest.fixture(scope="module")
def counties() -> pd.DataFrame:
    return read("mpdta")


def _did(frame: pd.DataFrame, estimator: str, **more: Any) -> Estimate:
    est = did(frame, **COLUMNS, estimator=estimator, inference="cluster", **more)
    assert isinstance(est, Estimate)
    return est


def test_sun_abraham_overall(counties: pd.DataFrame) -> None:
    est, known = _did(counties, "sun_abraham"), KNOWN["sunab.mpdta"]
    assert (est.att, est.se) == pytest.approx((known["estimate"], known["se"]), rel=1e-8)
    assert est.p_value == pytest.approx(known["p"], rel=1e-6)
    assert (est.df, est.n_obs, est.n_clusters, est.n_treated) == (499, 2500, 500, 191)


def test_sun_abraham_by_event_time(counties: pd.DataFrame) -> None:
    frame = _did(counties, "sun_abraham", aggregate="event_time").to_frame()
    rows = KNOWN["sunab.mpdta"]["table"]
    assert [f"T::{event}" for event in frame["event_time"]] == [row["term"] for row in rows]
    for row, known in zip(frame.itertuples(), rows, strict=True):
        assert (row.att, row.se) == pytest.approx((known["est"], known["se"]), rel=1e-8)
        assert row.p_value == pytest.approx(known["p"], rel=1e-6)


def test_sun_abraham_by_cohort(counties: pd.DataFrame) -> None:
    frame = _did(counties, "sun_abraham", aggregate="cohort").to_frame()
    rows = KNOWN["sunab.mpdta"]["extra"]["cohort"]
    assert [f"cohort::{start}" for start in frame["cohort"]] == [row["cohort"] for row in rows]
    for row, known in zip(frame.itertuples(), rows, strict=True):
        assert (row.att, row.se) == pytest.approx((known["est"], known["se"]), rel=1e-8)


def test_imputation_overall(counties: pd.DataFrame) -> None:
    """The R package takes 1.96 where we take the normal quantile: ends agree to 1e-5."""
    est, known = _did(counties, "imputation"), KNOWN["imputation.mpdta"]
    assert (est.att, est.se) == pytest.approx((known["estimate"], known["se"]), rel=2e-7)
    assert est.ci == pytest.approx((known["ci_low"], known["ci_high"]), rel=1e-4)
    assert est.df is None


def test_gls_imputation_with_nothing_but_levels_is_imputation(counties: pd.DataFrame) -> None:
    """Levels that are all of the variance are unit effects: the R package's number, from other algebra."""
    y = counties.pivot_table(index="countyreal", columns="year", values="lemp", sort=True)
    first = counties.groupby("countyreal")["first.treat"].first().reindex(y.index).to_numpy()
    starts, code = np.unique(first, return_inverse=True)
    untreated = (y.columns.to_numpy() < starts[:, None]) | (starts == 0)[:, None]
    asked = Design(
        untreated=untreated,
        weigh=(~untreated)[None].astype(float),
        fading=np.eye(y.shape[1]),
        tie=0.0,
    )
    found = estimates(parts(y.to_numpy()[None], asked), code[None])[0, 0, 0]
    assert found == pytest.approx(KNOWN["imputation.mpdta"]["estimate"], rel=2e-7)


def test_imputation_by_event_time_and_before_start(counties: pd.DataFrame) -> None:
    est = _did(counties, "imputation", aggregate="event_time")
    frame, rows = est.to_frame(), KNOWN["imputation.mpdta"]["table"]
    assert [str(event) for event in frame["event_time"]] == [row["term"] for row in rows]
    for row, known in zip(frame.itertuples(), rows, strict=True):
        assert (row.att, row.se) == pytest.approx((known["estimate"], known["std.error"]), rel=2e-7)
    assert est.att == pytest.approx(KNOWN["imputation.mpdta"]["estimate"], rel=2e-7)


def test_imputation_and_two_stages_share_the_estimate_not_the_error(counties: pd.DataFrame) -> None:
    est, known = _did(counties, "imputation", aggregate="event_time"), KNOWN["did2s.mpdta"]
    assert est.att == pytest.approx(known["estimate"], rel=2e-7)
    assert est.se < known["se"]
    after = est.to_frame().query("event_time >= 0")["att"]
    two_stages = [row["est"] for row in known["table"] if int(row["term"].removeprefix("relI::")) >= 0]
    assert list(after) == pytest.approx(two_stages, rel=2e-7)


def test_imputation_by_statsmodels(counties: pd.DataFrame) -> None:
    """Dummies on untreated rows, effects as what is left: the estimate without iteration."""
    on = (counties["first.treat"] > 0) & (counties["year"] >= counties["first.treat"])
    dummies = pd.get_dummies(counties[["countyreal", "year"]].astype(str), dtype=float).drop(
        columns="year_2003"
    )
    fit = sm.OLS(counties["lemp"][~on], dummies[~on]).fit()
    effect = counties["lemp"][on] - dummies[on] @ fit.params
    assert _did(counties, "imputation").att == pytest.approx(effect.mean(), rel=1e-9)


def test_every_comparison_of_goodman_bacon(counties: pd.DataFrame) -> None:
    found, known = pl.bacon(counties, **COLUMNS), KNOWN["bacon.mpdta"]
    assert isinstance(found, Bacon)
    rows = {(row.treated, row.comparison): row for row in found.comparisons}
    assert len(rows) == len(known["table"])
    for want in known["table"]:
        row = rows[str(want["treated"]), str(want["untreated"] or "never")]
        assert (row.att, row.weight) == pytest.approx((want["estimate"], want["weight"]), rel=1e-8)
    assert found.att == pytest.approx(known["estimate"], rel=1e-10)
    assert found.att == pytest.approx(did(counties, **COLUMNS, estimator="twfe").att, rel=1e-10)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("earlier vs later", "Earlier vs Later Treated"),
        ("later vs earlier", "Later vs Earlier Treated"),
        ("treated vs never", "Treated vs Untreated"),
    ],
)
def test_kinds_of_goodman_bacon(counties: pd.DataFrame, kind: str, name: str) -> None:
    found = pl.bacon(counties, **COLUMNS).by_kind().set_index("kind").loc[kind]
    known = next(row for row in KNOWN["bacon.mpdta"]["extra"]["by_type"] if row["type"] == name)
    assert (found["weight"], found["att"]) == pytest.approx((known["weight"], known["avg"]), rel=1e-8)


@pytest.mark.parametrize("case", ["whole", "gaps"])
@pytest.mark.parametrize("name", ["imputation", "sun_abraham"])
def test_equal_to_diff_diff_with_gaps_too(counties: pd.DataFrame, case: str, name: str) -> None:
    """diff-diff 3.13.0 (script beside its numbers): another program, on an unbalanced panel as well."""
    gone = ((counties["countyreal"] * 7 + counties["year"]) % 9 == 0) & (counties["year"] > 2003)
    frame = counties if case == "whole" else counties[~gone]
    known = PEER[case][name]
    est = _did(frame, name, aggregate="event_time")
    assert est.n_obs == PEER[case]["n"]
    assert (est.att, est.se) == pytest.approx((known["att"], known["se"]), rel=1e-8)
    rows = {str(row.event_time): (row.att, row.se) for row in est.to_frame().itertuples()}
    for event, pair in known["event_time"].items():
        assert rows[event] == pytest.approx(tuple(pair), rel=1e-8)


def test_comparisons_equal_diff_diff(counties: pd.DataFrame) -> None:
    rows = {(row.treated, row.comparison): row for row in pl.bacon(counties, **COLUMNS).comparisons}
    assert len(rows) == len(PEER["whole"]["bacon"])
    for want in PEER["whole"]["bacon"]:
        row = rows[str(want["treated"]), want["untreated"].removesuffix("_treated")]
        assert (row.att, row.weight) == pytest.approx((want["att"], want["weight"]), rel=1e-9)
