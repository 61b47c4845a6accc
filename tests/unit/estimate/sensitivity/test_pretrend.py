"""The test before start from an estimate."""

from __future__ import annotations

import json

import numpy as np
import pytest

from pilotlab.errors import UsageError
from pilotlab.estimate.did import did
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.estimate.results.parallel_trends import Pretrend
from tests.panels import simulate


@pytest.fixture(scope="module")
def path() -> Estimate:
    return did(simulate(teams=20, att=2.0, seed=1), estimator="event_study", outcome_unit="h/week")  # type: ignore[return-value]


def test_by_hand(path: Estimate) -> None:
    beta, sigma, _ = path.path.arrays()
    wald = beta[:5] @ np.linalg.solve(sigma[:5, :5], beta[:5])
    found = path.pretrend()
    assert (found.df_num, found.df_den) == (5, pytest.approx(14))
    assert found.statistic == pytest.approx(14 / (18 * 5) * wald)
    assert found.passed is (found.p_value > 0.05)


def test_drift_is_found_by_a_path_that_has_it() -> None:
    frame = simulate(teams=20, seed=3)
    drift = 0.8 * frame["week"] * (frame["first_week"] > 0)
    assert did(frame.assign(y=frame["y"] + drift), estimator="event_study").pretrend().passed is False


def test_bias_is_the_drift_at_the_headline(path: Estimate) -> None:
    """Event times 0 to 5 stand 1 to 6 periods after the reference: 3.5 on average."""
    for criterion in ("joint", "single"):
        found = path.pretrend(criterion=criterion)
        assert [each.power for each in found.drifts] == [0.5, 0.8]
        for each in found.drifts:
            assert each.bias == pytest.approx(3.5 * each.slope)
            assert each.bias_if_passed > each.bias  # coefficients share the reference's noise
        assert found.drifts[0].slope < found.drifts[1].slope


def test_says_both(path: Estimate) -> None:
    found = path.pretrend()
    assert repr(found).startswith("pre-trends: F(5, 14) = ")
    assert "80 times in 100" in found.summary()
    assert "h/week a period" in found.sentence()
    assert "keeps parallel trends" in found._repr_html_()
    assert list(found.to_frame()) == ["power", "slope", "bias", "bias_if_passed"]
    drawn = did(simulate(teams=20, att=2.0, seed=1), estimator="event_study", assignment="complete")
    assert "CR2's" in drawn.pretrend().summary()


def test_survives_storing(path: Estimate) -> None:
    found = path.pretrend()
    assert Pretrend.from_dict(json.loads(json.dumps(found.to_dict(), allow_nan=False))) == found
    with pytest.raises(UsageError, match="schema 'x'"):
        Pretrend.from_dict({"schema": "x"})


def test_refusals() -> None:
    few = did(simulate(teams=8, weeks=20, start=14, seed=1), estimator="event_study")
    answer = few.pretrend()
    assert isinstance(answer, NotEstimable)
    assert "12 coefficients before start" in answer.reason
    assert "`change` does not have" in did(simulate()).pretrend().reason
    with pytest.raises(UsageError, match="criterion 'any'"):
        few.pretrend(criterion="any")  # type: ignore[arg-type]
