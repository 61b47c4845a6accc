"""Rules about the design: arms, how they come about, and what this version can run."""

from __future__ import annotations

from pilotlab import plugins
from pilotlab.errors import nearest, nearest_name, shortened
from pilotlab.spec import engine
from pilotlab.spec.case import Case, Issue, Issues
from pilotlab.spec.pilot import CONTROL
from pilotlab.wording.lists import listed
from pilotlab.wording.numbers import significant, typed

# Names of later versions.
METHODS_TO_COME = {"matched_pairs": "matched pairs", "stepped_wedge": "a stepped wedge"}
TYPES_TO_COME = {"stepped_wedge": "a stepped wedge"}


def has_arms(case: Case) -> Issues:
    """A comparison needs control and at least one pilot arm."""
    policy = case.spec.policy
    if CONTROL not in policy and case.spec.design.type != "before_after":
        meant = next((arm for arm in policy if nearest_name(CONTROL, [arm])), None)
        fix = f"rename the arm {meant} to `control`" if meant else "add `control: {office_days: as-is}`"
        yield Issue(
            "PL301",
            f"policy has no arm 'control'{f' (but {meant!r})' if meant else ''}; without one nothing is compared",
            ("policy",),
            "key",
            fix=fix,
        )
    if not case.spec.arms:
        yield Issue(
            "PL302",
            "policy has no pilot arm: there is nothing to try out",
            ("policy",),
            "key",
            fix="add one, for example `anchor: {office_days: 2}`",
        )


def anchor_days_fit(case: Case) -> Issues:
    """Anchor days are office days, each named once."""
    for arm, policy in case.spec.policy.items():
        place, days = ("policy", arm, "anchor_days"), policy.anchor_days
        if len(set(days)) < len(days):
            twice = next(day for day in days if days.count(day) > 1)
            yield Issue(
                "PL332",
                f"{arm} names the anchor day {twice} twice",
                place,
                value=twice,
                fix="name each day once",
            )
        elif isinstance(policy.office_days, int | float) and len(days) > policy.office_days:
            what = f"{arm} has {len(days)} anchor days and {typed(policy.office_days)} office days"
            yield Issue(
                "PL332", what, place, value=len(days), fix=f"office_days: {len(days)}, or fewer anchor days"
            )


def unit_is_team(case: Case) -> Issues:
    """Persons are units only in a published study whose persons are anonymous."""
    spec = case.spec
    if spec.design.unit == "person" and spec.data != "published":
        what = "the unit is a person: one person's values would be analysed and could be seen"
        yield Issue(
            "PL339",
            what,
            ("design", "unit"),
            value="person",
            fix="unit: team; `person` is for published studies, with `data: published`",
        )


def assignment_is_said(case: Case) -> Issues:
    """Each method needs its own keys, and uses no other."""
    assign, place = case.spec.design.assign, ("design", "assign")
    if assign.method == "declared" and not assign.column:
        fix = "add `column: arm`, the column of teams.csv that holds each team's arm"
        yield Issue(
            "PL360",
            "arms are declared, but the column that holds them is not named",
            (*place, "method"),
            fix=fix,
        )
    if assign.method in ("stratified", "matched_pairs") and not assign.on:
        yield Issue(
            "PL359",
            f"method {assign.method} needs `on`: the columns that make teams alike",
            (*place, "method"),
            fix="add `on: [site]`",
        )
    matched = case.spec.design.type == "matched"
    unused = {
        "on": bool(assign.on)
        and (assign.method == "complete" or (assign.method == "declared" and not matched)),
        "column": bool(assign.column) and assign.method != "declared",
        "drawn_by": bool(assign.drawn_by) and assign.method != "declared",
        "seed": assign.seed is not None and assign.method == "declared",
        "shares": bool(assign.shares) and assign.method in ("declared", "matched_pairs", "stepped_wedge"),
    }
    for key in (key for key, is_unused in unused.items() if is_unused):
        fix = "method: stratified" if key == "on" and assign.method == "complete" else f"remove `{key}`"
        yield Issue(
            "PL361", f"method {assign.method} does not use `{key}`", (*place, key), "key", value=key, fix=fix
        )


def shares_name_arms(case: Case) -> Issues:
    """Every arm has a share, and no other name has."""
    shares, policy = case.spec.design.assign.shares or {}, case.spec.policy
    for arm in shares:
        if arm not in policy:
            place, hint = ("design", "assign", "shares", arm), nearest(arm, policy)
            yield Issue(
                "PL214",
                f"shares names the arm {arm!r}, which policy does not have{hint}",
                place,
                "key",
                value=arm,
                fix="one of: " + ", ".join(policy),
                mends=bool(hint),
            )
    for arm in policy if shares else ():
        if arm not in shares:
            yield Issue(
                "PL214",
                f"shares has no share for the arm {arm!r}",
                ("design", "assign", "shares"),
                "key",
                value=arm,
                fix="give every arm a share, control included",
            )


def recruitment_is_fair(case: Case) -> Issues:
    """Volunteers differ from others; where they also chose their arm, their worst weeks are behind them."""
    if case.spec.design.recruitment != "volunteer":
        return
    place = ("design", "recruitment")
    if case.is_drawn:
        yield Issue(
            "PL336",
            "teams volunteered and are then drawn: the answer holds for volunteers",
            place,
            level="note",
        )
        return
    what = "teams volunteered for their arm: teams that struggle come forward and recover anyway, which fakes a gain of 0.14 to 0.18 SD"
    yield Issue(
        "PL336",
        what,
        place,
        value="volunteer",
        fix="draw arms among the volunteers: `assign: {method: complete}`",
    )


def chance_decides(case: Case) -> Issues:
    """Declared arms count as drawn only where it is said how."""
    assign = case.spec.design.assign
    if assign.method == "declared" and not assign.drawn_by and case.spec.design.type != "before_after":
        what = "arms are declared and nothing says they were drawn: the strongest verdict is Extend"
        if case.spec.design.type == "matched" and case.spec.design.recruitment != "volunteer":
            what += ", or Scale with changes from 8 matched teams a side whose checks raise no alarm"
        yield Issue(
            "PL337",
            what,
            ("design", "assign", "method"),
            fix="if a lot decided, say how: `drawn_by: even birthdays`",
        )


def compares(case: Case) -> Issues:
    """Before against after describes, and never recommends."""
    if case.spec.design.type == "before_after":
        what = "before against after has no comparison: season and everything else that changed count as effect; the verdict is Learn"
        yield Issue(
            "PL357", what, ("design", "type"), value="before_after", fix="type: parallel, with a control arm"
        )


def can_be_run(case: Case) -> Issues:
    """What is declared correctly and this version can't run yet."""
    spec = case.spec
    if spec.extends:
        what = f"no template {shortened(spec.extends)} is there, so what it would say is missing here"
        fix = "remove `extends` and write the keys out here; this version has no templates"
        yield Issue("PL120", what, ("extends",), value=spec.extends, fix=fix)
    if spec.design.type in TYPES_TO_COME:
        yield Issue(
            "PL340",
            f"{TYPES_TO_COME[spec.design.type]} is read and checked; it can't be analysed yet",
            ("design", "type"),
            value=spec.design.type,
        )
    method = spec.design.assign.method
    if method in METHODS_TO_COME and method != spec.design.type:
        yield Issue(
            "PL340",
            f"{METHODS_TO_COME[method]}: read and checked; arms can't be drawn so yet",
            ("design", "assign", "method"),
            value=method,
        )


def alpha_is_usual(case: Case) -> Issues:
    """A level far from .05 needs a reason; several arms and goals share it."""
    spec, alpha = case.spec, case.spec.analysis.alpha
    if alpha > 0.1 or alpha < 0.01:
        odds = f"about {round(1 / alpha)} pilots that do nothing, one looks like a gain or a loss"
        yield Issue(
            "PL349",
            f"alpha is {typed(alpha)}: of {odds}",
            ("analysis", "alpha"),
            value=alpha,
            fix="0.05 unless there is a reason",
        )
    arms, goals = max(1, len(spec.arms)), len(spec.metrics.goals)
    parts = [f"{arms} pilot arms"] if arms > 1 and CONTROL in spec.policy else []
    if goals == 2 and spec.claim == "improve" and spec.decide.goals == "any":
        parts.append("two goals of which either will do")
        arms *= 2
    if parts and spec.claim == "improve":
        place = ("metrics", "goals") if goals == 2 else ("policy",)
        yield Issue(
            "PL350",
            f"{listed(parts)} share alpha: a goal is first tested at {significant(alpha / arms)}",
            place,
            "key",
        )


def engine_is_known(case: Case) -> Issues:
    """Estimator and inference are rows of the engine's tables that a pilot may declare, or added by a package."""
    analysis, place = case.spec.analysis, ("analysis",)
    added = () if analysis.estimator == "auto" else plugins.added("estimator")
    broken = _broken(analysis.estimator) if analysis.estimator in added else ""
    if broken:
        yield Issue("PL347", broken, (*place, "estimator"), value=analysis.estimator, fix="estimator: auto")
    for kind, name, table, more in (
        ("estimator", analysis.estimator, engine.ESTIMATORS, added),
        ("inference", analysis.inference, engine.INFERENCES, ()),
    ):
        now = ("auto", *engine.declarable(table), *more)
        if name in now:
            continue
        hint = "" if name in table else nearest(name, now)
        code, what, fix = "PL347", f"{kind} {name!r} is not known{hint}", "one of: " + ", ".join(now)
        if name in table:
            what = f"{kind} {name!r} {table[name].frames_only}"
            if kind == "estimator":
                code, fix = "PL348", f"{fix}; `pl.did` runs it on a frame"
        yield Issue(code, what, (*place, kind), value=name, fix=fix, mends=bool(hint))


def draws_are_there(case: Case) -> Issues:
    """Randomisation inference needs draws that could have been made."""
    if case.spec.analysis.inference == "randomization" and not case.is_drawn:
        what = "inference randomization compares with the draws that could have been made, and these arms were not drawn"
        yield Issue(
            "PL347",
            what,
            ("analysis", "inference"),
            value="randomization",
            fix="inference: cr2, or say in `assign.drawn_by` how arms were drawn",
        )


def _broken(name: str) -> str:
    """Say why an estimator that a package adds can't be used; empty where it can."""
    try:
        engine.refuse_taken(name)
        engine.estimator(name)
    except plugins.PluginError as error:
        return error.what
    return ""
