"""`pilotlab assign`: draw teams to arms."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pilotlab.cli.options import (
    TEXT,
    actor_option,
    format_option,
    plain_option,
    today_option,
    workspace_option,
)
from pilotlab.cli.output import next_line, page_width, rule, show, show_json
from pilotlab.cli.standing import draw_lines, edit_lines
from pilotlab.text.table import Column, table
from pilotlab.text.width import pad, wrap
from pilotlab.wording.lists import plural, some
from pilotlab.wording.numbers import count, number, signed

if TYPE_CHECKING:
    from pilotlab.design.assignment import Assignment, BalanceRow


@click.command()
@click.argument("pilot", type=TEXT)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    help="Seed of the draw; else the declared one, else a fresh one, recorded.",
)
@click.option("--again", is_flag=True, help="Draw once more although arms are drawn; needs --why.")
@click.option(
    "--why", default="", metavar="TEXT", help="Why arms are drawn again, as the readout will print it."
)
@workspace_option
@actor_option
@today_option
@format_option("text", "json")
@plain_option
def command(
    pilot: str,
    seed: int | None,
    again: bool,
    why: str,
    workspace: Path | None,
    actor: str | None,
    today: date,
    form: str,
    plain: bool,
) -> None:
    """Draw the teams of PILOT to arms, or read the declared arms; where they are drawn, show them.

    The draw is recorded with its method, seed and balance. The same seed and teams give the same arms. Every draw counts:
    another one takes --again with a reason, and the readout prints how many there were.

    \b
    Example:
      pilotlab assign anchor-days --seed 20260901
    """
    from pilotlab import api

    opened = api.open_workspace(workspace, actor=actor, today=today)
    before = opened.draws(pilot)
    assignment = opened.assign(pilot, seed=seed, again=again, why=why)
    stands = opened.standing(pilot)
    draws, frozen = stands.draws, bool(stands.frozen_on)
    new = len(draws) > len(before)
    stale = not frozen and not opened.drawn_as_declared(pilot)
    if form == "json":
        more = {"draws": [one.to_dict() for one in draws], "new": new, "frozen": frozen, "stale": stale}
        show_json({**assignment.to_dict(), **more}, stored=True)
        return
    foot = [f"{_STALE}: pilotlab assign {pilot} --again --why TEXT"] if stale else []
    following = f"pilotlab log {pilot}" if frozen else f"pilotlab freeze {pilot}"
    text = [
        assignment_text(assignment),
        *draw_lines(draws, new=new),
        *edit_lines(stands),
        *foot,
        next_line(following),
    ]
    show("\n".join(text), plain=plain, stored=True)


_STALE = "Teams or arms were declared anew since this draw. It stands; to draw again"


def assignment_text(assignment: Assignment) -> str:
    """Arms with their teams, the seed, and the balance table."""
    seed = f", seed {assignment.seed}" if assignment.seed is not None else ""
    how = (
        f"{assignment.method}{seed}"
        if not assignment.drawn_by
        else f"declared, drawn by {assignment.drawn_by}"
    )
    lines = [f"{assignment.pilot}: {len(assignment.teams)} teams, {how}", rule()]
    for arm in assignment.arms:
        rows = assignment.of(arm)
        names = some((row.team for row in rows), 40)
        lines += [*wrap(names, page_width(), first=f"{pad(arm, 12)}{len(rows):>4}  ")]
    lines += [
        rule(),
        *_balance(assignment.balance),
        *assignment.notes,
        *imbalance_lines(assignment),
    ]
    return "\n".join(lines)


def imbalance_lines(assignment: Assignment) -> list[str]:
    """Say how uneven the draw is among those that could have been made, and what to do about a rare one."""
    found = assignment.imbalance
    if found is None:
        return []
    compared = f"{count(found.draws)} {'possible' if found.exact else 'sampled'} draws, {plural(found.attributes, 'attribute')}"
    lines = [f"{found} ({compared})."]
    if found.rare:
        from pilotlab.design.balance import advice

        lines += wrap(advice(found), page_width())
    return lines


def _balance(rows: tuple[BalanceRow, ...]) -> list[str]:
    if not rows:
        return []
    shape = (
        Column("Balance before the start", breaks=True, least=34),
        Column("Arm", least=12),
        *(Column(head, right=True, breaks=True, least=10) for head in ("Arm mean", "Control")),
        Column("Difference, SD", right=True, breaks=True, least=16),
    )
    return [*table(shape, [_balance_cells(row) for row in rows], page_width()), rule()]


def _balance_cells(row: BalanceRow) -> tuple[str, ...]:
    difference = "-" if row.standardised_difference is None else signed(row.standardised_difference, 2)
    return row.attribute, row.arm, number(row.mean_arm, 2), number(row.mean_control, 2), difference
