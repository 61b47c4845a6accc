"""Rules about strength: what a comparison can carry, and whether its draws can."""

from __future__ import annotations

from collections.abc import Sequence

from pilotlab.design.reachable import planned_reach, shortfalls
from pilotlab.design.strength import Strength, contrasts_of, reaches, strength
from pilotlab.errors import NotYet, PilotlabError
from pilotlab.spec.case import Case, Issue, Issues
from pilotlab.spec.rules import Rule
from pilotlab.spec.standard import FEW, FULL, WEDGE_FEW, WEDGE_FULL
from pilotlab.spec.team import Team
from pilotlab.wording.numbers import significant


def strongest_verdict(case: Case) -> Issues:
    """Say what the number of teams and the way arms came about allow at best."""
    if case.spec.claim == "learn" or case.spec.design.type == "before_after" or not _teams(case):
        return
    reached = strength(case.spec, _teams(case))
    if reached.grade == "A" or not (reached.contrasts or case.spec.design.type == "stepped_wedge"):
        return
    code = "PL333" if reached.grade == "D" else "PL334"
    yield Issue(code, f"{reached}", ("design",), "key", fix=_stronger(case, reached))


def _stronger(case: Case, reached: Strength) -> str:
    if case.spec.design.type == "stepped_wedge":
        return f"at least {WEDGE_FULL if reached.grade != 'D' else WEDGE_FEW} teams in all, in three or more steps"
    if not case.is_drawn:
        return f"draw arms by lot, with {FULL} teams or more in each"
    return (
        f"{FEW} teams in each arm for any recommendation, {FULL} for Scale"
        if reached.grade == "D"
        else f"{FULL} teams in each arm for Scale"
    )


def draws_carry_a_verdict(case: Case) -> Issues:
    """Name a claim that no data could ever show, because the draws are too few."""
    teams = _teams(case)
    if not teams or not case.is_drawn:
        return
    try:
        found = shortfalls(case.spec, teams)
    except PilotlabError:
        return
    for row in found:
        code, place = (
            ("PL351", ("metrics", "goals")) if row.claim == "goal" else ("PL352", ("metrics", "guardrails"))
        )
        if row.claim == "guardrail" and not case.spec.metrics.guardrails:
            place = ("metrics", "goals")
        fix = "more teams, fewer kept together" + (
            ", or one goal" if row.claim == "goal" and len(case.spec.metrics.goals) == 2 else ""
        )
        yield Issue(code, str(row), place, "key", value=significant(row.smallest), fix=fix)


def arms_are_alike_in_size(case: Case) -> Issues:
    """Where one drawn arm is over 1.5 times another, `auto` takes CR2."""
    if not case.is_drawn or case.spec.claim == "learn":
        return
    for arm, reach in reaches(case.spec, _teams(case)).items():
        if reach.lopsided and reach.pilot and reach.control:
            what = f"{reach.pilot} against {reach.control} ({arm} against control): the draws reject too often where effects differ from team to team"
            headline = (
                "so `auto` takes CR2 as the headline"
                if case.spec.analysis.inference == "auto"
                else "and CR2 would not"
            )
            fix = (
                "arms of like size"
                if case.spec.analysis.inference in ("auto", "cr2")
                else "inference: auto, or arms of like size"
            )
            yield Issue(
                "PL335",
                f"{what}, {headline}",
                ("design", "assign"),
                "key",
                value=f"{reach.pilot}:{reach.control}",
                fix=fix,
            )


def arms_can_be_formed(case: Case) -> Issues:
    """Whatever keeps units or arms from being formed."""
    teams = _teams(case)
    if not teams or not case.spec.arms or "control" not in case.spec.policy:
        return
    try:
        planned_reach(case.spec, teams)
    except NotYet as error:
        yield Issue("PL340", error.what, ("design", "assign", "on"), "key", fix=error.fix)
    except PilotlabError as error:
        yield Issue("PL220", error.what, ("design", "assign"), "key", fix=error.fix)
        return
    design = case.spec.design
    arms, rows = len(case.spec.policy), contrasts_of(case.spec, teams)
    if design.assign.method in ("complete", "stratified", "matched_pairs") and design.type in (
        "parallel",
        "matched",
    ):
        for row in rows:
            if row.smaller == 0:
                what = f"{len(teams)} teams leave arm {row.arm if not row.pilot else 'control'!r} empty: there are {arms} arms"
                yield Issue(
                    "PL220",
                    what,
                    ("design", "assign"),
                    "key",
                    fix="more teams, fewer arms, or fewer kept together",
                )
                return


def _teams(case: Case) -> Sequence[Team]:
    return case.teams.teams if case.teams is not None else ()


DESIGN_RULES: tuple[Rule, ...] = (
    Rule(arms_can_be_formed, (("teams",), ("design",), ("policy",))),
    Rule(strongest_verdict, (("teams",), ("design",), ("policy",), ("claim",))),
    Rule(
        draws_carry_a_verdict,
        (
            ("teams",),
            ("design",),
            ("policy",),
            ("claim",),
            ("metrics", "goals"),
            ("metrics", "guardrails"),
            ("analysis",),
        ),
    ),
    Rule(arms_are_alike_in_size, (("teams",), ("design",), ("policy",), ("analysis",))),
)
