"""Freeze and amendments: an edited plan is named key by key."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

from pilotlab.design.difference import Change
from pilotlab.design.draw import draw
from pilotlab.design.freeze import Freeze, verify
from pilotlab.design.plan import Amendment, amend, carry_over
from pilotlab.design.standing import Standing
from pilotlab.errors import PilotlabError, UsageError
from pilotlab.spec.metric import MEASURED, MetricSpec, Planning
from pilotlab.spec.say import Say


def frozen(spec: Any, metrics: Any, teams: Any, at: str = "2026-09-01T09:00:00Z") -> Freeze:
    return Freeze.of(spec, metrics, draw(spec, teams, seed=1), program="0.1.0", by="jlee", at=at)


def test_a_freeze_survives_storage(pilot: Any, metrics: Any, teams: Any) -> None:
    freeze = frozen(pilot(), metrics, teams)
    stored = json.loads(json.dumps(freeze.to_dict(), sort_keys=True))
    again = Freeze.from_dict(stored)
    assert again == freeze
    assert again.digest() == stored["digest"]
    assert again.plan() == pilot()
    assert again.arms() == draw(pilot(), teams, seed=1)
    assert again.definitions() == metrics
    assert set(freeze.digests) == {"spec", "metrics", "assignment", "rule"}


def test_who_and_when_do_not_change_what_was_frozen(pilot: Any, metrics: Any, teams: Any) -> None:
    first, later = (
        frozen(pilot(), metrics, teams, at=at) for at in ("2026-09-01T09:00:00Z", "2026-09-02T09:00:00Z")
    )
    assert first.digest() == later.digest()
    assert first.digest() != frozen(pilot(title="Other"), metrics, teams).digest()


def test_an_unchanged_plan_has_no_differences(pilot: Any, metrics: Any, teams: Any) -> None:
    spec = pilot()
    assert verify(frozen(spec, metrics, teams), spec, metrics) == ()


def test_an_edited_plan_is_named_key_by_key(pilot: Any, metrics: Any, teams: Any) -> None:
    freeze = frozen(pilot(), metrics, teams)
    goals = [{"use": "cycle_time_p50@1", "worth_it": -0.2}]
    edited = pilot(
        metrics={"goals": goals, "guardrails": pilot().to_dict()["metrics"]["guardrails"]}, title="New"
    )
    changed = {**metrics, "focus_hours@1": metrics["focus_hours@1"].model_copy(update={"unit": "hours"})}
    found = verify(freeze, edited, changed)
    assert [str(change) for change in found] == [
        "metrics.goals[0].worth_it: was -0.5, is now -0.2",
        "title: was '', is now New",
        "metric definitions.focus_hours@1.unit: was h/week, is now hours",
    ]


def test_a_metric_without_a_version_is_compared_with_the_newest(pilot: Any, metrics: Any, teams: Any) -> None:
    goals = [{"use": "cycle_time_p50", "worth_it": -0.5}]
    spec = pilot(metrics={"goals": goals})
    first = {"cycle_time_p50": metrics["cycle_time_p50@1"]}
    newer = {"cycle_time_p50": metrics["cycle_time_p50@1"].model_copy(update={"version": 2})}
    assert [str(change) for change in verify(frozen(spec, first, teams), spec, newer)] == [
        "metric definitions.cycle_time_p50.version: was 1, is now 2"
    ]


WORDS = {
    "label": "How we feel about it",
    "say": Say(name="quiet", better="it was quieter", worse="it was louder"),
    "question": "And how was your week?",
    "family": "cost",
    "decimals": 0,
    "planning": Planning(sd=3.0),
    "gaming": "nothing",
    "source": "elsewhere",
}


@pytest.mark.parametrize("name", WORDS)
def test_words_of_a_metric_are_no_part_of_the_plan(name: Any, pilot: Any, metrics: Any, teams: Any) -> None:
    freeze, other = (
        frozen(pilot(), metrics, teams),
        metrics["focus_hours@1"].model_copy(update={name: WORDS[name]}),
    )
    assert other != metrics["focus_hours@1"]
    assert verify(freeze, pilot(), {**metrics, "focus_hours@1": other}) == ()


def test_a_sentence_enters_neither_a_frozen_plan_nor_its_digest(pilot: Any, metrics: Any, teams: Any) -> None:
    said = {
        use: metric.model_copy(update={"say": None if metric.id == "focus_hours" else WORDS["say"]})
        for use, metric in metrics.items()
    }
    before, after = frozen(pilot(), metrics, teams), frozen(pilot(), said, teams)
    assert before.digest() == after.digest()
    assert all("say" not in definition for definition in after.metrics.values())


def test_every_field_of_a_metric_is_measured_or_words() -> None:
    assert set(MetricSpec.model_fields) == {*MEASURED, *WORDS}


def test_a_metric_is_told_in_the_words_of_another_and_measures_the_same(metrics: Any) -> None:
    metric = metrics["focus_hours@1"]
    told = metric.in_words_of(metric.model_copy(update={"label": "Quiet time", "unit": "days"}))
    assert (told.label, told.unit) == ("Quiet time", metric.unit)


def test_a_damaged_record_is_not_compared(pilot: Any, metrics: Any, teams: Any) -> None:
    spec = pilot()
    stored = frozen(spec, metrics, teams).to_dict()
    stored["spec"] = {**stored["spec"], "title": "tampered"}
    with pytest.raises(PilotlabError, match=r"does not match its own digest \(spec\)"):
        verify(Freeze.from_dict(stored), spec, metrics)


def test_what_can_not_be_frozen_is_refused(pilot: Any, metrics: Any, teams: Any) -> None:
    with pytest.raises(PilotlabError, match="metric 'focus_hours@1' of 'anchor-days' has no definition"):
        frozen(pilot(), {"cycle_time_p50@1": metrics["cycle_time_p50@1"]}, teams)
    with pytest.raises(PilotlabError, match="the assignment is of 'anchor-days', the plan of 'other'"):
        Freeze.of(pilot(id="other"), metrics, draw(pilot(), teams, seed=1), program="0.1.0", by="x", at="y")
    with pytest.raises(PilotlabError, match="has the schema None, this version reads 'pilotlab/freeze@1'"):
        Freeze.from_dict({})


AMENDED = Change("title", "", "New")


def test_an_amendment_lists_its_changes_and_survives_storage(pilot: Any, metrics: Any, teams: Any) -> None:
    after = pilot(calendar={"start": "2026-09-07", "blackout": ["2026-11-23"]}, slices={"equity": ["site"]})
    made = amend(
        "anchor-days",
        verify(frozen(pilot(), metrics, teams), after, metrics),
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
        ({"changes": ()}, "nothing in the plan of 'anchor-days' changed"),
    ],
)
def test_what_is_no_amendment_is_refused(changed: Any, words: Any) -> None:
    options = {
        "changes": (AMENDED,),
        "version": 1,
        "author": "jlee",
        "reason": "why",
        "seen_data": False,
        "at": "2026-10-01",
    } | changed
    with pytest.raises(UsageError, match=words):
        amend("anchor-days", **options)


def test_arms_are_carried_over_with_the_amended_start(pilot: Any, teams: Any) -> None:
    drawn = draw(pilot(), teams, seed=1)
    later = carry_over(drawn, pilot(calendar={"start": "2026-09-14"}))
    assert [(row.team, row.arm) for row in later.teams] == [(row.team, row.arm) for row in drawn.teams]
    assert {str(row.start) for row in later.of("anchor")} == {"2026-W38"}
    assert {row.start for row in later.of("control")} == {None}
    assert {str(row.start) for row in drawn.of("anchor")} == {"2026-W37"}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"policy": {"control": {}, "anchor": {}, "home": {}}},
            "has the arms anchor, control, home; drawn were",
        ),
        (
            {"design": {"assign": {"method": "stratified", "on": ["site"]}}},
            "assigns by 'stratified'; drawn was by 'complete'",
        ),
    ],
)
def test_what_the_draw_fixed_is_not_amended(pilot: Any, teams: Any, changed: Any, words: Any) -> None:
    with pytest.raises(UsageError, match=words):
        carry_over(draw(pilot(), teams, seed=1), pilot(**changed))


def test_nothing_in_a_freeze_can_be_changed(pilot: Any, metrics: Any, teams: Any) -> None:
    freeze = frozen(pilot(), metrics, teams)
    assert pickle.loads(pickle.dumps(freeze)) == freeze
    for inner in (freeze.spec, freeze.spec["metrics"], freeze.metrics["focus_hours@1"], freeze.digests):
        with pytest.raises(TypeError):
            inner["unit"] = "days"
    assert isinstance(freeze.spec["metrics"]["goals"], tuple)


def test_where_a_plan_stands_can_not_be_changed() -> None:
    counts = {"pilot": 12, "control": 12}
    stands = Standing(pilot="hybrid", arms={}, counts=counts)
    counts["pilot"] = 1
    assert stands.counts == stands.to_dict()["counts"] == {"pilot": 12, "control": 12}
    with pytest.raises(TypeError):
        stands.counts["pilot"] = 1
