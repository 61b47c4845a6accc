"""`pilotlab analyze`: every declared metric, with its interval drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pilotlab.cli.options import (
    TEXT,
    actor_option,
    format_option,
    plain_option,
    today_option,
    workspace_option,
)
from pilotlab.cli.output import next_line, page_width, rule, show, show_json, show_lines, within
from pilotlab.text.cells import csv_text
from pilotlab.text.table import Column, beside, table
from pilotlab.text.width import wrap
from pilotlab.wording import intervals
from pilotlab.wording.numbers import number, signed

if TYPE_CHECKING:
    from pilotlab.pipeline import Followed
    from pilotlab.readout.document.model import (
        Arm,
        Effect,
        GoalResult,
        LeaveOneOut,
        OtherAnalysis,
        Promise,
        Readout,
        RobustnessCard,
    )

CELLS = 30  # of the drawn interval; zero stands two thirds from the left
ZERO = 18
COLUMNS = (
    "arm",
    "role",
    "metric",
    "unit",
    "orientation",
    "att",
    "ci_low",
    "ci_high",
    "level",
    "p_value",
    "state",
    "note",
)
DRAWN = 96  # columns of a page with room for the drawn interval


@click.command()
@click.argument("pilot", type=TEXT)
@workspace_option
@actor_option
@today_option
@format_option("text", "json", "csv")
@plain_option
@click.option("--draws", is_flag=True, help="Add each estimate as measured, with its distribution (json).")
@click.option("--early", is_flag=True, help="Show goals before the planned end; needs --why.")
@click.option("--why", type=TEXT, default="", help="Reason of an early look; the readout prints it.")
def command(
    pilot: str,
    workspace: Path | None,
    actor: str | None,
    today: date,
    form: str,
    plain: bool,
    draws: bool,
    early: bool,
    why: str,
) -> None:
    """Estimate the effect of PILOT on each declared metric.

    Before the planned end guardrails are shown, and no goal: whoever looks early stops on a good week.

    \b
    Example:
      pilotlab analyze anchor-days
      pilotlab analyze anchor-days --early --why "the board asked"
    """
    from pilotlab import api

    lab = api.open_workspace(workspace, actor=actor, today=today)
    found = lab.follow(pilot, early=early, why=why)
    if form == "json":
        show_json(_with_draws(found) if draws else found.told)
    elif form == "csv":
        show_lines(_csv(found.told))
    else:
        show(analysis_text(found.readout, source=found.source), plain=plain)


def _with_draws(found: Followed) -> dict[str, Any]:
    """Put beside every result its estimate as measured, from which another level or test can be read."""
    pairs = zip(found.told["results"], found.analysis["results"], strict=True)
    rows = [{**row, "as_measured": own["estimate"]} if "estimate" in row else row for row, own in pairs]
    return {**found.told, "results": rows}


def _csv(told: Mapping[str, Any]) -> str:
    """Write a row a metric and arm, with the sign, unit and level of the page."""
    return csv_text(COLUMNS, [_csv_row(row, told["orientation"]) for row in told["results"]])


def _csv_row(row: Mapping[str, Any], orientation: str) -> list[Any]:
    head = [row["arm"], row["role"], row["metric"], row["unit"], orientation]
    estimate = row.get("estimate", {})
    if "att" not in estimate:
        return [*head, "", "", "", "", "", row.get("state", ""), row.get("hidden") or estimate["reason"]]
    low, high = estimate["ci"]
    ends = ("-inf" if low is None else low, "inf" if high is None else high)
    return [*head, estimate["att"], *ends, estimate["level"], estimate["p_value"], row.get("state", ""), ""]


def analysis_text(page: Readout, *, source: str = "") -> str:
    """The metrics of every arm, up is good, each line scaled to its own bar or limit; where it was read from comes last."""
    lines: list[str] = []
    for arm in page.arms:
        lines += [*_arm(page, arm), ""]
    said = [f"{source[:1].upper()}{source[1:]}."] if source else []
    return "\n".join([*lines[:-1], *said, next_line(f"pilotlab decide {page.pilot}")])


def _arm(page: Readout, arm: Arm) -> list[str]:
    level = arm.promises.level if arm.promises else next((goal.level for goal in arm.goals), 0.95)
    rows = [_goal(goal, level) for goal in arm.goals]
    rows += [_promise(row) for row in (arm.promises.rows if arm.promises else ())]
    drawn = page_width() >= DRAWN
    lines = [*_title(page, arm), rule(), *_table(rows, f"{intervals.level(level)} interval", drawn=drawn)]
    adherence = arm.adherence
    held = [line for card in arm.robustness for line in _held(card, named=len(arm.robustness) > 1)]
    lines += [
        rule(),
        *_foot(drawn, adherence.finding if adherence else ""),
        *(["", *held] if held else []),
        *_for_whom(arm),
    ]
    return lines


def _table(rows: Sequence[Sequence[str]], interval: str, *, drawn: bool) -> list[str]:
    """Rows in columns; a narrow page has no room for the drawn intervals, and says the same in numbers."""
    shape = [
        Column(),
        Column("Up is good", breaks=True, least=18),
        Column("Change", right=True),
        Column(interval, least=16),
        Column(f"{'worse':<{ZERO}}0{'better':>{CELLS - ZERO - 1}}"),
        Column("State", breaks=True),
    ]
    if not drawn:
        shape.pop(4)
        rows = [[*row[:4], row[5]] if len(row) == len(shape) + 1 else row for row in rows]
    return table(shape, rows, page_width(), under=[rule()], gap=1)


def _foot(drawn: bool, adherence: str) -> list[str]:
    said = ["Each line is scaled to its own bar or limit (┊)."] if drawn else []
    said += [f"Adherence: {adherence}."] if adherence else []
    return wrap(" ".join(said), page_width()) if said else []


def _for_whom(arm: Arm) -> list[str]:
    """What was found by declared group, a line a metric; the groups themselves are on the page."""
    found = [slices.finding for slices in (arm.slices, *arm.more_slices) if slices]
    lead = "For whom: "
    return [
        line
        for place, text in enumerate(found)
        for line in wrap(text, page_width(), first=" " * len(lead) if place else lead)
    ]


def _held(card: RobustnessCard, *, named: bool) -> list[str]:
    """How many other analyses agree, the range as one is left out, and those that did not hold."""
    head = f"{card.finding} other analyses." if card.counted else f"{card.finding}."
    lines = [f"{card.label}: {within(head)}" if named else head]
    if one := card.left_out:
        said = f"Leave one {one.what} out: {_range(card, one)}."
        lines = [f"{lines[0]}  {said}"] if len(lines[0]) + 2 + len(said) <= page_width() else [*lines, said]
    for run in card.failed:
        label = f"  did not hold   {within(run.label)}"
        lines.append(f"{label:<50}  {_found(run, card)}".rstrip())
    if card.not_run:
        names = ", ".join(within(run.label) for run in card.not_run)
        lines += wrap(names, page_width(), first="  not run        ")
    return [*lines, *_looked(card)]


def _looked(card: RobustnessCard) -> list[str]:
    """How many threats were looked at, and each that raised an alarm."""
    if not card.looked_at:
        return []
    found, looked = len(card.alarms), len(card.looked_at)
    head = f"What else could have made it: {looked} looked at, {f'{found} with an alarm' if found else 'no alarm'}."
    lines = [head]
    for threat in card.alarms:
        said = f"{within(threat.label)}: {within(threat.found)}"
        lines += wrap(said, page_width(), first="  alarm          ")
    return lines


def _range(card: RobustnessCard, one: LeaveOneOut) -> str:
    flips = ", and the sign flips" if one.flips else ""
    if one.low is None or one.high is None:
        return f"the range is not shown{flips or ', and the sign holds'}"
    unit = f" {card.unit}" if card.unit else ""
    return f"{number(one.low, card.decimals)} to {number(one.high, card.decimals)}{unit}{flips}"


def _found(run: OtherAnalysis, card: RobustnessCard) -> str:
    effect = run.effect
    if effect.estimate is None:
        return effect.reason
    low, high = (number(end, card.decimals) for end in (effect.low, effect.high))
    return f"{number(effect.estimate, card.decimals):>6}  ({low} to {high})"


def _title(page: Readout, arm: Arm) -> list[str]:
    name = f"{page.title}, {arm.label}" if len(page.arms) > 1 else page.title
    means = arm.goals[0].means if arm.goals else ()
    counts = [str(mean.n) for mean in means if mean.n is not None]
    units = "persons" if page.trust.completeness.unit == "person" else "teams"
    counted = f"{' against '.join(counts)} {units}" if len(counts) == 2 else ""
    return beside(name, counted, page_width())


def _goal(goal: GoalResult, level: float) -> list[str]:
    mark = goal.bar if goal.bar is not None else goal.limit
    state = goal.state if goal.level == level else f"{goal.state} ({intervals.level(goal.level)} interval)"
    return _cells("goal", _name(goal.label, goal.unit), goal.effect, goal.decimals, mark, state, filled=True)


def _name(label: str, unit: str) -> str:
    return f"{label}, {unit}" if unit else label


def _promise(row: Promise) -> list[str]:
    return _cells(
        "guardrail" if row.deciding else "watch",
        _name(row.label, row.unit),
        row.effect,
        row.decimals,
        row.limit,
        row.state,
        filled=row.deciding,
    )


def _cells(
    role: str, label: str, effect: Effect, decimals: int, mark: float | None, state: str, *, filled: bool
) -> list[str]:
    role = f"{role:<10}"
    if effect.estimate is None:
        return [role, label, ": ".join(filter(None, (state, effect.reason)))]
    interval = f"{signed(effect.low, decimals)} to {signed(effect.high, decimals)}"
    drawn = draw(effect.estimate, effect.low, effect.high, mark, filled=filled)
    return [role, label, signed(effect.estimate, decimals), interval, drawn, state]


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
