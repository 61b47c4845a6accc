"""`pilotlab analyze`: every declared metric, with its interval drawn."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pilotlab.cli.options import actor_option, format_option, plain_option, today_option, workspace_option
from pilotlab.cli.output import next_line, rule, show, show_json

if TYPE_CHECKING:
    from pilotlab.readout.model import Arm, Effect, GoalResult, Promise, Readout

CELLS = 30  # of the drawn interval; zero stands two thirds from the left
ZERO = 18


@click.command()
@click.argument("pilot")
@workspace_option
@actor_option
@today_option
@format_option("text", "json", "csv")
@plain_option
def command(
    pilot: str, workspace: Path | None, actor: str | None, today: date, form: str, plain: bool
) -> None:
    """Estimate the effect of PILOT on each declared metric.

    \b
    Example:
      pilotlab analyze anchor-days
    """
    from pilotlab import api

    lab = api.open_workspace(workspace, actor=actor, today=today)
    if form == "json":
        show_json(lab.analyze(pilot).to_dict())
    elif form == "csv":
        show(lab.analyze(pilot).to_frame().to_csv(index=False).rstrip("\n"))
    else:
        show(analysis_text(lab.readout(pilot).readout), plain=plain)


def analysis_text(page: Readout) -> str:
    """The metrics of every arm, up is good, each line scaled to its own bar or limit."""
    lines: list[str] = []
    for arm in page.arms:
        lines += [*_arm(page, arm), ""]
    return "\n".join([*lines[:-1], next_line(f"pilotlab decide {page.pilot}")])


def _arm(page: Readout, arm: Arm) -> list[str]:
    head = "           Up is good         Change  95 % interval     worse        0          better  State"
    lines = [f"{page.title}, {arm.label}" if len(page.arms) > 1 else page.title, rule(), head, rule()]
    lines += [_goal(goal) for goal in arm.goals]
    lines += [_promise(row) for row in (arm.promises.rows if arm.promises else ())]
    adherence = arm.adherence
    lines += [
        rule(),
        "Each line is scaled to its own bar or limit (┊)."
        + (f" Adherence: {adherence.finding}." if adherence else ""),
    ]
    return lines


def _goal(goal: GoalResult) -> str:
    mark = goal.bar if goal.bar is not None else goal.limit
    return _line(
        "goal", f"{goal.label}, {goal.unit}", goal.effect, goal.decimals, mark, goal.state, filled=True
    )


def _promise(row: Promise) -> str:
    state = f"{row.state}: {row.reason}" if row.reason else row.state
    return _line(
        "guardrail" if row.deciding else "watch",
        f"{row.label}, {row.unit}",
        row.effect,
        row.decimals,
        row.limit,
        state,
        filled=row.deciding,
    )


def _line(
    role: str, label: str, effect: Effect, decimals: int, mark: float | None, state: str, *, filled: bool
) -> str:
    name = f"{role:<11}{label[:18]:<18}"
    if effect.estimate is None:
        return f"{name}  {state or effect.reason}"
    interval = f"{_number(effect.low, decimals)} to {_number(effect.high, decimals)}"
    drawn = draw(effect.estimate, effect.low, effect.high, mark, filled=filled)
    return f"{name}{_number(effect.estimate, decimals):>7}  {interval:<16} {drawn} {state}"


def _number(value: float, decimals: int) -> str:
    if math.isinf(value):
        return "−∞" if value < 0 else "∞"
    return f"{value:+.{decimals}f}".replace("-", "−")


def draw(estimate: float, low: float, high: float, mark: float | None, *, filled: bool) -> str:
    """Draw an interval over zero and its bar or limit, scaled so that the mark and the interval both fit."""
    ends = [abs(end) for end in (low, high, estimate, mark or 0.0) if math.isfinite(end)]
    step = max(ends) / (CELLS - ZERO - 2) or 1.0
    left, right = (_cell(end, step) for end in (low, high))
    cells = [" "] * CELLS
    for place in range(left, right + 1):
        cells[place] = "━" if filled else "─"
    cells[left], cells[right] = "├", "┤"
    if mark is not None:
        cells[_cell(mark, step)] = "┊" if cells[_cell(mark, step)] == " " else "┿"
    cells[ZERO] = "│" if cells[ZERO] == " " else "┼"
    cells[_cell(estimate, step)] = "●" if filled else "○"
    return "".join(cells)


def _cell(value: float, step: float) -> int:
    if math.isinf(value):
        return 0 if value < 0 else CELLS - 1
    return min(max(ZERO + round(value / step), 0), CELLS - 1)
