"""Minimum wages and teen employment, 500 counties: group-time effects, their averages and bands.

Reference: R 4.2.2, did 2.1.2, DRDID 1.2.3; every entry of data/callaway_santanna.json. Estimates agree to 1e-6 relative
(the logit stops at another tolerance than R's), analytic standard errors to 1e-4, critical values, which are drawn, to 0.05.
Second program: statsmodels, each cohort and time as a regression of two groups.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from pilotlab.estimate.did import did
from pilotlab.estimate.options import Aggregate
from pilotlab.stats.staggered.group_cells import NEVER, Cells, CohortPanel, cells_of, single_cells
from pilotlab.stats.staggered.group_rows import average, pretest
from pilotlab.stats.staggered.group_time import GroupTimeEffects, effects
from pilotlab.stats.variance.influence import standard_errors
from pilotlab.stats.variance.multiplier import multiplied, uniform_critical
from tests.golden.reference import HERE, read

COLUMNS: dict[str, Any] = {"outcome": "lemp", "unit": "countyreal", "time": "year", "cohort": "first.treat"}
ENTRIES: dict[str, dict[str, Any]] = {
    entry["id"]: entry for entry in json.loads((HERE / "callaway_santanna.json").read_text())
}
WHOLE = [name for name, entry in ENTRIES.items() if "table" in entry]
COMPARISON = {"nevertreated": "never_treated", "notyettreated": "not_yet_treated"}
AGGREGATES = {"overall": "simple", "event_time": "dynamic", "cohort": "group", "week": "calendar"}
CLOSE: dict[str, Any] = {"rel": 1e-6}
CLOSE_SE: dict[str, Any] = {"rel": 1e-4}


@pytest.fixture(scope="module")
def counties() -> pd.DataFrame:
    return read("mpdta")


def _arguments(entry: dict[str, Any]) -> dict[str, Any]:
    asked = entry["options"]
    covariates = {"covariates": "lpop", "adjust": asked["est_method"]} if asked["xformla"] == "~lpop" else {}
    return {
        **COLUMNS,
        **covariates,
        "estimator": "group_time",
        "comparison": COMPARISON[asked["control_group"]],
        "base_period": asked["base_period"],
    }


def _panel(counties: pd.DataFrame, covariate: bool = False) -> CohortPanel:
    wide = counties.pivot(index="countyreal", columns="year")
    start = wide["first.treat"].to_numpy()[:, 0].astype(np.int64)
    return CohortPanel(
        wide["lemp"].to_numpy(),
        np.where(start == 0, NEVER, start),
        wide["lemp"].columns.to_numpy().astype(np.int64),
        covariates=wide["lpop"].to_numpy()[None] if covariate else None,
    )


def _cells(counties: pd.DataFrame, entry: dict[str, Any]) -> tuple[CohortPanel, Cells, GroupTimeEffects]:
    asked = entry["options"]
    adjusted = asked["xformla"] == "~lpop"
    panel = _panel(counties, adjusted)
    cells = cells_of(
        panel.start,
        panel.times,
        comparison=COMPARISON[asked["control_group"]],  # type: ignore[arg-type]
        base_period=asked["base_period"],
    )
    found = effects(
        panel, cells, single_cells(cells), len(cells), adjust=asked["est_method"] if adjusted else None
    )
    return panel, cells, found


def test_there_are_nineteen_entries() -> None:
    assert (len(ENTRIES), len(WHOLE)) == (19, 16)


@pytest.mark.parametrize("name", WHOLE)
def test_every_cohort_and_time(counties: pd.DataFrame, name: str) -> None:
    panel, cells, found = _cells(counties, ENTRIES[name])
    known = {(row["group"], row["t"]): row for row in ENTRIES[name]["table"] if row["se"] is not None}
    assert len(cells) == len(known)
    se = standard_errors(found.influence, 500)
    for k in range(len(cells)):
        row = known[int(cells.starts[cells.cohort[k]]), int(panel.times[cells.time[k]])]
        assert found.att[k] == pytest.approx(row["att"], **CLOSE)
        assert se[k] == pytest.approx(row["se"], **CLOSE_SE)


@pytest.mark.parametrize("aggregate", AGGREGATES)
@pytest.mark.parametrize("name", WHOLE)
def test_every_average(counties: pd.DataFrame, name: str, aggregate: Aggregate) -> None:
    known = ENTRIES[name]["extra"]["aggregations"][AGGREGATES[aggregate]]
    est = did(counties, **_arguments(ENTRIES[name]), aggregate=aggregate)
    assert est.att == pytest.approx(known["overall_att"], **CLOSE)
    if aggregate != "cohort":  # see the next test
        assert est.se == pytest.approx(known["overall_se"], **CLOSE_SE)
    rows = {row["egt"]: row for row in known["by"] if row.get("se") is not None} if known["by"] else {}
    if aggregate == "overall":
        return
    assert [term.at for term in est.terms] == list(rows)
    for term in est.terms:
        assert term.att == pytest.approx(rows[term.at]["att"], **CLOSE)
        assert term.se == pytest.approx(rows[term.at]["se"], **CLOSE_SE)


@pytest.mark.parametrize("name", WHOLE)
def test_the_average_over_cohorts_differs_from_did_in_what_did_corrected(
    counties: pd.DataFrame, name: str
) -> None:
    """did 2.1.2 takes the first cohort's membership for every cohort's; corrected in its pull request 223.

    The influence of estimated cohort sizes is 1(G = g) - p_g weighed by effects. Read with G = g_1 throughout, as there, our
    influence gives its standard errors to the digit; ours are 0.2 to 0.5 % larger.
    """
    entry = ENTRIES[name]
    known = entry["extra"]["aggregations"]["group"]["overall_se"]
    asked = entry["options"]
    adjusted = asked["xformla"] == "~lpop"
    panel = _panel(counties, adjusted)
    cells = cells_of(
        panel.start,
        panel.times,
        comparison=COMPARISON[asked["control_group"]],  # type: ignore[arg-type]
        base_period=asked["base_period"],
    )
    found = average(panel, cells, "cohort", adjust=asked["est_method"] if adjusted else None)
    assert found is not None
    share = np.array([(panel.start == g).mean() for g in found.labels])
    rows, total = found.values[1:], share.sum()
    first = (panel.start == found.labels[0])[:, None] - share
    theirs = first / total - np.outer(first.sum(axis=1), share / total**2)
    influence = found.influence[:, 1:] @ share / total + theirs @ rows
    assert np.sqrt((influence**2).sum()) / 500 == pytest.approx(known, **CLOSE_SE)
    ours = standard_errors(found.influence, 500)[0]
    assert 1.001 < ours / known < 1.006
    assert found.influence[:, 0].mean() == pytest.approx(0, abs=1e-12)
    assert abs(influence.mean()) > 1e-4, "an influence function has mean zero"


@pytest.mark.parametrize("name", WHOLE)
def test_the_joint_test_before_start(counties: pd.DataFrame, name: str) -> None:
    panel, cells, _ = _cells(counties, ENTRIES[name])
    asked = ENTRIES[name]["options"]
    adjust = asked["est_method"] if asked["xformla"] == "~lpop" else None
    found = average(panel, cells, "event_time", adjust=adjust)
    assert found is not None
    test = pretest(panel, found, np.arange(500))
    assert test is not None
    assert test.k == 5
    assert test.wald == pytest.approx(asked["W_pretest"], rel=1e-6)
    assert test.p_value == pytest.approx(asked["W_pretest_p"], abs=1e-5)


@pytest.mark.parametrize("balance", [0, 1])
def test_balanced_event_times(counties: pd.DataFrame, balance: int) -> None:
    known = ENTRIES[f"cs.mpdta.balance_e{balance}"]
    est = did(counties, **COLUMNS, estimator="group_time", aggregate="event_time", balance=balance)
    assert est.att == pytest.approx(known["estimate"], **CLOSE)
    assert est.se == pytest.approx(known["se"], **CLOSE_SE)
    for term, row in zip(est.terms, known["extra"]["dynamic"], strict=True):
        assert term.at == row["egt"]
        assert (term.att, term.se) == pytest.approx((row["att"], row["se"]), rel=1e-4)


def test_critical_values(counties: pd.DataFrame) -> None:
    """25,000 draws on both sides; the reference has three seeds, which themselves lie up to 0.02 apart."""
    panel, cells, found = _cells(counties, ENTRIES["cs.mpdta.none.nevertreated.dr.varying"])
    influence = {"att_gt_crit": found.influence}
    for key, aggregate in (("dynamic_crit", "event_time"), ("group_crit", "cohort")):
        rows = average(panel, cells, aggregate)  # type: ignore[arg-type]
        assert rows is not None
        influence[key] = rows.influence[:, 1:]
    for key, sums in influence.items():
        theirs = np.mean([seed[key] for seed in ENTRIES["cs_uniform.mpdta.none"]["extra"]["by_seed"]])
        ours = uniform_critical(multiplied(sums, draws=25_000, seed=0), alpha=0.05)
        assert ours == pytest.approx(theirs, abs=0.05)


def test_the_band_is_the_critical_value_times_the_standard_error(counties: pd.DataFrame) -> None:
    est = did(counties, **COLUMNS, estimator="group_time", aggregate="event_time", reps=25_000)
    theirs = np.mean([seed["dynamic_crit"] for seed in ENTRIES["cs_uniform.mpdta.none"]["extra"]["by_seed"]])
    for term in est.terms:
        assert term.band is not None
        assert (term.band[1] - term.att) / term.se == pytest.approx(theirs, abs=0.05)
        assert (term.att - term.band[0]) / term.se == pytest.approx(theirs, abs=0.05)


@pytest.mark.parametrize("weighted", [False, True])
def test_each_cell_is_a_regression_of_two_groups(counties: pd.DataFrame, weighted: bool) -> None:
    """statsmodels: change on an indicator of the cohort; HC0 is the influence function's standard error."""
    panel = _panel(counties)
    weight = np.exp(_panel(counties, True).covariates[0][:, 0] / 4)
    if weighted:
        panel = CohortPanel(
            panel.y, panel.start, panel.times, np.broadcast_to(weight[:, None], panel.y.shape).copy()
        )
    cells = cells_of(panel.start, panel.times, comparison="not_yet_treated", base_period="universal")
    found = effects(panel, cells, single_cells(cells), len(cells))
    se = standard_errors(found.influence, 500)
    for k in range(len(cells)):
        cohort = np.searchsorted(cells.starts, panel.start)
        inside = (cohort == cells.cohort[k]) | cells.comparison[k][cohort]
        change = panel.y[inside, cells.time[k]] - panel.y[inside, cells.base[k]]
        X = sm.add_constant((cohort[inside] == cells.cohort[k]).astype(float))
        fit = sm.WLS(change, X, weights=weight[inside] if weighted else 1.0).fit(cov_type="HC0")
        assert (found.att[k], se[k]) == pytest.approx((fit.params[1], fit.bse[1]), rel=1e-9)
