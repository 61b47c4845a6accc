"""The whole readout, assembled from a pilot's course."""

from __future__ import annotations

from collections.abc import Iterable

from pilotlab import plugins
from pilotlab.decide.course import Course
from pilotlab.evaluate.disclosure import weeks_of_few
from pilotlab.readout.build.appendix import appendix
from pilotlab.readout.build.decision_box import care, decision_box, gate
from pilotlab.readout.build.plan import plan
from pilotlab.readout.build.results import adherence, event_study, goal_result, promises
from pilotlab.readout.build.robustness import robustness_card
from pilotlab.readout.build.slices import slices
from pilotlab.readout.build.trust import trust
from pilotlab.readout.document.model import Added, AdherenceWeek, Arm, Readout
from pilotlab.readout.document.sections import SECTIONS
from pilotlab.spec.pilot import CONTROL

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
