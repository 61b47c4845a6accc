"""What every result promises: one line, plain data under a schema's name, and the way back."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pilotlab.decide.decision import Decision
from pilotlab.design.assignment import Assignment
from pilotlab.design.freeze import Freeze
from pilotlab.design.plan import Amendment
from pilotlab.estimate.heterogeneity.by_slice import slices
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.estimate.results.slice_effects import Slices
from pilotlab.evaluate.analysis import Analysis
from pilotlab.panel.panel import Panel
from pilotlab.panel.status import Status
from pilotlab.readout.document.model import Readout
from pilotlab.spec.pilot import PilotSpec
from tests.pilots import AFTER, BEFORE, Lab, make_lab


class Doors(NamedTuple):
    """How a result is made, which schema it carries, and what rebuilds it."""

    make: Callable[[Lab], Any]
    schema: str
    rebuild: Callable[[dict[str, Any]], Any] | None = None


def _course(lab: Lab) -> Any:
    return lab.at(AFTER).course("anchor-days")


def _frozen(lab: Lab) -> Freeze:
    return lab.at(AFTER).freeze("anchor-days")


RESULTS: dict[str, Doors] = {
    "PilotSpec": Doors(
        lambda lab: lab.at(AFTER).plan("anchor-days").spec, "pilotlab/pilot@1", PilotSpec.model_validate
    ),
    "Assignment": Doors(
        lambda lab: lab.at(AFTER).plan("anchor-days").assigned, "pilotlab/assignment@1", Assignment.from_dict
    ),
    "Freeze": Doors(_frozen, "pilotlab/freeze@1", Freeze.from_dict),
    "Amendment": Doors(lambda lab: _amended(lab), "pilotlab/amendment@1", Amendment.from_dict),
    "Panel": Doors(
        lambda lab: lab.at(AFTER).panel("anchor-days", "job_satisfaction"),
        "pilotlab/panel@1",
        Panel.from_dict,
    ),
    "Estimate": Doors(
        lambda lab: _course(lab).analysis.results[0].estimate, "pilotlab/estimate@1", Estimate.from_dict
    ),
    "NotEstimable": Doors(
        lambda lab: NotEstimable("too few", "more"), "pilotlab/not-estimable@1", NotEstimable.from_dict
    ),
    "Slices": Doors(lambda lab: _by_group(lab), "pilotlab/slices@1", Slices.from_dict),
    "Analysis": Doors(lambda lab: _course(lab).analysis, "pilotlab/analysis@3", Analysis.from_dict),
    "Decision": Doors(
        lambda lab: lab.at(AFTER).decide("anchor-days"), "pilotlab/decision@1", Decision.from_dict
    ),
    "Readout": Doors(
        lambda lab: lab.at(AFTER).readout("anchor-days").readout, "pilotlab/readout@1", Readout.from_dict
    ),
    "Page": Doors(lambda lab: lab.at(AFTER).readout("anchor-days"), "pilotlab/readout@1"),
    "Status": Doors(lambda lab: lab.at(AFTER).status("anchor-days"), "pilotlab/status@1", Status.from_dict),
    "ImportReport": Doors(lambda lab: lab.at(AFTER).import_file(lab.root / "all.csv"), "pilotlab/import@1"),
}


# Results that a user meets inside others.
PARTS: dict[str, Callable[[Lab], Any]] = {
    "ArmDecision": lambda lab: lab.at(AFTER).decide("anchor-days").leading,
    "Course": _course,
    "MetricResult": lambda lab: _course(lab).analysis.results[0],
}


def _by_group(lab: Lab) -> Slices:
    frame = lab.at(AFTER).panel("anchor-days", "job_satisfaction").values
    frame = frame.assign(half=frame["team"].str[-1].astype(int) % 2, cohort=frame["cohort"].astype(object))
    found = slices(frame, by="half", outcome="value", cohort="cohort")
    assert isinstance(found, Slices)
    return found


def _amended(lab: Lab) -> Amendment:
    lab.edit("worth_it: -0.5", "worth_it: -0.4")
    made = lab.at(AFTER).amend("anchor-days", why="the board's bar")
    lab.edit("worth_it: -0.4", "worth_it: -0.5")
    lab.at(AFTER).amend("anchor-days", why="and back")
    return made


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    made = make_lab(tmp_path_factory.mktemp("lab"))
    made.collect(made.agree())
    return made


@pytest.mark.parametrize("name", RESULTS)
def test_plain_data_carries_its_schema_and_survives_json(lab: Lab, name: str) -> None:
    doors = RESULTS[name]
    data = doors.make(lab).to_dict()
    assert data["schema"] == doors.schema
    assert json.loads(json.dumps(data, allow_nan=False)) == data, (
        "tuples, dates or keys that JSON does not know"
    )


@pytest.mark.parametrize("name", [name for name, doors in RESULTS.items() if doors.rebuild])
def test_what_was_stored_is_rebuilt(lab: Lab, name: str) -> None:
    doors = RESULTS[name]
    assert doors.rebuild is not None
    data = json.loads(json.dumps(doors.make(lab).to_dict()))
    assert doors.rebuild(data).to_dict() == data


@pytest.mark.parametrize(
    "name",
    [
        "Analysis",
        "ArmDecision",
        "Assignment",
        "Course",
        "Decision",
        "Estimate",
        "ImportReport",
        "MetricResult",
        "Page",
        "Panel",
        "Readout",
        "Status",
    ],
)
def test_the_repr_is_one_short_line_without_an_address(lab: Lab, name: str) -> None:
    line = repr(RESULTS[name].make(lab) if name in RESULTS else PARTS[name](lab))
    assert line.isascii()
    assert "\n" not in line
    assert len(line) < 300
    assert " at 0x" not in line


@pytest.mark.parametrize(
    "name", ["Analysis", "Assignment", "Decision", "Estimate", "NotEstimable", "Panel", "Readout", "Status"]
)
def test_ascii_holds_what_is_printed(lab: Lab, name: str) -> None:
    found = RESULTS[name].make(lab)
    for text in (str(found), repr(found), found.summary()):
        text.encode("ascii")


@pytest.mark.parametrize(
    "name", ["Analysis", "Assignment", "Decision", "Estimate", "NotEstimable", "Panel", "Readout", "Status"]
)
def test_summary_is_text(lab: Lab, name: str) -> None:
    assert RESULTS[name].make(lab).summary().strip()


@pytest.mark.parametrize("name", ["Analysis", "Estimate"])
def test_to_frame_is_tidy(lab: Lab, name: str) -> None:
    frame = RESULTS[name].make(lab).to_frame()
    assert {"att", "ci_low", "ci_high", "p_value"} <= set(frame.columns)
    assert frame.columns.is_unique
    assert len(frame) >= 1


@pytest.mark.parametrize(
    "name", ["Analysis", "Assignment", "Decision", "Estimate", "NotEstimable", "Panel", "Readout", "Status"]
)
def test_notebooks_show_html(lab: Lab, name: str) -> None:
    assert "<" in RESULTS[name].make(lab)._repr_html_()


@pytest.mark.slow
def test_two_runs_give_equal_plain_data(lab: Lab) -> None:
    one, two = (_course(lab).analysis.to_dict() for _ in range(2))
    assert one == two
    assert math.isfinite(one["results"][0]["estimate"]["att"])


def test_every_act_of_these_verbs_is_in_the_chain(lab: Lab) -> None:
    with lab.at(BEFORE).store(readonly=True) as store:
        assert store.verify()
    assert isinstance(lab.root, Path)
