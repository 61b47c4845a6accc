"""The trust gate: what must hold before there is a verdict, item by item."""

from __future__ import annotations

from pilotlab.decide.decision import GateItem, GateShares
from pilotlab.decide.inputs import ArmInputs, GateFacts, GoalInput, GuardrailInput, MetricFacts
from pilotlab.design.lateness import Late
from pilotlab.panel.presence import enough
from pilotlab.spec.standard import BASELINE_WEEKS, POINTS_APART, SHARE_NEEDED
from pilotlab.wording.dates import moment, short_day
from pilotlab.wording.numbers import number, percent, typed

_DUST = 1e-9  # 0.9 - 0.8 is 0.1 and a little


def gate(arm: ArmInputs) -> tuple[GateItem, ...]:
    """Six items of one contrast; each holds for every goal and deciding guardrail."""
    facts = arm.gate
    return (
        _plan(facts, arm.design.late),
        _estimable(arm),
        _complete(facts),
        _baseline(facts),
        _adherence(facts),
        _end(facts),
    )


def missing(items: tuple[GateItem, ...]) -> tuple[GateItem, ...]:
    """Return the items that are not met; one that is not measured does not count."""
    return tuple(item for item in items if item.met is False)


def _plan(facts: GateFacts, late: Late | None) -> GateItem:
    needed = "store verified, frozen before the first pilot-week row, digests match"
    if facts.frozen_at is None:
        return _item("plan", needed, "not frozen", False)
    when = f"frozen {moment(facts.frozen_at)}" + (f" ({late})" if late else "")
    rows = f", first row {moment(facts.first_pilot_row_at)}" if facts.first_pilot_row_at else ", no row yet"
    match = (
        "digests match" if facts.digests_match else "digests differ: the plan was changed after the freeze"
    )
    match += f" ({facts.edited})" if facts.edited else ""
    match += "" if facts.store_verified else "; the store is not what was written"
    held = facts.store_verified and facts.frozen_first and facts.digests_match
    item = _item("plan", needed, f"{when}{rows}; {match}", held)
    return item.model_copy(update={"name": _LATE}) if late and item.met else item


def _estimable(arm: ArmInputs) -> GateItem:
    uses: tuple[GoalInput | GuardrailInput, ...] = (*arm.goals, *arm.guardrails)
    lost = [
        f"{use.metric.label}: {use.evidence.reason or 'no estimate'}"
        for use in uses
        if not use.evidence.estimable
    ]
    found = "; ".join(lost) if lost else f"all {len(uses)}"
    return _item("estimable", "every goal and deciding guardrail", found, not lost)


def shares_present(facts: GateFacts) -> GateShares | None:
    """Shares of the goal or guardrail that lacks most: what the gate judges, and every page shows."""
    short = [row for row in facts.metrics if not _is_complete(row)]
    worst = min(short or facts.metrics, key=_least, default=None)
    if worst is None:
        return None
    return GateShares(**{name: getattr(worst, name) for name in GateShares.model_fields})


def _complete(facts: GateFacts) -> GateItem:
    needed = (
        f"{percent(SHARE_NEEDED)} of due team-weeks in each arm, in the baseline and in the counted weeks; "
        f"there arms at most {number(100 * POINTS_APART, 0)} points apart"
    )
    found = shares_present(facts)
    if found is None:
        return _item("complete", needed, "no metric", False)
    shares = (found.counted_arm, found.counted_control, found.baseline_arm, found.baseline_control)
    arm, control, arm_before, control_before = (percent(share, needed=SHARE_NEEDED) for share in shares)
    words = f"{arm} pilot, {control} comparison; baseline {arm_before} and {control_before}"
    words += f" ({found.metric})" if len(facts.metrics) > 1 else ""
    return _item("complete", needed, words, all(map(_is_complete, facts.metrics)))


def _baseline(facts: GateFacts) -> GateItem:
    worst = min(facts.metrics, key=lambda row: row.baseline_weeks, default=None)
    weeks = worst.baseline_weeks if worst else 0
    found = f"{weeks} weeks" + (f" ({worst.metric})" if worst and weeks < BASELINE_WEEKS else "")
    return _item("baseline", f"{BASELINE_WEEKS} usable weeks", found, weeks >= BASELINE_WEEKS)


def _adherence(facts: GateFacts) -> GateItem:
    """Observed gap in the planned direction against its minimum; without an adherence metric it is not measured."""
    said = facts.adherence
    if said is None:
        return _item("adherence", "a gap in office days", "not measured", None)
    sign = -1 if said.planned_gap < 0 else 1
    needed = f"at least {typed(abs(said.minimum_gap))} office days, {'fewer' if sign < 0 else 'more'} than comparison"
    if said.observed_gap is None:
        return _item("adherence", needed, "no office days were reported", False)
    met = sign * said.observed_gap >= abs(said.minimum_gap) - _DUST
    if said.hidden:
        return _item(
            "adherence", needed, f"{'enough' if met else 'too little'}; not shown, {said.hidden}", met
        )
    seen = said.observed_gap if said.shown_gap is None else said.shown_gap
    found = f"{number(sign * seen, 2)} of {typed(abs(said.planned_gap))} planned"
    return _item("adherence", needed, found, met)


def _end(facts: GateFacts) -> GateItem:
    found = "reached" if facts.end_reached else "not yet"
    return _item("end", short_day(facts.planned_end), found, facts.end_reached)


_NAMES = {
    "plan": "Plan frozen before the first pilot week",
    "estimable": "Goals and guardrails estimable",
    "complete": "Team-weeks present",
    "baseline": "Baseline",
    "adherence": "Gap in office days",
    "end": "Planned end reached",
}


_LATE = "Plan frozen before the first entry of a pilot week"  # all that a plan which came late can meet


def _item(key: str, needed: str, found: str, met: bool | None) -> GateItem:
    return GateItem.model_validate(
        {"key": key, "name": _NAMES[key], "needed": needed, "found": found, "met": met}
    )


def _is_complete(row: MetricFacts) -> bool:
    apart = abs((row.counted_arm or 0.0) - (row.counted_control or 0.0))
    return enough(_least(row)) and apart <= POINTS_APART + _DUST


def _least(row: MetricFacts) -> float:
    shares = (row.baseline_arm, row.baseline_control, row.counted_arm, row.counted_control)
    return min(share or 0.0 for share in shares)
