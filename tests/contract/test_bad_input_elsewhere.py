"""Repeated cross-sections, `pl.bacon` and `pl.honest_did` refuse what they can't answer by name."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import pilotlab as pl
from pilotlab.errors import UsageError
from pilotlab.estimate.results.effect import NotEstimable
from tests.panels import simulate

UNIT_NONE: dict[str, dict[str, Any]] = {"twfe": {}, "poisson": {}, "binomial": {"exposure": "trials"}}


def _frame(**columns: Any) -> pd.DataFrame:
    """Twelve teams, eight weeks, six start in week 5; the outcome can be taken for counts out of 50."""
    frame = simulate(teams=12, weeks=8, start=5, seed=1)
    counts = np.random.default_rng(0).poisson(20, len(frame)).astype(float)
    made = {name: value(frame) if callable(value) else value for name, value in columns.items()}
    return frame.assign(y=counts, trials=50.0, **{name: value for name, value in made.items() if name != "y"}).assign(
        **{name: value for name, value in made.items() if name == "y"}
    )  # fmt: skip


def _said(answer: Any) -> str:
    """The words of a refusal; anything else fails."""
    assert isinstance(answer, NotEstimable)
    assert answer.would_help
    return answer.reason


SHARED: dict[str, tuple[pd.DataFrame, str]] = {
    "constant": (_frame(y=3.0), "y is 3 in every row: nothing varies"),
    "moves alike": (_frame(y=lambda f: f["week"] * 1.0), "week effects explain y wholly"),
    "nobody treated": (_frame(first_week=0), "are treated throughout and"),
    "all treated throughout": (_frame(first_week=1), "are treated throughout and 0 never"),
    "all treated": (_frame(first_week=5), "treated from 5 on: there is no comparison"),
}
RAISED: dict[str, tuple[pd.DataFrame, str]] = {
    "infinite": (_frame(y=lambda f: f["week"].astype(float).where(f.index != 30, math.inf)), "is infinite (inf) at week 7"),
    "empty": (_frame(y=math.nan), "outcome 'y' is empty in every row"),
    "no rows": (_frame().iloc[:0], "frame has no rows"),
    "text": (_frame(y="4,5"), "holds '4,5' at week 1"),
    "below zero": (_frame(first_week=lambda f: f["first_week"].where(f["first_week"] > 0, -1)), "is -1 in 48 rows"),
    "time missing": (_frame(week=lambda f: f["week"].where(f.index != 30)), "missing in 1 row, first in row 31"),
}  # fmt: skip


@pytest.mark.parametrize("case", SHARED)
@pytest.mark.parametrize("name", UNIT_NONE)
def test_cross_sections_that_can_t_be_compared(name: str, case: str) -> None:
    frame, words = SHARED[case]
    assert words in _said(pl.did(frame, unit=None, estimator=name, **UNIT_NONE[name]))


@pytest.mark.parametrize("case", SHARED)
def test_what_goodman_bacon_can_t_take_apart(case: str) -> None:
    frame, words = SHARED[case]
    assert words in _said(pl.bacon(frame))


@pytest.mark.parametrize("case", RAISED)
@pytest.mark.parametrize("name", [*UNIT_NONE, "bacon"])
def test_bad_columns_are_named(name: str, case: str) -> None:
    frame, words = RAISED[case]
    asked: dict[str, Any] = {} if name == "bacon" else {"unit": None, "estimator": name, **UNIT_NONE[name]}
    with pytest.raises(UsageError) as caught:
        (pl.bacon if name == "bacon" else pl.did)(frame, **asked)
    assert words in str(caught.value)
    assert caught.value.fix


@pytest.mark.parametrize("name", UNIT_NONE)
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"washin": 4}, "no week is left after the start at 5 and a wash-in of 4"),
        ({"anticipation": 4}, "no week is left before the start at 5"),
        ({"exclude": [5, 6, 7, 8]}, "no week is left after the start at 5"),
        ({"weights": "w"}, "48 rows of weight 0 in w left out"),
    ],
    ids=str,
)
def test_cross_sections_without_a_side(name: str, arguments: dict[str, Any], words: str) -> None:
    frame = _frame(w=lambda f: (f["first_week"] == 0).astype(float))
    assert words in _said(pl.did(frame, unit=None, estimator=name, **UNIT_NONE[name], **arguments))


def test_cohorts_that_start_after_the_end_are_counted() -> None:
    found = pl.did(_frame(first_week=lambda f: f["first_week"].where(f["first_week"] > 0, 99)), unit=None)
    assert any("48 rows of cohorts that start after the last week" in note.text for note in found.notes)


def test_cross_sections_of_counts_that_run_off() -> None:
    """No event after the start: a ratio of nothing."""
    gone = _frame(y=lambda f: np.where((f["first_week"] > 0) & (f["week"] >= 5), 0.0, 4.0 + f["week"]))
    assert "one side only" in _said(pl.did(gone, unit=None, estimator="poisson"))


BETA, SIGMA = [0.1, 0.2, 0.3, 0.4], 0.1 * np.eye(4)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"betahat": [0.1, math.nan, 0.3, 0.4]}, "betahat holds a value that is missing or infinite"),
        ({"betahat": "abc"}, "betahat holds something that is not a number"),
        ({"betahat": [1.0], "sigma": [[1.0]]}, "betahat has shape (1,)"),
        ({"betahat": [1e200, 1, 1, 1]}, "betahat holds 1e+200, too large to be squared"),
        ({"sigma": np.eye(3)}, "sigma has shape (3, 3)"),
        ({"sigma": 1e300 * np.eye(4)}, "sigma holds 1e+300, too large to be squared"),
        ({"sigma": np.zeros((4, 4))}, "has no noise at all"),
        ({"sigma": -SIGMA}, "some weighting has a variance below zero"),
        ({"n_pre": "2"}, "n_pre '2' is not a whole number from 1 to 3"),
        ({"n_pre": 4}, "n_pre 4 is not a whole number from 1 to 3"),
        ({"kind": "smooth"}, "kind 'smooth' is not known; did you mean 'smoothness'?"),
        ({"grid": [-1]}, "grid -1 is not a number of 0 or more"),
        ({"grid": [math.inf]}, "grid inf is not a number of 0 or more"),
        ({"l_vec": [0, 0]}, "l_vec [0, 0] is not 2 weights"),
        ({"alpha": "0.05"}, "alpha '0.05' is not between 0 and 0.5"),
    ],
    ids=str,
)
@pytest.mark.parametrize("kind", ["relative_magnitude", "smoothness"])
def test_honest_did_names_what_it_can_t_read(kind: str, arguments: dict[str, Any], words: str) -> None:
    asked = {"betahat": BETA, "sigma": SIGMA, "n_pre": 2, "kind": kind, **arguments}
    with pytest.raises(UsageError) as caught:
        pl.honest_did(**asked)
    assert words in str(caught.value)
    assert caught.value.fix
