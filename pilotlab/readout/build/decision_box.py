"""The box that opens page one, from the decision."""

from __future__ import annotations

from pilotlab.decide.decision import ArmDecision, Decision
from pilotlab.readout.document.model import DecisionBox, GateItem, Row
from pilotlab.wording.page import day

UNDECIDED = ("Learn", "Not decision-ready")  # verdicts under which page one prints the gate
STATES = {True: "met", False: "not met", None: "not measured"}


def decision_box(decision: Decision, arm: ArmDecision, *, frozen_on: str = "") -> DecisionBox:
    """Say the verdict, its size and price, the rule that gave it, and what comes next."""
    names = ("First", "Then", "Then")
    steps = tuple(
        Row(label=f"{number} {names[min(number - 1, 2)]}", text=text)
        for number, text in enumerate(arm.conditions, 1)
    )
    return DecisionBox(
        verdict=arm.headline,
        lead=arm.lead_marked,
        rule=_rule(decision, arm, frozen_on),
        grade=arm.grade,
        evidence=arm.evidence,
        decides=_decides(decision),
        steps=steps,
        not_made=arm.not_made,
        decided=arm.verdict not in UNDECIDED,
    )


def care(decision: Decision, arm: ArmDecision) -> tuple[Row, ...]:
    """Say what the page can and cannot tell."""
    rows = [Row(label="Luck", text=_sentence(arm.luck))] if arm.luck else []
    rows += [Row(label="Look at", text=_sentence(flag)) for flag in arm.flags]
    if decision.not_measured:
        rows.append(Row(label="Not measured", text=_sentence(", ".join(decision.not_measured))))
    if arm.would_change:
        rows.append(
            Row(
                label="Changes if",
                text=" ".join(f"**{change.verdict}**: {change.what}." for change in arm.would_change),
            )
        )
    return tuple(rows)


def gate(arm: ArmDecision) -> tuple[GateItem, ...]:
    """Lay out the trust gate."""
    return tuple(
        GateItem(condition=item.name, needed=item.needed, found=item.found, state=STATES[item.met])  # type: ignore[arg-type]
        for item in arm.gate
    )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


def _rule(decision: Decision, arm: ArmDecision, frozen_on: str) -> str:
    fixed = f", fixed on {day(frozen_on)}" if frozen_on else ""
    lowered = f"Lowered by {'; '.join(arm.lowered_by)}." if arm.lowered_by else ""
    held = _sentence(arm.held) if arm.held else ""
    return " ".join(filter(None, (f"Rule {decision.rule}{fixed}: {', '.join(arm.read)}.", lowered, held)))


def _decides(decision: Decision) -> str:
    sponsor = decision.sponsor or "the sponsor"
    who = sponsor[:1].upper() + sponsor[1:]
    by = f", by {day(decision.decide_by.isoformat())}" if decision.decide_by else ""
    return f"{who}{by}"
