"""Every result has the same doors: repr, summary, to_frame, to_dict, plot, _repr_html_."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pandas as pd
import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes

import pilotlab as pl
from pilotlab import estimate, evaluate
from pilotlab.estimate.did import did
from pilotlab.estimate.results.effect import Estimate
from pilotlab.evaluate.robustness import Robustness, Run
from tests.drawings import off_the_page, on_each_other, pixels
from tests.panels import simulate

LEFT_OUT = {"Analysis": "metrics of several units share no axis: its drawing is the readout"}


@cache
def panel() -> pd.DataFrame:
    frame = simulate(teams=24, weeks=16, att=1.4, noise=0.7, seed=5)
    return frame.assign(half=frame["team"].str[-1].astype(int) % 2)


def ask(**asked: Any) -> Estimate:
    found = did(panel(), **{"outcome_unit": "points", **asked})
    assert isinstance(found, Estimate)
    return found


def few(**asked: Any) -> Estimate:
    frame = panel().assign(first_week=panel()["first_week"].where(panel()["team"] < "team 02", 0))
    found = did(frame, inference="placebo", outcome_unit="points", **asked)
    assert isinstance(found, Estimate)
    return found


def staggered(**asked: Any) -> Any:
    frame = simulate(teams=60, weeks=20, att=1.4, seed=5, starts=(6, 9, 12))
    return did(frame, outcome_unit="hours per week", **asked)


def looks() -> list[Estimate]:
    """Ask again as weeks come in."""
    found = [
        did(panel().query("week <= @last"), outcome_unit="points", inference="cr2") for last in (9, 12, 16)
    ]
    return [each for each in found if isinstance(each, Estimate)]


def card() -> Robustness:
    """Hold a card as the page shows it: one that agrees, one that does not, one hidden, one that could not be run."""
    return Robustness(
        runs=(
            Run(name="twfe", label="two-way fixed effects", att=0.4, ci=(0.1, 0.7), agrees=True),
            Run(name="late_half", label="late half", att=-0.1, ci=(-0.5, 0.3), agrees=False),
            Run(
                name="wild",
                label="wild",
                agrees=True,
                reason="not shown: it would tell of fewer than 5 people",
            ),
            Run(name="complete", label="complete teams only", reason="2 treated clusters are left"),
        ),
        left_out=None,
        checks=(),
    )


MAKERS: dict[str, Callable[[], Any]] = {
    "Estimate": ask,
    "Estimate, event study": lambda: ask(estimator="event_study", washin=2),
    "Estimate, event study, drawn": lambda: ask(
        estimator="event_study", anticipation=2, assignment="complete"
    ),
    "Estimate, open interval": lambda: did(simulate(teams=10), pairs="pair", assignment="complete"),
    "Estimate, many weeks": lambda: did(simulate(teams=60, weeks=80, start=40), estimator="event_study"),
    "Estimate, group_time": lambda: staggered(estimator="group_time", aggregate="event_time", washin=1),
    "Estimate, cohorts": lambda: staggered(estimator="group_time", aggregate="cohort"),
    "Estimate, imputation": lambda: staggered(estimator="imputation", aggregate="event_time"),
    "Estimate, sun_abraham": lambda: staggered(estimator="sun_abraham", aggregate="event_time"),
    "Estimate, synthetic": lambda: few(estimator="synthetic_did"),
    "NotEstimable": lambda: did(simulate(treated=11), estimator="change"),
    "Sensitivity": lambda: ask(estimator="event_study").sensitivity(),
    "Sensitivity, smoothness": lambda: ask(estimator="event_study").sensitivity("smoothness"),
    "Pretrend": lambda: ask(estimator="event_study").pretrend(),
    "Bacon": lambda: pl.bacon(simulate(teams=60, weeks=20, att=1.4, seed=5, starts=(6, 9, 12))),
    "Synthetic": lambda: few(estimator="synthetic_did").synthetic,
    "HarmBounds": lambda: pl.harm_bounds(looks(), planned_se=0.2, margin=0.5, better="lower"),
    "HarmBounds, open": lambda: pl.harm_bounds(looks(), rule="obrien_fleming", fractions=[0.05, 0.5, 1.0]),
    "Slices": lambda: pl.slices(panel(), by="half", outcome_unit="points"),
    "Robustness": card,
}


def classes() -> Iterator[type]:
    """Find every class of the rooms that can sum itself up."""
    rooms = (estimate, evaluate)
    for module in (
        each for room in rooms for each in pkgutil.walk_packages(room.__path__, f"{room.__name__}.")
    ):
        for name, found in vars(importlib.import_module(module.name)).items():
            if isinstance(found, type) and found.__module__ == module.name and not name.startswith("_"):
                yield found


def test_every_result_is_here() -> None:
    results = {found.__name__ for found in classes() if hasattr(found, "summary") or hasattr(found, "plot")}
    assert results - set(LEFT_OUT) == {name.partition(",")[0] for name in MAKERS}


@pytest.fixture(autouse=True)
def _no_figures_left() -> Iterator[None]:
    yield
    pyplot.close("all")


@pytest.fixture(params=MAKERS)
def result(request: pytest.FixtureRequest) -> Any:
    return made(request.param)


@cache
def made(name: str) -> Any:
    return MAKERS[name]()


def test_repr_is_one_line(result: Any) -> None:
    assert "\n" not in repr(result)
    assert " at 0x" not in repr(result)
    assert len(repr(result)) < 400


def test_summary_says_more(result: Any) -> None:
    text = result.summary()
    assert len(text.splitlines()) > 1
    assert text == result.summary()


def test_to_frame_is_tidy(result: Any) -> None:
    frame = result.to_frame()
    assert isinstance(frame, pd.DataFrame)
    assert len(frame)
    assert frame.columns.is_unique
    pd.testing.assert_frame_equal(frame, result.to_frame())


def test_to_dict_is_plain_and_leads_back(result: Any) -> None:
    data = result.to_dict()
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    if hasattr(result, "from_dict"):
        assert type(result).from_dict(data).to_dict() == data


class Tags(HTMLParser):
    """Keeps the tags that are open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002 - the parser's own name
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_is_whole(result: Any) -> None:
    parser = Tags()
    parser.feed(result._repr_html_())
    assert parser.open == []
    assert "<b>" in result._repr_html_()


def test_a_drawing_is_read_without_help(result: Any) -> None:
    axes = result.plot()
    assert isinstance(axes, Axes)
    assert axes.get_title(loc="left")
    assert on_each_other(axes) == []
    assert off_the_page(axes) == []


def test_the_same_result_draws_the_same_picture(result: Any) -> None:
    assert pixels(result.plot()) == pixels(result.plot())


def test_a_drawing_goes_on_axes_that_are_given(result: Any) -> None:
    figure, (left, right) = pyplot.subplots(1, 2)
    assert result.plot(right) is right
    assert not left.has_data()
    figure.canvas.draw()


@pytest.mark.parametrize("kind", ["estimates", "paths", "weights", "placebos"])
def test_kinds_of_a_synthetic_comparison(kind: Any) -> None:
    axes = few(estimator="synthetic_did").plot(kind=kind)
    assert on_each_other(axes) == []
    assert off_the_page(axes) == []
