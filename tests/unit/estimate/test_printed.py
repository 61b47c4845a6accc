"""What is printed of a result fits any stream, and a notebook shows the true signs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import pilotlab as pl
from pilotlab.estimate.results.effect import NotEstimable
from tests.panels import simulate
from tests.unit.estimate.sensitivity.test_harm_bounds import looks, pilot

WORSE = simulate(teams=20, att=-1.5, seed=1)
STAGGERED = simulate(teams=20, starts=(5, 8), att=-1.5, seed=1)


def _estimate(**asked: Any) -> Any:
    return pl.did(WORSE, outcome_unit="h/week", **asked)


def _path() -> Any:
    return pl.did(STAGGERED, estimator="event_study", aggregate="event_time")


PRINTED: dict[str, Callable[[], Any]] = {
    "Estimate": _estimate,
    "Estimate with an open end": lambda: pl.did(
        simulate(teams=6, att=-1.5, seed=1), inference="randomization"
    ),
    "Estimate that is large": lambda: pl.did(WORSE.assign(y=WORSE["y"] * 1e9)),
    "NotEstimable": lambda: NotEstimable("a bound of −0.3 ≤ x", "p ≥ 0.05 × 2 …"),
    "Sensitivity": lambda: _path().sensitivity(),
    "Pretrend": lambda: _path().pretrend(),
    "Synthetic": lambda: _estimate(estimator="synthetic_did").synthetic,
    "Bacon": lambda: pl.bacon(STAGGERED),
    "HarmBounds": lambda: pl.harm_bounds(looks(pilot(1, att=-0.5)), planned_se=0.2),
    "Slices": lambda: pl.slices(WORSE.assign(half=WORSE["team"].astype(str).str[-1] < "5"), by="half"),
}


@pytest.mark.parametrize("name", PRINTED)
def test_ascii_holds_what_is_printed(name: str) -> None:
    found = PRINTED[name]()
    for text in (str(found), repr(found), found.summary()):
        text.encode("ascii")


def test_a_notebook_shows_the_true_minus() -> None:
    found = _estimate()
    assert repr(found).startswith("ATT -1.")
    assert "ATT −1." in found._repr_html_()
    assert found.line().startswith("ATT −1.")


def test_names_keep_their_letters() -> None:
    frame = WORSE.assign(team="Zoë " + WORSE["team"].astype(str))
    assert "Zoë" in pl.did(frame, estimator="synthetic_did").synthetic.summary()
