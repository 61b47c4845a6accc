"""Rules about metrics: which may play which role, and what must not be missing."""

from __future__ import annotations

from pilotlab.spec.case import Case, Issue, Issues
from pilotlab.spec.positions import Place
from pilotlab.spec.standard import BASELINE_WEEKS
from pilotlab.spec.uses import Used

MOST = 2  # goals, and deciding guardrails
_PLURAL = {"goal": "goals", "guardrail": "guardrails"}


def has_a_goal(case: Case) -> Issues:
    """One goal, or two; at most two deciding guardrails."""
    metrics = case.spec.metrics
    if not metrics.goals:
        fix = "add `goals: [{use: cycle_time_p50@1, worth_it: -0.5}]`"
        yield Issue(
            "PL303", "no goal: nothing would make the policy worth it", ("metrics", "goals"), "key", fix=fix
        )
    if len(metrics.goals) > MOST:
        yield Issue(
            "PL304",
            f"{len(metrics.goals)} goals; at most {MOST} can decide",
            ("metrics", "goals", MOST),
            value=metrics.goals[MOST].use,
            fix="move the others to `watch`",
        )


def guardrails_are_few(case: Case) -> Issues:
    """Each guardrail that must be safe makes Scale rarer."""
    guardrails = case.spec.metrics.guardrails
    if len(guardrails) > MOST:
        what = f"{len(guardrails)} deciding guardrails; with more than {MOST} hardly any harmless policy gets through"
        yield Issue(
            "PL305",
            what,
            ("metrics", "guardrails", MOST),
            value=guardrails[MOST].use,
            fix="move the others to `watch`",
        )


def roles_are_allowed(case: Case) -> Issues:
    """Attendance and activity are no outcomes; a goal has a better side."""
    for row in case.roles("goal", "guardrail", "watch", "adherence"):
        yield from _role(row)


def _role(row: Used) -> Issues:
    role, use, place, metric = row
    assert metric is not None
    allowed = ", ".join(sorted(metric.roles))
    is_outcome, at = role in ("goal", "guardrail"), _at(place, "use")
    if is_outcome and metric.family == "adherence":
        what = f"{metric.id} is attendance: it says whether the policy happened, never whether it worked, and can't be a {role}"
        yield Issue("PL309", what, at, value=use.use, fix=f"`adherence: {{use: {metric.key}}}`")
    elif role == "goal" and metric.activity:
        yield Issue(
            "PL309",
            f"{metric.id} counts activity and can't be a goal: more of it is not more done",
            at,
            value=use.use,
            fix="move it to `watch`",
        )
    elif role == "goal" and metric.direction == "context":
        fix = "choose another goal, or define your own version in experiments/metrics.yaml with `direction: higher` or `lower`, and say why"
        yield Issue(
            "PL310", f"{metric.id} has no better side and can't be a goal", at, value=use.use, fix=fix
        )
    elif role not in metric.roles:
        yield Issue(
            "PL308",
            f"{metric.key} can't be {'' if role in ('watch', 'adherence') else 'a '}{_as(role)}; it may be: {allowed}",
            at,
            value=use.use,
            fix=f"use it as {allowed}",
        )


def _as(role: str) -> str:
    return "watched" if role == "watch" else role


def metrics_are_used_once(case: Case) -> Issues:
    """One metric has one role."""
    seen: dict[str, str] = {}
    for role, use, place, metric in case.used:
        key = metric.key if metric else use.use
        if key in seen:
            yield Issue(
                "PL319",
                f"{key} is used twice; it is {_as(seen[key])} already",
                _at(place, "use"),
                value=use.use,
                fix="keep one of the two",
            )
        seen.setdefault(key, role)


def people_are_protected(case: Case) -> Issues:
    """Quality of life is guarded or watched, and the links between teams are looked at."""
    if case.spec.data == "published":
        return  # a finished study measured what it measured
    if any(row.metric is None for row in case.used):
        return  # a misspelt metric may be the one that protects
    protecting = {row.metric.family for row in case.roles("guardrail", "watch") if row.metric}
    if "quality_of_life" not in protecting:
        what = "no guardrail or watch on quality of life: nobody would see if people pay for it"
        yield Issue(
            "PL320",
            what,
            ("metrics", "guardrails"),
            "key",
            fix="add `{use: burnout_level@1, margin: 0.3, if_breached: stop}`, or watch work_life_balance@1",
        )
    families = {row.metric.family for row in case.roles("goal", "guardrail", "watch") if row.metric}
    if "collaboration" not in families:
        yield Issue(
            "PL321",
            "no collaboration metric: links between teams can fray unseen",
            ("metrics", "watch"),
            "key",
            fix="watch cross_team_share@1",
        )


def breaches_have_answers(case: Case) -> Issues:
    """A guardrail says what a breach of it does; a fixable breach names its fix."""
    for row in case.used:
        use, place = row.use, row.place
        if row.role not in ("goal", "guardrail"):
            continue
        if row.role == "guardrail" and use.if_breached is None and case.spec.claim != "learn":
            what = f"guardrail {use.use} does not say what a breach does; it can decide the verdict"
            fix = "add `if_breached: stop`, or `if_breached: fixable` and name the fix: `fix: meeting-free Wednesday`"
            yield Issue("PL365", what, place, value=use.use, fix=fix)
        elif use.if_breached == "fixable" and not use.fix:
            yield Issue(
                "PL356",
                f"{use.use} is fixable if breached, but no fix is named",
                place,
                value=use.use,
                fix="add `fix: meeting-free Wednesday`, or `if_breached: stop`",
            )
        elif use.fix and use.if_breached != "fixable":
            yield Issue(
                "PL356",
                f"{use.use} names a fix, which only `if_breached: fixable` uses",
                (*place, "fix"),
                value=use.fix,
                fix="if_breached: fixable",
            )


def values_come_often_enough(case: Case) -> Issues:
    """A metric due every few weeks has few values in a short baseline."""
    weeks = len(case.windows.baseline)
    for role, use, place, metric in case.roles("goal", "guardrail"):
        if metric is not None and metric.cadence_weeks > 1 and weeks // metric.cadence_weeks < BASELINE_WEEKS:
            what = f"{use.use} comes every {metric.cadence_weeks} weeks: {weeks} baseline weeks hold {weeks // metric.cadence_weeks} values, and a {role} needs {BASELINE_WEEKS}"
            yield Issue(
                "PL355",
                what,
                place,
                value=use.use,
                fix=f"baseline_weeks: {BASELINE_WEEKS * metric.cadence_weeks}, or move it to `watch`",
            )


def _at(place: Place, key: str) -> Place:
    return (*place, key)
