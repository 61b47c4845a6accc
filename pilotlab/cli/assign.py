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
from pilotlab.text.table import Column, table
from pilotlab.text.width import pad, wrap

if TYPE_CHECKING:
    from pilotlab.design.assignment import Assignment, BalanceRow


@click.command()
@click.argument("pilot", type=TEXT)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    help="Seed of the draw; else the declared one, else a fresh one, recorded.",
)
@workspace_option
@actor_option
@today_option
@format_option("text", "json")
@plain_option
def command(
    pilot: str,
    seed: int | None,
    workspace: Path | None,
    actor: str | None,
    today: date,
    form: str,
    plain: bool,
) -> None:
    """Draw the teams of PILOT to arms, or read the declared arms.

    The draw is recorded with its method, seed and balance. The same seed and teams give the same arms.

    \b
    Example:
      pilotlab assign anchor-days --seed 20260901
    """
    from pilotlab import api

    assignment = api.open_workspace(workspace, actor=actor, today=today).assign(pilot, seed=seed)
    if form == "json":
        show_json(assignment.to_dict(), stored=True)
    else:
        show(assignment_text(assignment), plain=plain, stored=True)


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
        names = ", ".join(row.team for row in rows[:40]) + (
            f" and {len(rows) - 40} more" if len(rows) > 40 else ""
        )
        lines += [*wrap(names, page_width(), first=f"{pad(arm, 12)}{len(rows):>4}  ")]
    lines += [
        rule(),
        *_balance(assignment.balance),
        *assignment.notes,
        next_line(f"pilotlab freeze {assignment.pilot}"),
    ]
    return "\n".join(lines)


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
    difference = "-" if row.standardised_difference is None else f"{row.standardised_difference:+.2f}"
    return row.attribute, row.arm, f"{row.mean_arm:.2f}", f"{row.mean_control:.2f}", difference
