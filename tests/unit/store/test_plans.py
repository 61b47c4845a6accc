"""Plans are kept under their digest; the ledger's order tells whether a plan came before the data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pilotlab.design.assignment import AssignedTeam, Assignment
from pilotlab.errors import UsageError
from pilotlab.spec.frozen import digest
from pilotlab.store.store import Store
from tests.unit.store.conftest import W40, entry

PLAN = {"rule": "standard@1", "spec": {"id": "anchor-days"}}


def drawn(seed: int) -> Assignment:
    return Assignment(
        "p", "complete", (AssignedTeam("api", "anchor", W40), AssignedTeam("web", "control")), seed=seed
    )


def test_an_assignment_comes_back_as_it_was(store: Store) -> None:
    kept = store.save_assignment("p", drawn(7).to_dict(), actor="ann")
    found = store.assignment("p")
    assert found == kept
    assert found is not None
    assert Assignment.from_dict(found.content) == drawn(7)
    assert found.digest == drawn(7).digest()
    assert store.database.rows("SELECT team, arm, start FROM raw_assignments") == [
        ("api", "anchor", "2026-W40"),
        ("web", "control", None),
    ]


def test_a_second_draw_is_kept_beside_the_first_and_counted(store: Store) -> None:
    second = replace(drawn(8), draw=2, why="two teams merged")
    for one in (drawn(7), drawn(7), second):
        store.save_assignment("p", one.to_dict(), actor="ann")
    with pytest.raises(UsageError, match="were drawn by ann just now"):
        store.save_assignment("p", replace(drawn(9), draw=2, why="me too").to_dict(), actor="ben")
    newest = store.assignment("p")
    assert newest is not None
    assert (newest.content["seed"], len(store.draws("p"))) == (8, 2)


def test_a_frozen_plan_stays_as_it_is(store: Store) -> None:
    store.save_assignment("p", drawn(7).to_dict(), actor="ann")
    kept = store.save_freeze("p", PLAN, actor="ann")
    assert store.save_freeze("p", PLAN, actor="ben") == kept, "the same plan again changes nothing"
    with pytest.raises(UsageError, match="frozen by ann on 2026-10-05 with another plan"):
        store.save_freeze("p", {**PLAN, "rule": "mine"}, actor="ben")
    with pytest.raises(UsageError, match="is frozen with its assignment"):
        store.save_assignment("p", drawn(8).to_dict(), actor="ben")
    assert store.freeze("p") == kept
    assert kept.digest == digest(PLAN)


def test_amendments_need_a_frozen_plan_and_a_reason(store: Store) -> None:
    with pytest.raises(UsageError, match="not frozen"):
        store.save_amendment("p", PLAN, actor="ann", why="x", seen_data=False)
    store.save_freeze("p", PLAN, actor="ann")
    with pytest.raises(UsageError, match="needs a reason"):
        store.save_amendment("p", PLAN, actor="ann", why=" ", seen_data=False)
    store.save_amendment("p", {**PLAN, "weeks": 14}, actor="ann", why="longer", seen_data=False)
    store.save_amendment("p", {**PLAN, "weeks": 15}, actor="ben", why="longer still", seen_data=True)
    assert [
        (row.number, row.actor, row.why, row.seen_data, row.content["weeks"]) for row in store.amendments("p")
    ] == [
        (1, "ann", "longer", False, 14),
        (2, "ben", "longer still", True, 15),
    ]


def test_the_order_of_acts_tells_whether_the_plan_came_first(store: Store) -> None:
    asked: dict[str, Any] = {"metrics": ["focus_hours@1"], "teams": ["api", "web"], "weeks": [W40, W40 + 1]}
    store.log_values([entry(week=W40 - 1)], actor="ann")
    assert store.first_entry_seq(**asked) is None, "a baseline week does not count"
    frozen = store.save_freeze("p", PLAN, actor="ann")
    store.log_values([entry(team="other")], actor="ann")
    assert store.first_entry_seq(**asked) is None, "nor does another pilot's team"
    store.log_values([entry(20.0)], actor="ann")
    store.log_values([entry(21.0)], actor="ann", why="typo")
    first = store.first_entry_seq(**asked)
    assert first is not None
    assert frozen.seq < first == 5, "a correction does not move the first entry"


def test_results_are_appended(store: Store) -> None:
    for att in (0.5, 0.6):
        store.save_run("p", {"att": att}, actor="ann")
    store.save_decision("p", {"verdict": "Scale"}, actor="ann")
    store.save_readout("p", {"for": "leader"}, actor="ann")
    assert [row.content["att"] for row in store.runs("p")] == [0.5, 0.6]
    assert [row.content for row in store.decisions("p")] == [{"verdict": "Scale"}]
    assert [row.content for row in store.readouts("p")] == [{"for": "leader"}]
    assert [(row.verb, row.object) for row in store.ledger()[1:]] == [
        ("analyze", "p"),
        ("analyze", "p"),
        ("decide", "p"),
        ("readout", "p"),
    ]


def test_a_declaration_is_kept_as_it_stands(store: Store) -> None:
    store.save_pilot("p", {"question": "a"}, actor="ann")
    store.save_pilot("p", {"question": "a"}, actor="ann")
    store.save_pilot("p", {"question": "b"}, actor="ann")
    found = store.pilot("p")
    assert found is not None
    assert found.content == {"question": "b"}
    assert (store.pilot("q"), len(store.ledger())) == (None, 3)
