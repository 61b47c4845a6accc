"""Active choice and organ donors (Kessler & Roth 2014): 27 states, ONE of them treated.

Reference: R 4.2.2, fixest 0.14.2, clubSandwich 0.5.8; The Effect (Huntington-Klein), chapter 18: -0.022 (0.006). Every
cluster-robust p is near .001, the exact permutation p is 5/27: one treated cluster tells nothing about its own noise.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from pilotlab.estimate.did import did
from pilotlab.estimate.options import InferenceName
from tests.golden.reference import ENTRIES, read, table

COLUMNS: dict[str, Any] = {"outcome": "Rate", "unit": "State", "time": "quarter", "cohort": "start"}


@pytest.fixture(scope="module")
def states() -> pd.DataFrame:
    frame = read("organ_donations")
    quarter = pd.PeriodIndex([f"{text[2:]}Q{text[1]}" for text in frame["Quarter"]], freq="Q")
    start = [pd.Period("2011Q3", "Q") if state == "California" else None for state in frame["State"]]
    return frame.assign(quarter=quarter, start=start)  # type: ignore[arg-type]


def test_cluster_standard_error(states: pd.DataFrame) -> None:
    est = did(states, **COLUMNS, estimator="twfe", inference="cluster")
    known = ENTRIES["did2x2.organ_donations"]
    assert (est.att, est.se, est.p_value) == pytest.approx(
        (known["estimate"], known["se"], known["p"]), rel=1e-6
    )
    assert est.n_obs == 162


@pytest.mark.parametrize("estimator", ["change", "twfe"])
def test_cr2_is_what_the_algebra_gives(states: pd.DataFrame, estimator: str) -> None:
    est = did(states, **COLUMNS, estimator=estimator, inference="cr2")
    known = ENTRIES["did2x2.organ_donations.cr2_one_treated"]
    assert (est.att, est.se, est.df, est.p_value) == pytest.approx(
        (known["estimate"], known["se"], known["df"], known["p"]), rel=1e-6
    )


def test_event_study(states: pd.DataFrame) -> None:
    frame = did(states, **COLUMNS, estimator="event_study", inference="cluster").to_frame()
    known: dict[str, dict[str, Any]] = table("did2x2.organ_donations.event")
    assert list(frame["event_time"]) == [-3, -2, 0, 1, 2]
    for row, want in zip(frame.itertuples(), known.values(), strict=True):
        assert (row.att, row.se, row.p_value) == pytest.approx((want["est"], want["se"], want["p"]), rel=1e-6)


@pytest.mark.parametrize("inference", ["cluster", "cr2"])
def test_the_warning_comes_first(states: pd.DataFrame, inference: InferenceName) -> None:
    est = did(states, **COLUMNS, estimator="twfe", inference=inference)
    assert est.notes[0].text.startswith("1 treated cluster and 26 comparison clusters")
    assert "far too narrow" in est.notes[0].text


def test_auto_holds_the_one_state_against_the_others(states: pd.DataFrame) -> None:
    est = did(states, **COLUMNS)
    assert (est.estimator, est.inference, est.p_min) == ("synthetic_did", "placebo", 1 / 27)
    assert est.notes[0].text.startswith("1 treated cluster is too few")
    assert "the smallest p they can give is 0.037" in est.notes[1].text
    assert est.p_value > 0.1
    assert est.ci[0] < 0 < est.ci[1]


def test_auto_gives_no_number_where_strata_rule_placebos_out(states: pd.DataFrame) -> None:
    answer = did(states.assign(region="one"), **COLUMNS, strata="region")
    assert not answer
    assert "1 treated cluster" in answer.reason
    assert "randomization" in answer.would_help


@pytest.mark.parametrize("estimator", ["change", "twfe"])
def test_permutation_over_states(states: pd.DataFrame, estimator: str) -> None:
    est = did(states, **COLUMNS, estimator=estimator, inference="randomization", assignment="complete")
    assert est.p_value == 5 / 27
    assert est.p_min == 1 / 27
    known = ENTRIES["did2x2.organ_donations.placebo_in_space"]
    assert est.p_value == pytest.approx(known["p"], abs=1e-15)
    assert est.p_one_sided("less") == pytest.approx(known["extra"]["p_lower"], abs=1e-15)


def test_every_placebo_estimate(states: pd.DataFrame) -> None:
    known = table("did2x2.organ_donations.placebo_in_space", "State")
    for state, want in known.items():
        placebo = states.assign(
            start=[pd.Period("2011Q3", "Q") if name == state else None for name in states["State"]]  # type: ignore[misc]
        )
        est = did(placebo, **COLUMNS, estimator="change", inference="cr2")
        assert est.att == pytest.approx(want["est"], rel=1e-6, abs=1e-12)
