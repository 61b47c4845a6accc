"""The plan in force: as declared, as frozen, as amended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pilotlab.design.draw import draw
from pilotlab.design.freeze import Freeze
from pilotlab.design.plan import plan_in_force
from pilotlab.errors import PilotlabError, UsageError
from pilotlab.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with Store.open(tmp_path / "pilots.db") as opened:
        yield opened


def freeze(
    spec: Any, metrics: Any, teams: Any, at: str = "2026-08-01T09:00:00+00:00", by: str = "ann"
) -> Freeze:
    return Freeze.of(spec, metrics, draw(spec, teams, seed=1), program="0.1.0", by=by, at=at)


def test_before_the_freeze_the_files_hold(store: Any, pilot: Any, metrics: Any, teams: Any) -> None:
    spec = pilot()
    plan = plan_in_force(None, spec, metrics)
    assert (plan.spec, plan.assignment, plan.freeze) == (spec, None, None)
    with pytest.raises(PilotlabError, match="has no assignment yet") as caught:
        _ = plan.assigned
    assert caught.value.fix == "run `pilotlab assign anchor-days`"
    store.save_assignment("anchor-days", draw(spec, teams, seed=1).to_dict(), actor="ann")
    assert plan_in_force(store, spec, metrics).assigned == draw(spec, teams, seed=1)


def test_after_the_freeze_the_frozen_plan_holds_and_edits_are_named(
    store: Any, pilot: Any, metrics: Any, teams: Any
) -> None:
    spec = pilot()
    store.save_freeze("anchor-days", freeze(spec, metrics, teams).to_dict(), actor="ann")
    same = plan_in_force(store, spec, metrics)
    assert (same.edited, same.freeze_seq) == ((), 2)
    edited = plan_in_force(store, pilot(title="New"), metrics)
    assert edited.spec == spec
    assert [str(change) for change in edited.edited] == ["title: was '', is now New"]


def test_the_newest_amendment_holds(store: Any, pilot: Any, metrics: Any, teams: Any) -> None:
    first = freeze(pilot(), metrics, teams)
    store.save_freeze("anchor-days", first.to_dict(), actor="ann")
    for number, title in enumerate(("Second", "Third"), 1):
        plan = plan_in_force(store, pilot(title=title), metrics)
        from pilotlab.design.plan import amend

        change = amend(
            "anchor-days",
            plan.edited,
            version=number,
            author="ann",
            reason=title,
            seen_data=False,
            at="2026-08-02",
        )
        content = {
            "amendment": change.to_dict(),
            "plan": freeze(pilot(title=title), metrics, teams).to_dict(),
        }
        store.save_amendment("anchor-days", content, actor="ann", why=title, seen_data=False)
    plan = plan_in_force(store, pilot(title="Third"), metrics)
    assert (plan.spec.title, plan.edited) == ("Third", ())
    assert [change.reason for change in plan.amendments] == ["Second", "Third"]
    assert plan.freeze == first  # the first freeze keeps its time


def test_the_same_plan_frozen_again_by_another_is_the_first(
    store: Any, pilot: Any, metrics: Any, teams: Any
) -> None:
    spec = pilot()
    one = store.save_freeze("anchor-days", freeze(spec, metrics, teams).to_dict(), actor="ann")
    later = freeze(spec, metrics, teams, at="2026-09-01T09:00:00+00:00", by="bob")
    two = store.save_freeze("anchor-days", later.to_dict(), actor="bob")
    assert (two.seq, two.actor, two.content["frozen_at"]) == (one.seq, "ann", "2026-08-01T09:00:00+00:00")
    with pytest.raises(UsageError, match="was frozen by ann"):
        store.save_freeze("anchor-days", freeze(pilot(title="New"), metrics, teams).to_dict(), actor="bob")
