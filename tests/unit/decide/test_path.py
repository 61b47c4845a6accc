"""The path to a verdict is told by fields: where it came from, which cells were read, what lowered it."""

from __future__ import annotations

from pilotlab.decide.decision import Moved, Read
from pilotlab.decide.rule import decide
from tests.unit.decide import make


def test_the_cells_of_the_table_and_what_lowered_the_verdict() -> None:
    fixable = make.guardrail(make.BREACHED, if_breached="fixable", fix="meeting-free Wednesday")
    found = decide(make.inputs(make.arm(guardrails=(fixable,), equity_breached=("carers",)))).leading
    assert found.path.came_from == "table"
    assert found.path.rows == (Read(metric=found.deciding_goal, state="clear yes"),)
    assert found.path.columns == (Read(metric=fixable.metric.key, state="breached", column="fixable"),)
    assert (found.path.table, found.path.asked) == ("Scale with changes", ("fix first",))
    assert found.path.moves == ()
    lowered = decide(make.inputs(make.arm(equity_breached=("carers",)))).leading
    assert lowered.path.moves == (Moved(step="equity", before="Scale", after="Scale with changes"),)
    assert [step.name for step in lowered.steps if step.lowered] == [move.step for move in lowered.path.moves]


def test_a_rule_that_ends_before_the_table_has_no_cells() -> None:
    found = decide(make.inputs(make.arm(gate=make.gate_facts(frozen_at=None)))).leading
    assert (found.path.came_from, found.path.missing, found.path.rows) == ("gate", ("plan",), ())
    assert found.path.table is None


def test_sizes_are_marked_and_arms_named_without_reading_a_sentence() -> None:
    found = decide(make.inputs(make.arm())).leading
    assert found.lead_marked.replace("**", "") == found.lead
    assert found.lead_marked.count("**") >= 2
    assert found.evidence == "lottery, 12 pilot and 12 comparison teams"
    assert found.rule == f"standard@1: {' × '.join(found.read)} → {found.path.table}"
