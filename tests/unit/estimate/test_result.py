"""An estimate answers wherever it is looked at, and the same once it was stored."""

from __future__ import annotations

import json
import math
import pickle

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from scipy import stats

from pilotlab.errors import UsageError
from pilotlab.estimate.did import did
from pilotlab.estimate.results.effect import Estimate, NotEstimable, result_from_dict
from pilotlab.wording.numbers import decimals_of, in_full
from tests.panels import simulate


@pytest.fixture(scope="module")
def plain() -> Estimate:
    est = did(simulate(att=1.5, seed=1), inference="cr2", outcome_unit="h/week")
    assert isinstance(est, Estimate)
    return est


@pytest.fixture(scope="module")
def drawn() -> Estimate:
    est = did(simulate(att=1.5, seed=1), assignment="complete", outcome_unit="h/week")
    assert isinstance(est, Estimate)
    return est


@pytest.fixture(scope="module")
def path() -> Estimate:
    est = did(simulate(teams=20, starts=(5, 8), seed=1), estimator="event_study")
    assert isinstance(est, Estimate)
    return est


def _stored(est: Estimate) -> Estimate:
    return Estimate.from_dict(json.loads(json.dumps(est.to_dict(), allow_nan=False)))


@pytest.mark.parametrize("name", ["plain", "drawn", "path"])
def test_survives_storing(name: str, request: pytest.FixtureRequest) -> None:
    est = request.getfixturevalue(name)
    back = _stored(est)
    assert back == est
    assert back.to_dict() == est.to_dict()
    assert (repr(back), back.summary()) == (repr(est), est.summary())
    pd.testing.assert_frame_equal(back.to_frame(), est.to_frame())
    for level in (0.9, 0.95, 0.99):
        assert back.interval(level) == est.interval(level)
        assert back.bound("lower", level) == est.bound("lower", level)
        assert back.bound("upper", level=level) == est.bound("upper", level=level)
    assert back.p_one_sided("greater") == est.p_one_sided("greater")


def test_stored_draws_refuse_what_was_not_kept(drawn: Estimate) -> None:
    back = _stored(drawn)
    assert drawn.interval(0.9555) == drawn.interval(0.9555)
    with pytest.raises(UsageError, match="was not stored"):
        back.interval(0.95551)
    with pytest.raises(UsageError, match="holds the p of no effect alone"):
        back.p_one_sided("greater", null=1.0)
    for part in (2, 3, 4, 6):  # alpha split over goals and arms
        assert back.interval(1 - 0.05 / part) == drawn.interval(1 - 0.05 / part)


def test_students_interval_and_bounds(plain: Estimate) -> None:
    reach = stats.t.ppf(0.95, plain.df) * plain.se
    assert plain.bound("lower") == pytest.approx(plain.att - reach)
    assert plain.bound("upper", level=0.95) == pytest.approx(plain.att + reach)
    assert plain.interval(0.9) == pytest.approx((plain.att - reach, plain.att + reach))
    assert plain.interval() == plain.ci
    assert plain.p_value == pytest.approx(2 * stats.t.sf(abs(plain.att) / plain.se, plain.df))
    assert plain.p_one_sided("greater", null=1.0) == pytest.approx(
        stats.t.sf((plain.att - 1) / plain.se, plain.df)
    )
    assert plain.p_one_sided("greater") + plain.p_one_sided("less") == pytest.approx(1)


@pytest.mark.parametrize("name", ["plain", "drawn"])
def test_claims_follow_the_bounds(name: str, request: pytest.FixtureRequest) -> None:
    est = request.getfixturevalue(name)
    low, high = est.bound("lower"), est.bound("upper")
    assert low < est.att < high
    worst = max(-low, 0) + 1e-6
    assert est.non_inferior(worst + 0.01) is True
    assert est.non_inferior(high + 0.01, better="lower") is True
    assert est.non_inferior(high - 0.01, better="lower") is False
    assert est.equivalence(max(abs(low), abs(high)) + 0.01) is True
    assert est.equivalence(max(abs(low), abs(high)) - 0.01) is False
    assert est.interval(0.99)[0] <= est.interval(0.9)[0]


@pytest.mark.parametrize("wrong", [0, 1, 95, -0.5, "0.95", True])
def test_levels_are_shares(plain: Estimate, wrong: object) -> None:
    with pytest.raises(UsageError, match="is not between 0 and 1"):
        plain.interval(wrong)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="is not between 0 and 1"):
        plain.bound("lower", level=wrong)  # type: ignore[arg-type]


def test_other_wrong_questions(plain: Estimate) -> None:
    with pytest.raises(UsageError, match="side 'low' is not known; did you mean 'lower'"):
        plain.bound("low")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="direction 'more'"):
        plain.p_one_sided("more")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="better 'up'"):
        plain.non_inferior(1, better="up")
    for margin in (0, -1, math.nan, "1"):
        with pytest.raises(UsageError, match="is not a positive number"):
            plain.equivalence(margin)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="schema 'x'"):
        Estimate.from_dict({"schema": "x"})


def test_one_line_says_effect_unit_interval(plain: Estimate) -> None:
    assert repr(plain) == f"ATT {plain.att:+.2f} h/week [{plain.ci[0]:+.2f}, {plain.ci[1]:+.2f}]"


def test_summary_holds_method_counts_and_notes() -> None:
    frame = simulate(seed=1)
    frame.loc[0, "y"] = np.nan
    text = did(frame, assignment="complete").summary()
    for words in (
        "95 % interval",
        "change with randomization",
        "143 from 12 units, 6 treated",
        "1 row without y",
        "924 draws",
    ):
        assert words in text


def test_table(plain: Estimate, path: Estimate) -> None:
    columns = ["att", "se", "ci_low", "ci_high", "band_low", "band_high", "p_value"]
    assert list(plain.to_frame()) == ["term", *columns]
    assert list(path.to_frame()) == ["event_time", *columns]
    assert plain.to_frame().loc[0, "att"] == plain.att
    assert path.to_frame()["event_time"].is_monotonic_increasing
    assert path.to_frame()["event_time"].dtype == np.int64


def test_markup_is_escaped() -> None:
    est = did(simulate(seed=1), outcome_unit="<b>h</b>")
    assert "<b>h</b>" not in est._repr_html_()
    assert "&lt;b&gt;h" in est._repr_html_()
    assert "<script>" not in NotEstimable("<script>", "x")._repr_html_()


@pytest.mark.parametrize("name", ["plain", "drawn", "path"])
def test_drawing(name: str, request: pytest.FixtureRequest) -> None:
    est = request.getfixturevalue(name)
    ax = est.plot()
    assert isinstance(ax, Axes)
    assert len(ax.get_lines()) >= 2 * len(est.terms)
    assert ax.get_title(loc="left") == est.line()
    assert est.plot(ax) is ax


def test_drawing_of_an_open_interval() -> None:
    est = did(simulate(teams=10), pairs="pair", assignment="complete")
    ax = est.plot()
    assert all(np.isfinite(line.get_ydata()).all() for line in ax.get_lines())


def test_frozen_and_picklable(plain: Estimate) -> None:
    with pytest.raises(AttributeError):
        plain.att = 3.0  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(plain)) == plain


def test_not_estimable_is_false_printable_and_storable() -> None:
    answer = did(simulate(treated=11))
    assert not answer
    assert "not estimable" in str(answer)
    assert answer.reason in answer.summary()
    assert result_from_dict(json.loads(json.dumps(answer.to_dict()))) == answer
    assert isinstance(result_from_dict(did(simulate()).to_dict()), Estimate)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ((0.0,), "0.00"),
        ((1.234567, -0.85), "+1.23"),
        ((-11863.9, 2806.9), "−11,864"),
        ((0.0224589, 0.0099), "+0.0225"),
        ((0.00012345,), "+0.000123"),
        ((123.456, math.inf), "+123"),
        ((-math.inf, 1.0), "−∞"),
    ],
)
def test_numbers_keep_the_digits_that_count(values: tuple[float, ...], text: str) -> None:
    assert in_full(values[0], decimals_of(*values), sign=True) == text
