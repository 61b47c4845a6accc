"""California's tobacco control (Proposition 99, 1989): one treated state, 38 others, 1970 to 2000.

Reference: R 4.2.2, synthdid 0.0.9; Arkhangelsky et al. (2021), table 1: -15.6 (8.4), -19.6 (9.9), -27.3 (17.7). The
estimates follow the reference's own steps, so that they and their weights agree to 1e-6 relative. Its placebo standard
error is the mean of 300 sampled placebos, ours goes through all 38 states: 15 %.
"""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from pilotlab.estimate.did import did
from pilotlab.estimate.options import InferenceName
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from tests.golden.reference import HERE, read

KNOWN: dict[str, dict[str, Any]] = {
    entry["id"].rpartition(".")[2]: entry for entry in json.loads((HERE / "synthdid.json").read_text())
}
COLUMNS: dict[str, Any] = {
    "outcome": "PacksPerCapita",
    "unit": "State",
    "time": "Year",
    "treatment": "treated",
}
METHODS = {"synthetic_did": "sdid", "synthetic_control": "sc"}


@pytest.fixture(scope="module")
def states() -> pd.DataFrame:
    return read("california_prop99")


@pytest.fixture(scope="module")
def found(states: pd.DataFrame) -> dict[str, Estimate]:
    return {name: did(states, **COLUMNS, estimator=name) for name in METHODS}  # type: ignore[misc]


@pytest.mark.parametrize("name", METHODS)
def test_estimate(found: dict[str, Estimate], name: str) -> None:
    known, est = KNOWN[METHODS[name]], found[name]
    assert est.att == pytest.approx(known["estimate"], rel=1e-6)
    assert (est.n_obs, est.n_units, est.n_treated) == (known["n"], 39, 1)


@pytest.mark.parametrize("name", METHODS)
def test_weights_and_penalties(found: dict[str, Estimate], name: str) -> None:
    known, parts = KNOWN[METHODS[name]]["extra"], found[name].synthetic
    assert parts is not None
    assert dict(parts.unit_weights) == pytest.approx(known["omega_nonzero"], rel=1e-6)
    assert dict(parts.time_weights) == pytest.approx(dict(known["lambda_nonzero"] or {}), rel=1e-6)
    assert parts.noise_level == pytest.approx(known["noise_level"], rel=1e-12)
    assert parts.zeta_units == pytest.approx(known["zeta_omega"], rel=1e-12)
    if name == "synthetic_did":
        assert parts.zeta_times == pytest.approx(known["zeta_lambda"], rel=1e-12)


@pytest.mark.parametrize("name", METHODS)
def test_placebo_standard_error(found: dict[str, Estimate], name: str) -> None:
    assert found[name].inference == "placebo"
    assert found[name].se == pytest.approx(KNOWN[METHODS[name]]["se"], rel=0.15)


def test_difference_in_differences(states: pd.DataFrame) -> None:
    est = did(states, **COLUMNS, estimator="change", inference="cr2")
    assert est.att == pytest.approx(KNOWN["did"]["estimate"], rel=1e-6)


def test_auto_holds_one_state_against_the_others(states: pd.DataFrame, found: dict[str, Estimate]) -> None:
    est = did(states, **COLUMNS)
    assert (est.estimator, est.inference, est.att) == ("synthetic_did", "placebo", found["synthetic_did"].att)
    assert est.p_min == 1 / 39
    assert est.notes[0].text.startswith("1 treated cluster is too few")
    assert "38 other units (all there are)" in est.notes[1].text
    assert "0.0256" in est.notes[1].text


def test_placebos_are_rows_and_p_is_their_share(found: dict[str, Estimate]) -> None:
    est = found["synthetic_did"]
    rows = est.to_frame()
    placebos = rows[rows["term"].str.startswith("placebo ")]
    assert len(placebos) == 38
    assert set(placebos["term"].str.removeprefix("placebo ")) == set(read("california_prop99")["State"]) - {
        "California"
    }
    assert est.p_value == (1 + (placebos["att"].abs() >= abs(est.att)).sum()) / 39
    assert (est.ci[0] > 0 or est.ci[1] < 0) == (est.p_value <= 0.05)


def test_one_placebo_is_the_estimate_of_that_state(states: pd.DataFrame, found: dict[str, Estimate]) -> None:
    """Its penalties are California's, and it goes on to the minimum: digits that matter agree, not all."""
    on = (states["State"] == "Nevada") & (states["Year"] >= 1989)
    by_hand = did(states.assign(treated=on.astype(int)), **COLUMNS, estimator="synthetic_did")
    parts = found["synthetic_did"].synthetic
    assert parts is not None
    assert dict(parts.placebos)["Nevada"] == pytest.approx(by_hand.att, abs=0.05 * found["synthetic_did"].se)


@pytest.mark.parametrize("inference", ["jackknife", "bootstrap"])
def test_one_treated_state_has_no_spread_of_its_own(states: pd.DataFrame, inference: InferenceName) -> None:
    answer = did(states, **COLUMNS, estimator="synthetic_did", inference=inference)
    assert isinstance(answer, NotEstimable)
    assert "1 treated cluster" in answer.reason
    assert "placebo" in answer.would_help
