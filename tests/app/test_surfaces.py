"""One truth on every surface: the same number, sign, share and date on terminal, JSON, CSV, page and Markdown.

The Ctrip experiment is held against the same in tests/golden/test_ctrip_replication.py, which has its workspace.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import pilotlab as pl
from tests import surfaces
from tests.pilots import AFTER, PILOT, make_lab
from tests.surfaces import Surfaces

TEAMS = {"hybrid_strong": 24, "null": 10, "mandate": 10, "trade_off": 10, "novelty": 10, "heterogeneous": 10}


@pytest.fixture(scope="module", params=TEAMS)
def lab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> pl.Workspace:
    """Walk the demo, and five scenarios with fewer teams, to the day after the planned end."""
    folder: Path = tmp_path_factory.mktemp(request.param) / "demo"
    made = pl.demo(folder, scenario=request.param, teams=TEAMS[request.param])
    (pilot,) = made.pilots()
    day = made.plan(pilot).spec.windows.end.sunday + timedelta(days=1)
    return pl.open(folder, today=day)


@pytest.fixture(scope="module")
def seen(lab: pl.Workspace) -> tuple[Surfaces, date]:
    (pilot,) = lab.pilots()
    return surfaces.read(lab.folders.root, pilot, lab.today), lab.today


def test_analysis_decision_and_readout_are_rebuilt_from_their_json(lab: pl.Workspace) -> None:
    (pilot,) = lab.pilots()
    course = lab.course(pilot)
    values: list[Any] = [
        course.analysis,
        *course.analysis.results,
        course.decision,
        lab.readout(pilot).readout,
    ]
    for value in values:
        plain = json.loads(json.dumps(value.to_dict(), allow_nan=False))
        assert type(value).from_dict(plain) == value


def test_numbers(seen: tuple[Surfaces, date]) -> None:
    surfaces.same_numbers(seen[0])


def test_states(seen: tuple[Surfaces, date]) -> None:
    surfaces.same_states(seen[0])


def test_verdict(seen: tuple[Surfaces, date]) -> None:
    surfaces.same_verdict(seen[0])


def test_shares(seen: tuple[Surfaces, date]) -> None:
    surfaces.same_shares(seen[0])


def test_dates(seen: tuple[Surfaces, date]) -> None:
    surfaces.same_dates(*seen)


def test_halves(seen: tuple[Surfaces, date]) -> None:
    surfaces.same_halves(seen[0])


@pytest.mark.parametrize("changed", ["att", "ci_high", "unit"])
def test_a_table_that_differs_is_found(seen: tuple[Surfaces, date], changed: str) -> None:
    first = seen[0].table[0]
    other = {"att": str(-float(first["att"])), "ci_high": "9.75", "unit": "hours"}[changed]
    different = replace(seen[0], table=[{**first, changed: other}, *seen[0].table[1:]])
    with pytest.raises(AssertionError):
        surfaces.same_numbers(different)


@pytest.mark.parametrize("surface", ["text", "html", "markdown"])
def test_a_page_that_differs_is_found(seen: tuple[Surfaces, date], surface: str) -> None:
    different = replace(seen[0], **{surface: getattr(seen[0], surface).replace("−", "+")})
    with pytest.raises(AssertionError):
        surfaces.same_numbers(different)


def test_panels_arms_and_status_are_rebuilt_from_plain_data(lab: pl.Workspace) -> None:
    (pilot,) = lab.pilots()
    plan = lab.plan(pilot)
    panels = [lab.panel(pilot, use.use) for _, use in plan.spec.uses]
    results: tuple[Any, ...] = (plan.assigned, lab.status(pilot), *panels)
    for result in results:
        data = json.loads(json.dumps(result.to_dict(), allow_nan=False))
        again = type(result).from_dict(data)
        assert again == result
        assert len(again.to_frame()) == len(result.to_frame()) > 0
        assert again.summary()
        assert again._repr_html_().startswith("<p>")


def test_status_gate_and_page_count_the_same_team_weeks(lab: pl.Workspace) -> None:
    (pilot,) = lab.pilots()
    status, course = lab.status(pilot), lab.course(pilot)
    met = {item.key: item.met for item in course.decision.leading.gate}["complete"]
    assert met == all(arm.met for arm in status.arms)
    for arm in status.arms:
        assert (arm.present, arm.expected) == course.quality[arm.metric].presence(arm.arm)
    lead = next(use.use for role, use in course.spec.uses if role == "goal")
    groups = lab.readout(pilot).readout.trust.completeness.groups
    assert [(group.present, group.expected) for group in groups] == [
        course.quality[lead].presence(arm) for arm in (*course.spec.arms, "control")
    ]


def test_two_goals_stand_everywhere_at_the_level_at_which_each_is_judged(tmp_path: Path) -> None:
    goal, guardrail = "{use: cycle_time_p50@1, worth_it: -0.5}", "use: job_satisfaction@1, margin: 0.5"
    declared = PILOT.replace(f"[{goal}]", f"[{goal}, {{use: job_satisfaction@1, worth_it: 0.05}}]")
    declared = declared.replace(guardrail, "use: cross_team_share@1, margin: 0.1")
    lab = make_lab(tmp_path, declared.replace("watch: [cross_team_share@1]", "watch: []"))
    lab.collect(lab.agree())
    seen = surfaces.read(tmp_path, "anchor-days", AFTER)
    assert [row["estimate"]["level"] for row in seen.told["results"][:2]] == [0.975, 0.95]
    surfaces.same_numbers(seen)
    surfaces.same_states(seen)
    surfaces.same_verdict(seen)
