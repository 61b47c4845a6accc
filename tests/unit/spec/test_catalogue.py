"""The built-in catalogue: whole, faithful, quick to load; and what a workspace may add."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pilotlab.errors import UsageError
from pilotlab.spec import catalogue_json, metrics_page
from pilotlab.spec.codes import page
from pilotlab.spec.metric_catalogue import Catalogue

CATALOGUE = Catalogue.load()
METRICS = list(CATALOGUE.metrics.values())


def test_there_are_forty() -> None:
    assert len(METRICS) == 40
    assert [metric.version for metric in METRICS] == [1] * 40


def test_the_json_is_the_yaml() -> None:
    assert catalogue_json.BUILT.read_text(encoding="utf-8") == catalogue_json.build(), (
        "run `python -m pilotlab.spec.catalogue_json`"
    )


def test_the_page_is_the_catalogue() -> None:
    assert page("reference/metrics.md") == metrics_page.render(), "run `python -m pilotlab.spec.metrics_page`"


# id: direction (+ - c), roles (G R X A), as the domain page lists them
LISTED = """
throughput_items + G · goal_attainment + G · cycle_time_p50 - G · rework_rate - R · deploy_frequency + X · change_failure_rate - R
customer_score + GR · team_effectiveness + G · pr_review_latency_p50 - GX · feedback_per_pr + G · cross_team_review_share c X
cross_team_share c RG · bridging_tie_share + R · new_tie_rate + X · internal_network_size c X · meeting_hours c X · focus_hours + GR
after_hours - R · multitask_share - X · manager_1on1_minutes + XR · rituals_held + AX · decision_latency - G · got_help + GR
job_satisfaction + GR · work_life_balance + GR · burnout_level - R · wellbeing_5 + R · engagement_3 + XR · psych_safety + R
manager_support + R · belonging + R · schedule_control + X · commute_hours_saved + X · intent_to_quit - GR · recommend_score + X
voluntary_exits - R · senior_exits - R · flex_exit_share - X · office_days c A · cost_per_head - X
"""


def test_directions_and_roles_are_those_of_the_domain() -> None:
    rows = [entry.split() for entry in re.split(r"[·\n]", LISTED) if entry.strip()]
    words = {"G": "goal", "R": "guardrail", "X": "watch", "A": "adherence"}
    assert [metric.id for metric in METRICS] == [name for name, _, _ in rows]
    for metric, (_, direction, letters) in zip(METRICS, rows, strict=True):
        assert metric.direction == {"+": "higher", "-": "lower", "c": "context"}[direction], metric.id
        roles = {words[letter] for letter in letters}
        assert metric.roles == roles | ({"watch"} if roles & {"goal", "guardrail"} else set()), metric.id


def test_thresholds_follow_the_privacy_table() -> None:
    at_ten = {"burnout_level", "wellbeing_5", "bridging_tie_share", "new_tie_rate", "internal_network_size"}
    at_eight = {"pr_review_latency_p50", "feedback_per_pr", "cross_team_review_share", "cross_team_share"}
    assert {metric.id for metric in METRICS if metric.min_group == 10} == at_ten
    assert {metric.id for metric in METRICS if metric.min_group == 8} == at_eight
    assert {metric.min_group for metric in METRICS} == {5, 8, 10}


def test_every_metric_says_what_is_asked_where_it_comes_from_and_how_it_is_gamed() -> None:
    for metric in METRICS:
        assert metric.question, metric.id
        assert metric.gaming, metric.id
        assert metric.source, metric.id
        assert metric.transform == "none", metric.id
        assert metric.planning.basis, metric.id


def test_activity_is_never_a_goal_and_attendance_is_adherence_alone() -> None:
    for metric in METRICS:
        assert not (metric.activity and "goal" in metric.roles)
        if metric.family == "adherence":
            assert metric.roles == {"adherence"}


def test_a_use_without_version_is_the_newest(tmp_path: Path) -> None:
    path = tmp_path / "metrics.yaml"
    stanza = "{id: belonging, version: 2, label: B, say: {better: it was so, worse: it was not}, family: quality_of_life, unit: p, direction: higher, kind: rating, roles: [watch]}"
    path.write_text(f"metrics:\n  - {stanza}\n")
    own = Catalogue.load(path)
    assert own.findings == ()
    assert own.get("belonging").version == 2
    assert own.get("belonging@1").label == "Not isolated"
    assert own.own == {"belonging@2"}
    assert CATALOGUE.get("belonging").version == 1


@pytest.mark.parametrize(
    ("use", "words"),
    [
        ("beloning@1", "did you mean 'belonging@1'"),
        ("belonging@two", "not known"),
        ("belonging@", "not known"),
        ("belonging@²", "not known"),
    ],
)
def test_an_unknown_use_is_refused_by_name(use: str, words: str) -> None:
    with pytest.raises(UsageError, match=re.escape(words)):
        CATALOGUE.get(use)


def test_a_bad_stanza_is_left_out_and_named_at_its_place(tmp_path: Path) -> None:
    path = tmp_path / "metrics.yaml"
    good = "{id: calm, label: C, say: {better: it was so, worse: it was not}, family: quality_of_life, unit: p, direction: higher, kind: rating, roles: [watch]}"
    path.write_text(f"- {{id: Bad Name, labl: x}}\n- {good}\n")
    own = Catalogue.load(path)
    assert "calm@1" in own.metrics
    assert {str(finding.where) for finding in own.findings} >= {"metrics.yaml:1:8", "metrics.yaml:1:18"}
    assert {finding.code for finding in own.findings} == {"PL104", "PL112", "PL113"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("min_group: 6", "PL124"),
        ("sensitive: false", "PL124"),
        ("range: [5, 1]", "PL125"),
        ("min_group: 2", "PL115"),
    ],
)
def test_a_protection_is_not_lowered(tmp_path: Path, change: str, code: str) -> None:
    path = tmp_path / "metrics.yaml"
    keys = {"min_group": "10", "sensitive": "true", "range": "[1, 5]"} | dict([change.split(": ", 1)])
    path.write_text(
        "- {id: burnout_level, label: B, say: {better: it was so, worse: it was not}, family: quality_of_life, unit: p, direction: lower, kind: rating, roles: [watch], "
        + ", ".join(f"{key}: {value}" for key, value in keys.items())
        + "}\n"
    )
    assert [finding.code for finding in Catalogue.load(path).findings] == [code]
