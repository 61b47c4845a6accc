"""What every result promises of the way back: equal again, and of data that are no result of its kind what they lack."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import pilotlab as pl
from pilotlab.errors import PilotlabError, UsageError
from pilotlab.estimate.results.honest import Sensitivity
from pilotlab.estimate.results.parallel_trends import Pretrend
from pilotlab.evaluate.leave_one_out import LeftOut
from pilotlab.evaluate.robustness import Robustness, Run
from pilotlab.evaluate.threats.check import Check

REBUILT = {name for name in pl.__all__ if hasattr(getattr(pl, name), "from_dict")}
BEYOND = {"Pretrend", "Robustness", "Sensitivity", "by draws", "synthetic"}  # reached from what is public


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    frame = _frame()
    looks: Any = [pl.did(frame[frame["week"] <= last]) for last in (5, 6, 8)]
    event = pl.did(frame, aggregate="event_time", inference="cluster")
    return {
        **_of_a_workspace(tmp_path_factory.mktemp("company") / "acme"),
        "Estimate": event,
        "by draws": pl.did(frame, inference="randomization"),
        "synthetic": pl.did(frame, estimator="synthetic_control", inference="placebo"),
        "NotEstimable": pl.NotEstimable("too few", "more", (pl.Note("mine", "one left out", {"rows": 1}),)),
        "Note": pl.Note("mine", "one left out", {"rows": 1}, True),
        "Slices": pl.slices(frame, by="site"),
        "Bacon": pl.bacon(frame),
        "HarmBounds": pl.harm_bounds(looks),
        "Sensitivity": event.sensitivity(),
        "Pretrend": event.pretrend(),
        "Robustness": Robustness(
            runs=(Run(name="cr2", label="CR2", att=1.0, ci=(0.5, float("inf")), agrees=True),),
            left_out=LeftOut(what="team", lowest=0.4, highest=1.2, flips=False, runs=8, shown=8),
            checks=(Check(name="drift", label="Drift", outcome="pass", words="none", number=0.1),),
        ),
    }


def _frame() -> pd.DataFrame:
    rows = [
        (team, week, "AB"[team % 2], team * week % 7 + 2.0 * (team > 12 and week > 4), 5 if team > 12 else 0)
        for team in range(1, 25)
        for week in range(1, 9)
    ]
    return pd.DataFrame(rows, columns=["team", "week", "site", "y", "first_week"])


def _of_a_workspace(folder: Path) -> dict[str, Any]:
    workspace = pl.init(folder)
    assignment = workspace.assign("anchor-days")
    analysis = workspace.analyze("anchor-days")
    return {
        "Assignment": assignment,
        "Analysis": analysis,
        "MetricResult": analysis.results[0],
        "Decision": workspace.decide("anchor-days"),
        "Panel": workspace.panel("anchor-days", "job_satisfaction"),
        "Status": workspace.status("anchor-days"),
    }


def test_every_public_result_is_asked(results: Mapping[str, Any]) -> None:
    assert set(results) == REBUILT | BEYOND
    for name in REBUILT:
        assert type(results[name]) is getattr(pl, name)
    assert (type(results["Sensitivity"]), type(results["Pretrend"])) == (Sensitivity, Pretrend)


@pytest.mark.parametrize("name", sorted(REBUILT | BEYOND))
def test_a_result_comes_back_from_json(results: Mapping[str, Any], name: str) -> None:
    result = results[name]
    again = type(result).from_dict(json.loads(json.dumps(result.to_dict(), allow_nan=False)))
    assert again.to_dict().keys() == result.to_dict().keys()
    if name == "Panel":  # of which a frame is handed out, and never the values
        assert again.to_dict() == result.to_dict()
    else:
        assert again == result


@pytest.mark.parametrize("name", sorted(REBUILT | BEYOND - {"Robustness"}))
def test_another_schema_is_named(results: Mapping[str, Any], name: str) -> None:
    data = results[name].to_dict()
    if name == "Note":  # stands in what has a schema
        assert "schema" not in data
        return
    with pytest.raises(UsageError, match="schema 'other@9' is not 'pilotlab/"):
        type(results[name]).from_dict({**data, "schema": "other@9"})


@pytest.mark.parametrize("name", sorted(REBUILT | BEYOND))
def test_what_is_missing_is_named(results: Mapping[str, Any], name: str) -> None:
    kind, data = type(results[name]), json.loads(json.dumps(results[name].to_dict()))
    said = [(str(way[-1]), _said(kind, cut)) for way, cut in _truncated(data) if way[-1] != "schema"]
    assert sum(what == f"has no {key!r}" for key, what in said) >= 2
    assert [(key, what) for key, what in said if what not in ("", f"has no {key!r}")] == []
    with pytest.raises(PilotlabError, match=r"can't be read: it has no '\w+'"):
        kind.from_dict({key: data[key] for key in data if key == "schema"})


def _said(kind: Any, data: dict[str, Any]) -> str:
    """Return what is said of data; nothing where they can be read without."""
    try:
        kind.from_dict(data)
    except PilotlabError as error:
        return error.what.partition("can't be read: it ")[2] or error.what
    return ""


def _truncated(data: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """Leave out every key in turn, of the first of a list's items alone."""
    for way in _ways(data):
        cut: Any = deepcopy(data)
        inner = cut
        for step in way[:-1]:
            inner = inner[step]
        del inner[way[-1]]
        yield way, cut


def _ways(data: Any) -> Iterator[tuple[str | int, ...]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield (key,)
            yield from ((key, *way) for way in _ways(value))
    elif isinstance(data, list) and data:
        yield from ((0, *way) for way in _ways(data[0]))
