"""Medicaid expansion (ehec, cohort 2014; Rambachan & Roth's example): relative magnitudes by C-LF, smoothness by FLCI.

Reference: R 4.2.2, HonestDiD 0.2.6; figures in data/honestdid.json. Its C-LF ends are the outermost accepted points of a
grid, so ours lie at most one grid step outside them. It draws the first stage's critical value 1,000 times (ours is
computed), which moves an end of another run, such as the README's, by up to one step more. Its smoothness intervals use a simulated quantile (1e6 draws), so
they agree to 1e-3. Second program: moderndid 0.2.0, script and figures in data/moderndid_rm.*.
"""

from __future__ import annotations

import json

import numpy as np
import pytest

import pilotlab as pl
from pilotlab.estimate.results.honest import Sensitivity
from tests.golden.reference import HERE

KNOWN = {entry["id"]: entry for entry in json.loads((HERE / "honestdid.json").read_text())}
CASES = ["ehec2014", "ehec2014_avg"]


def ask(case: str, **more: object) -> Sensitivity:
    given = KNOWN[f"honest.{case}.original"]["extra"]
    return pl.honest_did(
        given["betahat"],
        given["sigma"],
        n_pre=given["num_pre"],
        l_vec=given["l_vec"],
        **more,  # type: ignore[arg-type]
    )


def grid_step(case: str) -> float:
    """The reference tests -20 to 20 standard errors of the effect."""
    given = KNOWN[f"honest.{case}.original"]["extra"]
    weights, after = np.array(given["l_vec"]), np.array(given["sigma"])[5:, 5:]
    points = KNOWN[f"honest.{case}.relative_magnitudes"]["options"]["gridPoints"]
    return float(40 * np.sqrt(weights @ after @ weights) / (points - 1))


@pytest.mark.parametrize("case", CASES)
def test_usual_interval(case: str) -> None:
    known, found = KNOWN[f"honest.{case}.original"], ask(case, grid=[0])
    assert found.att == pytest.approx(known["estimate"], rel=1e-9)
    assert found.ci == pytest.approx((known["ci_low"], known["ci_high"]), rel=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_relative_magnitudes(case: str) -> None:
    rows, step = KNOWN[f"honest.{case}.relative_magnitudes"]["table"], grid_step(case)
    frame = ask(case, grid=[row["Mbar"] for row in rows]).to_frame()
    assert list(frame) == ["m", "ci_low", "ci_high"]
    for found, known in zip(frame.itertuples(), rows, strict=True):
        assert found.m == known["Mbar"]
        assert -step < found.ci_low - known["lb"] <= 0.02 * step
        assert -0.02 * step <= found.ci_high - known["ub"] < step


@pytest.mark.parametrize(
    ("m", "low", "high"),
    [(0.5, 0.0241, 0.0673), (1, 0.0171, 0.0720), (1.5, 0.00859, 0.0796), (2, -0.00107, 0.0883)],
)
def test_published_figures_of_the_readme(m: float, low: float, high: float) -> None:
    """Another run than the reference's: 1.5 gives 0.00859 there, 0.00824 in the reference. Two steps, and four decimals."""
    (row,) = ask("ehec2014", grid=m).rows
    assert row.ci == pytest.approx((low, high), abs=2 * grid_step("ehec2014") + 5e-5)


@pytest.mark.parametrize("case", CASES)
def test_smoothness(case: str) -> None:
    rows = KNOWN[f"honest.{case}.smoothness_FLCI"]["table"]
    frame = ask(case, kind="smoothness", grid=[row["M"] for row in rows]).to_frame()
    for found, known in zip(frame.itertuples(), rows, strict=True):
        width = known["ub"] - known["lb"]
        assert (found.ci_low, found.ci_high) == pytest.approx((known["lb"], known["ub"]), abs=1e-3 * width)


def test_breakdown_is_where_zero_comes_in() -> None:
    """Published: robust up to Mbar about 2; the README's table turns between 1.5 and 2."""
    found = ask("ehec2014")
    assert 1.5 < found.breakdown < 2
    below, above = ask("ehec2014", grid=[0.999 * found.breakdown, 1.001 * found.breakdown]).rows
    assert below.ci[0] > 0 >= above.ci[0]


def test_first_effect_is_the_default() -> None:
    given = KNOWN["honest.ehec2014.original"]["extra"]
    assert (
        pl.honest_did(given["betahat"], given["sigma"], n_pre=5, grid=[1]).rows
        == ask("ehec2014", grid=[1]).rows
    )


def test_a_second_program() -> None:
    """moderndid leaves the earliest step before start out of the largest; here that step does not decide."""
    for known in json.loads((HERE / "moderndid_rm.json").read_text()):
        found = pl.honest_did(
            known["betahat"], known["sigma"], n_pre=known["n_pre"], l_vec=known["l_vec"], grid=known["m"]
        )
        (row,) = found.rows
        # A step of the grid, and what 1,000 draws leave open in the first stage.
        assert -2 * known["step"] < row.ci[0] - known["low"] < known["step"]
        assert -known["step"] < row.ci[1] - known["high"] < 2 * known["step"]
