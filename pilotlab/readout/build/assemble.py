"""The whole readout, assembled from a pilot's course, with the box that opens page one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pilotlab import plugins
from pilotlab.decide.course import Course
from pilotlab.decide.decision import ArmDecision, Decision
from pilotlab.evaluate.disclosure import weeks_of_few
from pilotlab.readout.build.appendix import appendix
from pilotlab.readout.build.for_whom import slices
from pilotlab.readout.build.outcomes import adherence, event_study, goal_result, promises
from pilotlab.readout.build.plan_kept import plan
from pilotlab.readout.build.trust import robustness_card, trust
from pilotlab.readout.document.model import Added, AdherenceWeek, Arm, DecisionBox, GateItem, Readout, Row
from pilotlab.readout.document.page_two import GateState
from pilotlab.readout.document.sections import SECTIONS
from pilotlab.spec.pilot import CONTROL
from pilotlab.wording.unbroken import day

NOTICES = {
    "published": "Units are the anonymous persons of a published study; none is shown singly.",
    "simulated": "A simulated company: every number on this page is invented.",
}


def build_readout(course: Course) -> Readout:
    """Turn what was found and decided into the values of the page; arms with the highest verdict first."""
    spec = course.spec
    leading = course.decision.arm
    order = sorted(spec.arms, key=lambda arm: (arm != leading, spec.arms.index(arm)))
    return Readout(
        pilot=spec.id,
        title=spec.name,
        question=spec.question,
        date=course.today.isoformat(),
        arms=tuple(_arm(course, arm) for arm in order),
        trust=trust(course),
        plan=plan(course),
        appendix=appendix(course),
        made_with=course.made_with,
        notice=NOTICES.get(spec.data, ""),
    )


def added_sections(course: Course, names: Iterable[str]) -> tuple[Added, ...]:
    """Build the sections that installed packages add under `pilotlab.sections`, in the order of their names as given."""
    return tuple(part for name in names if (part := _added(name, course)) is not None)


def _added(name: str, course: Course) -> Added | None:
    """Build a package's section; None where it has nothing to say of this pilot."""
    plugin = plugins.require("section", name, [section.name for section in SECTIONS])
    found = plugin.running(plugin.load(), course)
    if found is not None and not isinstance(found, Added):
        raise plugins.PluginError(
            f"{plugin}: it gives {type(found).__name__}, not Added",
            fix="return pilotlab.readout.document.model.Added, or None",
        )
    return found


def _arm(course: Course, arm: str) -> Arm:
    spec, analysis, decided = course.spec, course.analysis, course.decision_of(arm)
    goals = analysis.of(arm, "goal")
    studies = (event_study(spec, result) for result in goals)
    cards = (robustness_card(spec, result) for result in goals)
    measured = analysis.of(arm, "adherence")
    groups = slices(spec, analysis.of(arm))
    return Arm(
        name=arm,
        label=spec.policy[arm].note or arm,
        decision=decision_box(
            course.decision,
            decided,
            frozen_on=course.plan.freeze.frozen_at[:10] if course.plan.freeze else "",
        ),
        goals=tuple(goal_result(spec, result, decided) for result in goals),
        promises=promises(analysis.of(arm), decided, level=1 - spec.analysis.alpha),
        timing=tuple(study for study in studies if study),
        adherence=adherence(spec, measured[0], _weekly(course, arm)) if measured else None,
        slices=groups[0] if groups else None,
        more_slices=groups[1:],
        care=care(course.decision, decided),
        gate=gate(decided),
        robustness=tuple(card for card in cards if card),
    )


def _weekly(course: Course, arm: str) -> tuple[AdherenceWeek, ...]:
    """Average office days of both arms, week by week."""
    use = course.spec.metrics.adherence
    if use is None:
        return ()
    panel, plan = course.panels[use.use].contrast(arm), course.spec.policy[arm].office_days
    decimals = None if panel.published else panel.metric.decimals
    few = weeks_of_few(panel)
    planned = float(plan) if isinstance(plan, int | float) else None
    seen = panel.values[~panel.values["week"].isin(few)]
    means = seen.groupby(["event_time", "week", "arm"])["value"].mean().unstack("arm")
    times, weeks = (means.index.get_level_values(name).tolist() for name in ("event_time", "week"))
    arms = {name: means[name].tolist() if name in means else [None] * len(means) for name in (arm, CONTROL)}
    return tuple(
        AdherenceWeek(
            event_time=time,
            week=f"W{week[-2:]}",
            pilot=_known(of_arm, decimals),
            comparison=_known(of_control, decimals),
            planned=planned if time >= 0 else None,
        )
        for time, week, of_arm, of_control in zip(times, weeks, arms[arm], arms[CONTROL], strict=True)
    )


def _known(value: float | None, decimals: int | None) -> float | None:
    if value is None or value != value:
        return None
    return float(value) if decimals is None else round(float(value), decimals)


UNDECIDED = ("Learn", "Not decision-ready")  # verdicts under which page one prints the gate
STATES: Mapping[bool | None, GateState] = {True: "met", False: "not met", None: "not measured"}


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
        GateItem(condition=item.name, needed=item.needed, found=item.found, state=STATES[item.met])
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
