"""What every row of the tables of estimators and inferences promises."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pilotlab.errors import UsageError
from pilotlab.estimate.did import did
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.spec.engine import ESTIMATORS, INFERENCES, estimator
from tests.panels import simulate, with_gaps

# Estimators that read columns of their own: here the dose is the treated indicator, so that all promises can be asked.
EXTRA: dict[str, dict[str, Any]] = {"dose": {"dose": "on"}}
# Not linear in the outcome, or another estimand than the mean effect: held to their own tests.
OTHERS: tuple[str, ...] = ("synthetic_did", "synthetic_control", "poisson", "binomial", "triple")
LINEAR = tuple(name for name in ESTIMATORS if name not in OTHERS)
BY_DRAWS = ("randomization", "wild", "bootstrap")
NOT_TOGETHER = {("dose", "randomization")}
NOT_WITH_GAPS = {("imputation", "wild")}  # no least-squares estimate then: it says so
TOGETHER = [
    (name, rule)
    for name in LINEAR
    for rule in ESTIMATORS[name].inferences
    if (name, rule) not in NOT_TOGETHER
]


def _did(frame: pd.DataFrame, *, estimator: str, **more: Any) -> Any:
    on = (frame["first_week"] > 0) & (frame["week"] >= frame["first_week"])
    return did(frame.assign(on=on.astype(float)), estimator=estimator, **EXTRA.get(estimator, {}), **more)


def _ask(name: str, rule: str, frame: pd.DataFrame, **more: Any) -> Estimate:
    drawn = {"assignment": "complete"} if rule == "randomization" else {}
    est = _did(frame, estimator=name, inference=rule, **drawn, **more)
    assert isinstance(est, Estimate)
    return est


@pytest.mark.parametrize("name", LINEAR)
def test_recovers_a_known_effect(name: str) -> None:
    est = _did(simulate(teams=60, weeks=26, att=2.0, noise=0.0, seed=7), estimator=name)
    assert est.att == pytest.approx(2.0)


@pytest.mark.parametrize(("name", "rule"), TOGETHER)
def test_a_whole_result(name: str, rule: str) -> None:
    est = _ask(name, rule, simulate(seed=3), outcome_unit="points")
    assert (est.estimator, est.inference, est.unit, est.alpha) == (name, rule, "points", 0.05)
    assert est.ci[0] <= est.att <= est.ci[1]
    assert est.bound("lower") <= est.att <= est.bound("upper")
    assert 0 <= est.p_value <= 1
    assert est.se > 0
    assert (est.n_units, est.n_treated) == (12, 6)
    assert (est.df is None) == (rule in BY_DRAWS) == (est.p_min is not None)
    assert est.estimand
    finite = [value for value in (est.att, est.se, est.p_value) if not math.isfinite(value)]
    assert not finite
    assert Estimate.from_dict(json.loads(json.dumps(est.to_dict(), allow_nan=False))) == est


@pytest.mark.parametrize(("name", "rule"), TOGETHER)
def test_interval_and_p_say_the_same(name: str, rule: str) -> None:
    for seed in range(6):
        est = _ask(name, rule, simulate(att=0.6, seed=seed))
        assert (est.p_value <= est.alpha) == (not est.ci[0] <= 0 <= est.ci[1])
        assert (est.p_one_sided("greater") <= 0.05) == (est.bound("lower", level=0.95) > 0)


@pytest.mark.parametrize(("name", "rule"), TOGETHER)
def test_the_order_of_rows_does_not_matter(name: str, rule: str) -> None:
    frame = simulate(seed=3)
    mixed = frame.sample(frac=1, random_state=4)
    assert _ask(name, rule, mixed).to_dict() == _ask(name, rule, frame).to_dict()


SPREADS = [(name, rule) for name, rule in TOGETHER if rule in ("cluster", "cr2", "jackknife", "wild")]


@pytest.mark.parametrize(("name", "rule"), SPREADS)
@pytest.mark.parametrize("gaps", [False, True])
def test_an_injected_effect_moves_the_estimate_alone(name: str, rule: str, gaps: bool) -> None:
    frame = simulate(seed=3)
    frame = with_gaps(frame) if gaps else frame
    on = (frame["first_week"] > 0) & (frame["week"] >= frame["first_week"])
    if gaps and (name, rule) in NOT_WITH_GAPS:
        assert isinstance(_did(frame, estimator=name, inference=rule), NotEstimable)
        return
    before, after = _ask(name, rule, frame), _ask(name, rule, frame.assign(y=frame["y"] + 3.25 * on))
    assert after.att - before.att == pytest.approx(3.25, abs=1e-9)
    assert (after.se, after.df or 0.0) == pytest.approx((before.se, before.df or 0.0), rel=1e-9)


@pytest.mark.parametrize("name", LINEAR)
def test_extra_columns_and_index_do_not_matter(name: str) -> None:
    frame = simulate(seed=3)
    other = frame.assign(note="x", z=np.arange(len(frame))).set_index("z").iloc[:, ::-1]
    assert _did(other, estimator=name) == _did(frame, estimator=name)


@pytest.mark.parametrize("table", [ESTIMATORS, INFERENCES])
def test_rows_load_and_say_what_they_are(table: dict[str, Any]) -> None:
    for entry in table.values():
        assert callable(getattr(entry.load(), "fit", entry.load()))
        assert entry.estimand
        assert entry.formula
        assert entry.source


def test_every_row_has_an_entry_on_the_methods_page() -> None:
    from pathlib import Path

    page = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "methods.md").read_text()
    for name in (*ESTIMATORS, *INFERENCES):
        assert f"`{name}`" in page


def test_an_unknown_name_lists_those_that_are_there() -> None:
    with pytest.raises(UsageError, match=f"one of: {', '.join(sorted(['auto', *ESTIMATORS]))}"):
        estimator("crystal_ball")
