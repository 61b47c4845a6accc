"""`decide` on the terminal: 100 columns, the same in ASCII, and JSON as its published schema says."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from pilotlab.cli.decide import decision_text
from pilotlab.decide.decision import Decision
from pilotlab.decide.rule import decide
from tests.unit.decide import make

SCHEMA = Path(__file__).parents[3] / "docs/reference/schema/decide.json"

TRADE_OFF = make.inputs(
    make.arm(
        guardrails=(make.guardrail(make.BREACHED, if_breached="fixable", fix="meeting-free Wednesday"),)
    ),
    decide_by=date(2027, 1, 15),
    not_measured=("customers", "quality of work"),
)
TWO_ARMS = make.inputs(make.arm(), make.arm(arm="three-days", goals=(make.goal(make.WORSE),)))
UNREADY = make.inputs(make.arm(gate=make.gate_facts(end_reached=False, adherence=None)))
OPEN_ENDED = make.inputs(make.arm(goals=(make.goal(make.evidence(0.2, -make.INF, make.INF)),)), claim="learn")


def test_the_box_and_its_rows() -> None:
    lines = decision_text(decide(TRADE_OFF)).splitlines()
    assert lines[0] == lines[7] == "━" * 100
    assert lines[1] == "  SCALE WITH CHANGES"
    assert "Cycle time was lower (by 0.76 days; 95 % interval 0.30 to 1.19). The best estimate" in lines[3]
    rows = {line[:15].strip(): line[15:] for line in lines if line[:1].isalpha()}
    assert rows["Evidence"] == "Grade A: lottery, 12 and 12 teams"
    assert rows["Trust gate"] == "6 of 6 met"
    assert (
        rows["Rule"] == "standard@1: Cycle time clear yes × Focus time broken, fixable → Scale with changes"
    )
    assert rows["Lowered by"] == "nothing"
    assert rows["Not measured"] == "customers, quality of work"
    assert rows["Decides"] == "coo, by 2027-01-15; going against the rule needs a name and a reason"
    assert lines[-1] == "  next: pilotlab readout anchor-days"


def test_several_arms_lead_with_the_highest() -> None:
    text = decision_text(decide(TWO_ARMS))
    assert text.index("SCALE  (arm anchor)") < text.index("STOP  (arm three-days)")


def test_a_pilot_that_is_not_ready_is_sent_to_its_status() -> None:
    text = decision_text(decide(UNREADY))
    assert "4 of 5 met; gap in office days: not measured; planned end reached: not yet" in text
    assert "Lowered by" not in text
    assert text.endswith("next: pilotlab status anchor-days")


@pytest.mark.parametrize("inputs", [TRADE_OFF, TWO_ARMS, UNREADY, OPEN_ENDED])
def test_plain_keeps_the_columns(inputs: make.RuleInputs) -> None:  # type: ignore[name-defined]
    decision = decide(inputs)
    fancy, plain = decision_text(decision), decision_text(decision, plain=True)
    assert plain.isascii()
    assert [len(line) for line in plain.splitlines()] == [len(line) for line in fancy.splitlines()]
    assert max(map(len, fancy.splitlines())) <= 100


@pytest.mark.parametrize("inputs", [TRADE_OFF, TWO_ARMS, UNREADY, OPEN_ENDED])
def test_json_is_what_the_schema_says(inputs: make.RuleInputs) -> None:  # type: ignore[name-defined]
    data = json.loads(json.dumps(decide(inputs).to_dict(), allow_nan=False))
    jsonschema.validate(data, json.loads(SCHEMA.read_text()))


def test_the_published_schema_is_that_of_the_code() -> None:
    made = Decision.model_json_schema(by_alias=True, mode="serialization")
    published = json.loads(SCHEMA.read_text())
    assert {key: value for key, value in published.items() if key != "$schema"} == made
