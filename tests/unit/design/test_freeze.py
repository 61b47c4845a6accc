"""Freeze and amendments: an edited plan is named key by key."""

from __future__ import annotations

import json

import pytest

from pilotlab.design.amend import Amendment, amend
from pilotlab.design.draw import draw
from pilotlab.design.freeze import Freeze, verify
from pilotlab.errors import PilotlabError, UsageError


def frozen(spec, metrics, teams, at: str = "2026-09-01T09:00:00Z") -> Freeze:
    return Freeze.of(spec, metrics, draw(spec, teams, seed=1), program="0.1.0", by="jlee", at=at)


def test_a_freeze_survives_storage(pilot, metrics, teams) -> None:
    freeze = frozen(pilot(), metrics, teams)
    stored = json.loads(json.dumps(freeze.to_dict(), sort_keys=True))
    again = Freeze.from_dict(stored)
    assert again == freeze
    assert again.digest() == stored["digest"]
    assert again.plan() == pilot()
    assert again.arms() == draw(pilot(), teams, seed=1)
    assert again.definitions() == metrics
    assert set(freeze.digests) == {"spec", "metrics", "assignment", "rule"}


def test_who_and_when_do_not_change_what_was_frozen(pilot, metrics, teams) -> None:
    first, later = (
        frozen(pilot(), metrics, teams, at=at) for at in ("2026-09-01T09:00:00Z", "2026-09-02T09:00:00Z")
    )
    assert first.digest() == later.digest()
    assert first.digest() != frozen(pilot(title="Other"), metrics, teams).digest()


def test_an_unchanged_plan_has_no_differences(pilot, metrics, teams) -> None:
    spec = pilot()
    assert verify(frozen(spec, metrics, teams), spec, metrics, draw(spec, teams, seed=1)) == ()


def test_an_edited_plan_is_named_key_by_key(pilot, metrics, teams) -> None:
    freeze = frozen(pilot(), metrics, teams)
    goals = [{"use": "cycle_time_p50@1", "worth_it": -0.2}]
    edited = pilot(
        metrics={"goals": goals, "guardrails": pilot().to_dict()["metrics"]["guardrails"]}, title="New"
    )
    changed = {**metrics, "focus_hours@1": metrics["focus_hours@1"].model_copy(update={"unit": "hours"})}
    found = verify(freeze, edited, changed, draw(pilot(), teams, seed=1))
    assert [str(change) for change in found] == [
        "metrics.goals[0].worth_it: was -0.5, is now -0.2",
        "title: was '', is now New",
        "metric definitions.focus_hours@1.unit: was h/week, is now hours",
    ]


def test_a_moved_team_is_named(pilot, metrics, teams) -> None:
    spec = pilot()
    moved = verify(frozen(spec, metrics, teams), spec, metrics, draw(spec, teams, seed=2))
    paths = [change.path for change in moved]
    assert "assignment.seed" in paths
    assert any(path.startswith("assignment.teams.team-") and path.endswith(".arm") for path in paths)


def test_an_amended_plan_is_the_one_in_force(pilot, metrics, teams) -> None:
    spec, later = pilot(), pilot(title="Later")
    freeze, assignment = frozen(spec, metrics, teams), draw(spec, teams, seed=1)
    made = amend(
        spec,
        later,
        version=1,
        author="jlee",
        reason="clearer title",
        seen_data=False,
        at="2026-09-03T10:00:00Z",
    )
    assert verify(freeze, later, metrics, assignment, amendments=[made]) == ()
    assert [change.path for change in verify(freeze, spec, metrics, assignment, amendments=[made])] == [
        "title"
    ]


def test_a_damaged_record_is_not_compared(pilot, metrics, teams) -> None:
    spec = pilot()
    stored = frozen(spec, metrics, teams).to_dict()
    stored["spec"] = {**stored["spec"], "title": "tampered"}
    with pytest.raises(PilotlabError, match=r"does not match its own digest \(spec\)"):
        verify(Freeze.from_dict(stored), spec, metrics, draw(spec, teams, seed=1))


def test_what_can_not_be_frozen_is_refused(pilot, metrics, teams) -> None:
    with pytest.raises(PilotlabError, match="metric 'focus_hours@1' of 'anchor-days' has no definition"):
        frozen(pilot(), {"cycle_time_p50@1": metrics["cycle_time_p50@1"]}, teams)
    with pytest.raises(PilotlabError, match="the assignment is of 'anchor-days', the plan of 'other'"):
        Freeze.of(pilot(id="other"), metrics, draw(pilot(), teams, seed=1), program="0.1.0", by="x", at="y")
    with pytest.raises(PilotlabError, match="has the schema None, this version reads 'pilotlab/freeze@1'"):
        Freeze.from_dict({})


def test_an_amendment_lists_its_changes_and_survives_storage(pilot) -> None:
    after = pilot(calendar={"start": "2026-09-07", "blackout": ["2026-11-23"]}, slices={"equity": ["site"]})
    made = amend(
        pilot(),
        after,
        version=1,
        author=" jlee ",
        reason="company day",
        seen_data=True,
        at="2026-10-01T08:00:00Z",
    )
    assert [str(change) for change in made.changes] == [
        "calendar.blackout: was [], is now [2026-W48]",
        "slices.equity: was [], is now [site]",
    ]
    assert made.author == "jlee"
    assert made.timing == "after data had been seen"
    assert Amendment.from_dict(json.loads(json.dumps(made.to_dict()))) == made
    assert len(made.digest()) == 64


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"author": " "}, "an amendment needs an author"),
        ({"reason": ""}, "an amendment needs a reason"),
        ({"version": 0}, "numbered from 1"),
        ({"after": "same"}, "nothing in the plan of 'anchor-days' changed"),
        ({"after": "other"}, "'other' can't amend 'anchor-days'"),
    ],
)
def test_what_is_no_amendment_is_refused(pilot, changed, words) -> None:
    after = {"same": pilot(), "other": pilot(id="other")}.get(changed.pop("after", ""), pilot(title="New"))
    options = {
        "version": 1,
        "author": "jlee",
        "reason": "why",
        "seen_data": False,
        "at": "2026-10-01",
    } | changed
    with pytest.raises(UsageError, match=words):
        amend(pilot(), after, **options)
