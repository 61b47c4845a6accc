"""Rules: what makes a well-formed declaration a sound one. The table of them, and how they are run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from pilotlab.errors import Finding, Span
from pilotlab.spec import rules_bars, rules_calendar, rules_design, rules_metrics, rules_people, rules_teams
from pilotlab.spec.case import Case, Issue, Issues
from pilotlab.spec.codes import found
from pilotlab.spec.positions import Place
from pilotlab.spec.shape import in_file

Check = Callable[[Case], Issues]


class Rule(NamedTuple):
    """A check, and the places it reads: where one of them could not be read, the check is not made."""

    check: Check
    reads: tuple[Place, ...] = ()


_WEEKS: tuple[Place, ...] = (
    ("announced_on",),
    ("calendar", "start"),
    ("calendar", "baseline_weeks"),
    ("calendar", "washin_weeks"),
    ("calendar", "pilot_weeks"),
    ("calendar", "blackout"),
)
_BASELINE = tuple(place for place in _WEEKS if place[-1] not in ("washin_weeks", "pilot_weeks"))
_LIST: tuple[Place, ...] = (("teams", "file"), ("teams", "where"))
_DRAW: tuple[Place, ...] = (("design", "type"), ("design", "assign"))

RULES: tuple[Rule, ...] = (
    Rule(rules_design.has_arms, (("policy",), ("design", "type"))),
    Rule(rules_design.anchor_days_fit),
    Rule(rules_design.unit_is_team, (("data",),)),
    Rule(rules_design.assignment_is_said, (("design", "assign", "method"),)),
    Rule(rules_design.shares_name_arms, (("policy",),)),
    Rule(rules_design.recruitment_is_fair, _DRAW),
    Rule(rules_design.chance_decides, _DRAW),
    Rule(rules_design.compares),
    Rule(rules_design.can_be_run),
    Rule(rules_design.engine_is_known, _DRAW),
    Rule(rules_design.alpha_is_usual, (("policy",), ("claim",), ("metrics", "goals"), ("decide", "goals"))),
    Rule(rules_calendar.start_is_ahead, (("calendar", "start"), ("data",))),
    Rule(
        rules_calendar.decides_after_the_end,
        (("calendar", "start"), ("calendar", "washin_weeks"), ("calendar", "pilot_weeks")),
    ),
    Rule(rules_calendar.baseline_is_long_enough, _BASELINE),
    Rule(rules_calendar.enough_weeks_count, _WEEKS),
    Rule(rules_calendar.blackouts_lie_inside, tuple(place for place in _WEEKS if place[-1] != "blackout")),
    Rule(rules_calendar.washin_covers_windows, (("calendar", "washin_weeks"),)),
    Rule(rules_calendar.announcement_is_named, (("calendar", "start"), ("data",))),
    Rule(rules_calendar.holidays_in_baseline, _BASELINE),
    Rule(rules_metrics.has_a_goal, (("metrics", "goals"),)),
    Rule(rules_metrics.guardrails_are_few),
    Rule(rules_metrics.roles_are_allowed),
    Rule(rules_bars.bars_and_margins, (("claim",),)),
    Rule(rules_metrics.metrics_are_used_once),
    Rule(rules_metrics.people_are_protected, (("metrics", "guardrails"), ("metrics", "watch"), ("data",))),
    Rule(rules_metrics.breaches_have_answers),
    Rule(rules_metrics.values_come_often_enough, _BASELINE),
    Rule(rules_bars.gaps_agree, (("data",),)),
    Rule(rules_people.says_why, (("data",),)),
    Rule(rules_people.asks_first, (("data",),)),
    Rule(rules_people.keeps_as_long_as_needed, (("data",),)),
    Rule(rules_people.teams_are_large_enough, (*_LIST, ("design", "unit"))),
    Rule(rules_people.slices_will_show, (*_LIST, ("policy",))),
    Rule(rules_people.slices_have_a_source, _LIST),
    Rule(rules_teams.columns_are_there, (("teams", "file"),)),
    Rule(rules_teams.where_keeps_teams, (("teams", "file"),)),
    Rule(rules_teams.named_teams_are_there, _LIST),
    Rule(rules_teams.values_are_told_apart),
    Rule(rules_teams.groups_do_not_overlap),
    Rule(rules_teams.declared_arms_fit, (*_LIST, *_DRAW, ("policy",))),
    Rule(rules_teams.groups_share_an_arm, (*_LIST, *_DRAW)),
    Rule(rules_teams.pilots_do_not_meet, (*_LIST, *_WEEKS)),
)


def check_design(
    case: Case,
    *,
    rules: Iterable[Rule] = RULES,
    broken: frozenset[Place] = frozenset(),
    kept: Mapping[Place, list[int]] | None = None,
) -> list[Finding]:
    """Judge a declaration by every rule.

    Parameters
    ----------
    broken : frozenset of Place
        Places that could not be read (`Reading.broken`). What depends on them is not judged.
    kept : mapping, optional
        Where the draft's lists lack entries of the file (`Reading.kept`).

    Returns
    -------
    list of Finding
        Those of the declaration and of teams.csv, each in line order within its file.
    """
    findings = []
    for rule in rules:
        if any(_touch(place, read) for place in broken for read in rule.reads):
            continue
        for issue in rule.check(case):
            place = in_file(issue.place, kept or {})
            if issue.row or not any(_touch(place, left_out) for left_out in broken):
                findings.append(_finding(issue._replace(place=place), case))
    return findings


def _finding(issue: Issue, case: Case) -> Finding:
    if issue.row and case.teams is not None:
        where = Span(case.teams.file, issue.row)
    else:
        where = case.positions(issue.place, at=issue.at)
    return found(issue.code, issue.what, where=where, value=issue.value, fix=issue.fix, level=issue.level)


def _touch(one: Place, other: Place) -> bool:
    """Whether one place lies at or under the other."""
    length = min(len(one), len(other))
    return bool(length) and one[:length] == other[:length]
