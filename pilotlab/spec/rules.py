"""Rules: what makes a well-formed declaration a sound one. The table of them, and how they are run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from pilotlab.errors import Finding, Span
from pilotlab.spec import rules_bars, rules_calendar, rules_design, rules_metrics, rules_people, rules_teams
from pilotlab.spec.case import Case, Issue, Issues
from pilotlab.spec.codes import found
from pilotlab.spec.positions import Place
from pilotlab.spec.reading import Reading
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
    Rule(rules_design.has_arms, (("policy",),)),
    Rule(rules_design.anchor_days_fit),
    Rule(rules_design.unit_is_team, (("data",),)),
    Rule(rules_design.assignment_is_said, (("design", "assign", "method"),)),
    Rule(rules_design.shares_name_arms, (("policy",),)),
    Rule(rules_design.recruitment_is_fair, _DRAW),
    Rule(rules_design.chance_decides, _DRAW),
    Rule(rules_design.compares),
    Rule(rules_design.can_be_run),
    Rule(rules_design.engine_is_known),
    Rule(rules_design.draws_are_there, _DRAW),
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
    Rule(rules_calendar.calendars_are_known),
    Rule(rules_calendar.sites_are_there, _LIST),
    Rule(rules_calendar.holidays_in_baseline, _BASELINE),
    Rule(rules_metrics.has_a_goal, (("metrics", "goals"),)),
    Rule(rules_metrics.guardrails_are_few),
    Rule(rules_metrics.roles_are_allowed),
    Rule(rules_bars.bars_and_margins, (("claim",),)),
    Rule(rules_bars.keys_are_used, (("claim",),)),
    Rule(rules_metrics.metrics_are_used_once),
    Rule(rules_metrics.people_are_protected, (("metrics", "guardrails"), ("metrics", "watch"), ("data",))),
    Rule(rules_metrics.breaches_have_answers, (("claim",),)),
    Rule(rules_metrics.values_come_often_enough, _BASELINE),
    Rule(rules_bars.gaps_agree, (("data",),)),
    Rule(rules_people.says_why, (("data",),)),
    Rule(rules_people.asks_first, (("data",),)),
    Rule(rules_people.keeps_as_long_as_needed, (("data",),)),
    Rule(rules_people.teams_are_large_enough, (*_LIST, ("design", "unit"))),
    Rule(rules_people.slices_will_show, (*_LIST, ("policy",))),
    Rule(rules_people.slices_are_groups),
    Rule(rules_people.slices_have_a_source, _LIST),
    Rule(rules_teams.columns_are_there, (("teams", "file"),)),
    Rule(rules_teams.where_keeps_teams, (("teams", "file"),)),
    Rule(rules_teams.named_teams_are_there, _LIST),
    Rule(rules_teams.values_are_told_apart),
    Rule(rules_teams.groups_do_not_overlap),
    Rule(rules_teams.declared_arms_fit, (*_LIST, ("design", "assign"), ("policy",))),
    Rule(rules_teams.groups_share_an_arm, (*_LIST, ("design", "assign"))),
    Rule(rules_teams.pilots_do_not_meet, (*_LIST, *_WEEKS)),
)


class Judged(NamedTuple):
    """A finding, and the place of the declaration it is about; teams for a row of the list."""

    finding: Finding
    place: Place


def check_design(
    case: Case, reading: Reading, *, rules: Iterable[Rule] = RULES, hurt: Iterable[Place] = ()
) -> list[Judged]:
    """Judge a declaration by every rule.

    Parameters
    ----------
    reading : Reading
        Says what could not be read (`broken`), and what was guessed. What depends on the first is not judged.
    hurt : iterable of Place, optional
        Further places on which nothing can be built.

    Returns
    -------
    list of Judged
        In the order of the rules.
    """
    broken = {*reading.broken, *hurt}
    judged = []
    for rule in rules:
        if any(_touch(place, read) for place in broken for read in rule.reads):
            continue
        for issue in rule.check(case):
            place = in_file(issue.place, reading.kept)
            told = any(_touch(place, left_out) for left_out in broken) or place in reading.guessed
            if issue.row or not told:
                finding = _finding(issue._replace(place=place), case)
                judged.append(Judged(finding, ("teams",) if issue.row else place))
    return judged


def _finding(issue: Issue, case: Case) -> Finding:
    if issue.row and case.teams is not None:
        where = Span(case.teams.file, issue.row)
    else:
        where = case.positions(issue.place, at=issue.at)
    return found(
        issue.code,
        issue.what,
        where=where,
        value=issue.value,
        fix=issue.fix,
        level=issue.level,
        mends=issue.mends,
    )


def _touch(one: Place, other: Place) -> bool:
    """Whether one place lies at or under the other."""
    length = min(len(one), len(other))
    return bool(length) and one[:length] == other[:length]
