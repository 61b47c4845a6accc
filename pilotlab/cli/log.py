"""`pilotlab log`: one team's week, by flags or at a prompt."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from pilotlab.cli.ask import ask, say
from pilotlab.cli.options import (
    TEXT,
    actor_option,
    format_option,
    plain_option,
    today_option,
    workspace_option,
)
from pilotlab.cli.output import next_line, show, show_json
from pilotlab.errors import PilotlabError, nearest
from pilotlab.wording.lists import listed, some
from pilotlab.wording.numbers import typed

if TYPE_CHECKING:
    from pilotlab.sources.entry import Answers, Draft, Form
    from pilotlab.store.entries import Entry, Receipt


@click.command()
@click.argument("pilot", type=TEXT)
@click.option("--team", type=TEXT, metavar="TEAM", help="The team, as teams.csv calls it.")
@click.option("--week", metavar="WEEK", help="2026-W40 or its Monday; else the last week that is over.")
@click.option(
    "--set", "sets", type=TEXT, metavar="METRIC=NUMBER", multiple=True, help="A value; may be repeated."
)
@click.option(
    "--gap",
    "gaps",
    metavar="METRIC=REASON",
    multiple=True,
    help="Why there is none: leave, holiday, no_work, forgot, not_applicable.",
)
@click.option(
    "--n",
    "counts",
    metavar="METRIC=ANSWERS",
    multiple=True,
    help="How many people answered, of a mean; without it the value is never shown.",
)
@click.option("--why", type=TEXT, metavar="TEXT", default="", help="Reason, where a stored value changes.")
@workspace_option
@actor_option
@today_option
@format_option("text", "json")
@plain_option
def command(
    pilot: str,
    team: str | None,
    week: str | None,
    sets: tuple[str, ...],
    gaps: tuple[str, ...],
    counts: tuple[str, ...],
    why: str,
    workspace: Path | None,
    actor: str | None,
    today: Any,
    form: str,
    plain: bool,
) -> None:
    """Log one team's week of PILOT.

    Without --set and --gap the program asks for each metric in turn; what was typed is kept until it is saved. A value that is
    stored is kept beside the new one, and a change needs a reason; the same value again changes nothing.

    \b
    Example:
      pilotlab log anchor-days --team api --week 2026-W40 --set job_satisfaction=7.4 --n job_satisfaction=8
      pilotlab log anchor-days --team api --set voluntary_exits=1/6 --gap belonging=leave
    """
    from pilotlab import api
    from pilotlab.sources.entry import from_flags

    lab = api.open_workspace(workspace, actor=actor, today=today)
    sheet = lab.form(pilot, team or _ask_team(pilot, lab.teams(pilot)), week)
    if sets or gaps or counts:
        entries = from_flags(sheet, sets, gaps, counts)
        _report(pilot, sheet, entries, lab.save(entries, why=why), form=form, plain=plain)
        return
    draft = lab.draft(pilot, sheet)
    entries, why = _asked(pilot, draft, sheet, why)
    if not entries:
        asked = next_line(_again(pilot, sheet), "asks again")
        show(f"Nothing was typed. Nothing was written.\n{asked}", plain=plain)
        return
    receipt = lab.save(entries, why=why)
    draft.drop()
    _report(pilot, sheet, entries, receipt, form=form, plain=plain)


def _asked(pilot: str, draft: Draft, sheet: Form, why: str) -> tuple[list[Entry], str]:
    """Ask until what was typed is to be saved; whoever leaves finds it again."""
    from pilotlab.sources.dialogue import Left, confirm, converse, reason
    from pilotlab.sources.entry import corrections

    typed = _go_on(draft, sheet)

    def keep(answers: Answers) -> None:
        draft.keep(sheet, answers)

    try:
        converse(sheet, ask, say, typed=typed, keep=keep)
        if not typed:
            return [], why
        entries = confirm(sheet, ask, say, typed=typed, keep=keep)
        if corrections(sheet, entries) and not why.strip():
            why = reason(ask, say)
    except (Left, click.Abort):
        raise _stopped(pilot, sheet, len(typed)) from None
    return entries, why


def _stopped(pilot: str, sheet: Form, kept: int) -> PilotlabError:
    """What was kept of a week whose questions were left, and what goes on with it."""
    again = _again(pilot, sheet)
    if not kept:
        fix = f"`{again}` asks again; with --set METRIC=NUMBER or --gap METRIC=REASON it asks nothing"
        return PilotlabError("nothing was typed, nothing was saved", fix=fix)
    answers = "1 answer is" if kept == 1 else f"{kept} answers are"
    return PilotlabError(f"nothing was saved; {answers} kept", fix=f"`{again}` goes on from there")


def _again(pilot: str, sheet: Form) -> str:
    return f"pilotlab log {pilot} --team {quote(sheet.team)} --week {sheet.week}"


def _go_on(draft: Draft, sheet: Form) -> Answers:
    """Offer what was typed before."""
    typed = draft.load(sheet)
    if not typed:
        return {}
    names = ", ".join(key.partition("@")[0] for key in typed)
    say(f"Typed before and not saved: {names}.")
    if ask("Enter goes on with it, new begins anew").strip().lower() == "new":
        draft.drop()
        return {}
    return typed


def _ask_team(pilot: str, teams: tuple[str, ...]) -> str:
    """Ask until a team of the pilot is named."""
    while True:
        try:
            named = ask("Team", default="?" if len(teams) > 1 else teams[0], show_default=len(teams) < 2)
        except click.Abort:
            fix = f"`pilotlab log {pilot} --team TEAM`, one of: {some(teams, 12)}"
            raise PilotlabError("no team was named, nothing was saved", fix=fix) from None
        named = named.strip()
        if named in teams:
            return named
        say(", ".join(teams) if named == "?" else f"  no team {named!r}{nearest(named, teams)}; ? lists them")


def _report(
    pilot: str, sheet: Form, entries: list[Entry], receipt: Receipt, *, form: str, plain: bool
) -> None:
    from pilotlab.sources.dialogue import line_of
    from pilotlab.sources.entry import without_count

    uncounted = without_count(sheet, entries)
    if form == "json":
        values = [_as_data(row) for row in entries]
        counts = {"new": receipt.new, "corrected": receipt.corrected, "unchanged": receipt.unchanged}
        show_json(
            {
                "schema": "pilotlab/log@1",
                "pilot": pilot,
                "team": sheet.team,
                "week": str(sheet.week),
                "values": values,
                **counts,
                "without_n": len(uncounted),
                "receipt": receipt.code or None,
                "ledger": receipt.seq,
            },
            stored=True,
        )
        return
    lines = [f"  {row.metric.id:<28}{line_of(row)}" for row in entries]
    done = f"Saved for {sheet.team}, {sheet.week}: {receipt.new} new, {receipt.corrected} corrected, {receipt.unchanged} as before."
    if not receipt.written:
        done = f"{sheet.team}, {sheet.week}: all of this was stored already. Nothing changed."
    mark = [f"Receipt {receipt.code}"] if receipt.code else []
    told = [
        *lines,
        done,
        *mark,
        *_never_shown(pilot, sheet, uncounted),
        next_line(f"pilotlab status {pilot}"),
    ]
    show("\n".join(told), plain=plain, stored=True)


def _never_shown(pilot: str, sheet: Form, uncounted: list[Entry]) -> list[str]:
    """Warn of means without a count, with the command that adds it."""
    if not uncounted:
        return []
    names = [row.metric.id for row in uncounted]
    values = " ".join(f"--set {row.metric.id}={_as_typed(row)}" for row in uncounted)
    counts = " ".join(f"--n {name}=ANSWERS" for name in names)
    return [
        f"warning: {listed(names)} came without --n, how many people answered: stored, counted in the result, never shown.",
        f'  fix: {_again(pilot, sheet)} {values} {counts} --why "the count was missing"',
    ]


def _as_typed(row: Entry) -> str:
    """A value as `--set` takes it."""
    if row.numerator is not None and row.denominator is not None:
        return f"{typed(row.numerator)}/{typed(row.denominator)}"
    return "" if row.value is None else typed(row.value)


def _as_data(row: Entry) -> dict[str, Any]:
    """An entry as plain data; the parts of a count and the answers behind a mean where they were given."""
    parts = {"numerator": row.numerator, "denominator": row.denominator, "n": row.n}
    return {
        "metric": row.metric.key,
        "value": row.value,
        "gap": row.gap,
        **{name: part for name, part in parts.items() if part is not None},
    }
