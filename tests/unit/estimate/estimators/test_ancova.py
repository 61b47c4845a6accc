"""ANCOVA through `did`, beside statsmodels and closed forms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from pilotlab.estimate.did import did
from pilotlab.estimate.results.effect import Estimate
from tests.panels import simulate, with_gaps


def _ask(frame: pd.DataFrame, **more: object) -> Estimate:
    est = did(frame, estimator="ancova", **more)  # type: ignore[arg-type]
    assert isinstance(est, Estimate)
    return est


def _means(frame: pd.DataFrame) -> pd.DataFrame:
    after = frame["week"] >= 7
    post = frame[after].groupby("team")["y"].mean()
    base = frame[~after].groupby("team")["y"].mean()
    rest = frame.groupby("team")[["first_week", "site", "pair"]].first()
    table = pd.DataFrame({"post": post, "base": base}).join(rest).dropna()
    return table.assign(treated=(table["first_week"] > 0).astype(float))


@pytest.mark.parametrize("gaps", [False, True])
def test_it_is_the_regression_of_means(gaps: bool) -> None:
    """statsmodels OLS with HC2, which is CR2 where each cluster is one row."""
    frame = simulate(teams=14, att=1.0, seed=5)
    frame = with_gaps(frame, 0.2) if gaps else frame
    table = _means(frame)
    fit = sm.OLS(table["post"], sm.add_constant(table[["treated", "base"]])).fit(cov_type="HC2")
    est = _ask(frame, inference="cr2")
    assert est.att == pytest.approx(fit.params["treated"], rel=1e-9)
    assert est.se == pytest.approx(fit.bse["treated"], rel=1e-9)
    assert est.df is not None
    assert 5 < est.df <= 12
    assert est.n_units == 14


def test_strata_have_arm_means_of_their_own() -> None:
    frame = simulate(teams=16, att=1.0, seed=6).assign(block=lambda f: f["team"].str[-1].astype(int) % 2)
    table = _means(frame).join(frame.groupby("team")["block"].first())
    cells = pd.get_dummies(table["block"].astype(str) + table["treated"].astype(str)).astype(float)
    fit = sm.OLS(table["post"], cells.assign(base=table["base"] - table["base"].mean())).fit()
    share = table["block"].value_counts(normalize=True)
    expected = sum(
        share[block] * (fit.params[f"{block}1.0"] - fit.params[f"{block}0.0"]) for block in share.index
    )
    assert _ask(frame, strata="block").att == pytest.approx(expected, rel=1e-9)


def test_pairs_are_regressed_as_differences() -> None:
    frame = simulate(teams=16, att=1.0, seed=7)
    table = _means(frame).sort_values(["pair", "treated"])
    differences = table.groupby("pair")[["post", "base"]].agg(lambda pair: pair.iloc[1] - pair.iloc[0])  # type: ignore[misc]
    fit = sm.OLS(differences["post"], sm.add_constant(differences["base"])).fit(cov_type="HC2")
    est = _ask(frame, pairs="pair", inference="cr2")
    assert (est.att, est.se) == pytest.approx((fit.params["const"], fit.bse["const"]), rel=1e-9)


def test_drawn_arms_are_randomised_with_the_slope_fitted_anew() -> None:
    frame = simulate(teams=12, att=3.0, seed=8)
    est = _ask(frame, assignment="complete")
    assert est.inference == "randomization"
    assert est.p_min == pytest.approx(2 / 924)
    assert est.ci[0] < est.att < est.ci[1]
    assert est.p_value < 0.05
    paired = _ask(frame, assignment="complete", pairs="pair")
    assert paired.p_min == pytest.approx(2 / 64)


def test_change_adjusted_for_covariates_can_be_drawn_again_too() -> None:
    frame = simulate(teams=12, att=3.0, seed=8)
    est = did(frame, estimator="change", covariates="skill", assignment="complete")
    assert isinstance(est, Estimate)
    assert (est.inference, est.p_value < 0.05) == ("randomization", True)


def test_a_flat_baseline_is_not_adjusted_for() -> None:
    frame = simulate(teams=12, att=1.0, seed=9)
    frame["y"] = frame["y"].where(frame["week"] >= 7, 4.0)
    est = _ask(frame)
    table = _means(frame)
    expected = table.groupby("treated")["post"].mean().diff().iloc[-1]
    assert est.att == pytest.approx(expected)
    assert any("do not differ" in note.text for note in est.notes)


def test_noisy_baselines_make_it_narrower_than_change() -> None:
    """Frison & Pocock: two noisy weeks before, so a slope of one adds noise; mean over 40 panels."""
    ratio = []
    for seed in range(40):
        frame = simulate(teams=30, weeks=8, start=3, noise=6.0, seed=seed)
        ratio.append(_ask(frame, inference="cr2").se / did(frame, estimator="change", inference="cr2").se)
    level, noise, before, after = 9.0, 36.0, 2, 6
    change = noise * (1 / before + 1 / after)
    expected = np.sqrt((level + noise / after - level**2 / (level + noise / before)) / change)
    assert np.mean(ratio) == pytest.approx(expected, rel=0.05)


def test_one_start_is_needed_and_said() -> None:
    refusal = did(simulate(starts=(5, 8)), estimator="ancova")
    assert not refusal
    assert "`ancova` needs one start" in str(refusal)
