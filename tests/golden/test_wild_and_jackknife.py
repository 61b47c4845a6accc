"""Wild cluster bootstrap and CR3 against other programs.

voters (simulated, 300 rows, 40 clusters; GPL, read in place and skipped where it is not there): R 4.2.2, fwildclusterboot
0.14.3 with 9,999 draws. Both sides draw, so p agree within .01 (the tolerance of the references) and ends of intervals
within .003: over 30 seeds an end has a standard deviation of .0004 to .0007, and two runs are compared. t is algebra.

mpdta by state (ten states, all 1,024 sign patterns): wildboottest 0.3.2 and pyfixest 0.60.0, data/wildboottest_pyfixest.py.
p are shares of the same patterns; rounding decides there whether the two patterns of equal signs count.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import pilotlab as pl
from pilotlab.estimate.options import InferenceName
from pilotlab.stats.regression.ols import ols
from pilotlab.stats.variance.cluster import cr1
from pilotlab.stats.variance.wild import Weights, wild_bootstrap
from pilotlab.stats.variance.wild_result import WildResult
from tests.golden.reference import ENTRIES, read, read_shared

VOTERS = [entry for entry in ENTRIES if entry.startswith("wild.voters")]
PEERS = json.loads((Path(__file__).parent / "data" / "wildboottest_pyfixest.json").read_text())
STATES = (8, 12, 13, 17, 18, 20, 26, 27, 29, 39)


def _voters(entry: str) -> tuple[WildResult, float]:
    frame = read_shared("voters", "voters.csv")
    options = ENTRIES[entry]["options"]
    X = np.column_stack([np.ones(len(frame)), frame[["treatment", "ideology1", "log_income"]]]).astype(float)
    group = np.unique(frame["group_id1"], return_inverse=True)[1].astype(np.int64)
    fit = ols(X, frame["proposition_vote"].to_numpy(float))
    draws: Weights = "normal" if options["weights"] == "norm" else options["weights"]
    (found,) = wild_bootstrap(
        X,
        fit.residuals,
        group,
        np.eye(1, 4, 1),
        fit.coef[1:2],
        draws=draws,
        impose_null=options["impose_null"],
        jackknifed=options["bootstrap_type"] == "31",
        reps=options["B_asked"],
        seed=1,
    )
    clustered = cr1(fit.scores, group, fit.bread, n_obs=len(frame), n_params=4)
    return found, float(fit.coef[1] / np.sqrt(clustered.variance[1, 1]))


@pytest.mark.parametrize("entry", VOTERS)
def test_voters(entry: str) -> None:
    found, t = _voters(entry)
    known = ENTRIES[entry]
    assert found.att == pytest.approx(known["estimate"], rel=1e-6)
    assert t == pytest.approx(known["extra"]["t_stat"], rel=1e-6)
    assert found.p_two_sided == pytest.approx(known["p"], abs=0.01)
    if "ci_low" in known:
        assert found.interval() == pytest.approx((known["ci_low"], known["ci_high"]), abs=0.003)


def test_there_are_six_references() -> None:
    assert len(VOTERS) == 6


@pytest.fixture(scope="module")
def mpdta() -> pd.DataFrame:
    return read("mpdta").assign(state=lambda frame: frame["countyreal"] // 1000)


def _did(frame: pd.DataFrame, inference: InferenceName, cluster: str | None = None) -> pl.Estimate:
    estimate = pl.did(
        frame,
        outcome="lemp",
        unit="countyreal",
        time="year",
        cohort="first.treat",
        estimator="twfe",
        inference=inference,
        cluster=cluster,
    )
    assert isinstance(estimate, pl.Estimate)
    return estimate


@pytest.mark.parametrize("null", [0.0, -0.1, 0.05])
def test_sign_patterns_by_state(mpdta: pd.DataFrame, null: float) -> None:
    found = _did(mpdta[mpdta["state"].isin(STATES)], "wild", "state")
    p = found.p_value if null == 0 else found.law.result.p_at(null)  # type: ignore[attr-defined]
    assert p - PEERS["wild"][f"11, null {null:g}"] in (0, 2 / 1024)
    assert (found.n_clusters, found.p_min) == (10, 2 / 1024)


@pytest.mark.parametrize("null", [0.0, -0.1, 0.05])
def test_jackknifed_sign_patterns_by_state(mpdta: pd.DataFrame, null: float) -> None:
    frame = mpdta[mpdta["state"].isin(STATES)]
    treated = (frame["first.treat"] > 0) & (frame["year"] >= frame["first.treat"])
    dummies = pd.get_dummies(frame[["countyreal", "year"]].astype(str), drop_first=True)
    X = np.column_stack([treated, np.ones(len(frame)), dummies]).astype(float)
    fit = ols(X, frame["lemp"].to_numpy())
    state = np.unique(frame["state"], return_inverse=True)[1].astype(np.int64)
    (found,) = wild_bootstrap(X, fit.residuals, state, np.eye(1, X.shape[1]), fit.coef[:1], jackknifed=True)
    assert found.p_at(null) == PEERS["wild"][f"31, null {null:g}"]


@pytest.mark.parametrize("by", ["county", "state"])
def test_cluster_jackknife(mpdta: pd.DataFrame, by: str) -> None:
    """The peer's figure is without small-sample factors; ours has (G - 1) / G."""
    frame, cluster = (mpdta, None) if by == "county" else (mpdta[mpdta["state"].isin(STATES)], "state")
    known = PEERS[f"crv3_by_{by}"]
    found = _did(frame, "jackknife", cluster)
    factor = (known["clusters"] - 1) / known["clusters"]
    assert found.att == pytest.approx(known["estimate"], rel=1e-9)
    assert found.se == pytest.approx(known["se"] * np.sqrt(factor), rel=1e-6)
    assert found.df == known["clusters"] - 1
