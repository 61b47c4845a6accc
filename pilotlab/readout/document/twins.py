"""The table twin of every chart: the same numbers, to be looked up."""

from __future__ import annotations

from pilotlab.readout.document.page_one import (
    Adherence,
    Effect,
    EventPoint,
    EventStudy,
    GoalResult,
    Promise,
    Promises,
    Slices,
)
from pilotlab.readout.document.page_two import Completeness, OtherAnalysis, RobustnessCard, Table
from pilotlab.spec.standard import SHARE_NEEDED
from pilotlab.wording.numbers import number
from pilotlab.wording.unbroken import interval, level, percent

NONE = "not set"


def result_table(goal: GoalResult) -> Table:
    """Arms before and after, then the effect with its bar."""
    digits = goal.means_decimals
    rows = [
        (
            f"{arm.label} ({arm.n})" if arm.n is not None else arm.label,
            _number(arm.baseline, digits),
            _number(arm.counted, digits),
            _number(arm.change, digits, sign=True),
        )
        for arm in goal.means
    ]
    words = _opened(f"{goal.unit} {goal.better}".strip())
    threshold = _threshold(goal)
    estimate, ends = _effect(goal.effect, goal.decimals)
    rows.append((f"**{words}**", threshold, f"**{estimate}**", ends))
    heads = (_opened(goal.means_unit) or goal.label, "Baseline", "Counted weeks", "Change")
    note = f"Last row: {_named(goal)}the estimate, its {level(goal.level)} interval; up is good."
    return Table(title=_result_title(goal), columns=heads, rows=tuple(rows), numeric=(1, 2, 3), note=note)


def promises_table(promises: Promises) -> Table:
    """Guardrails and watched metrics with their limits and states."""
    heads = ("Up is good", "Change", f"{level(promises.level)} interval", "Limit", "State")
    rows = tuple(_promise(row) for row in promises.rows)
    return Table(title="Promises kept", columns=heads, rows=rows, numeric=(1, 2, 3))


def event_table(study: EventStudy) -> Table:
    """Every week with both intervals."""
    words = _opened(f"{study.unit} {study.better}".strip())
    heads = ("Week of the pilot", words, "Each week alone", "All weeks together", _opened(study.n_of))
    rows = tuple(_week(point, study.decimals) for point in study.points)
    return Table(title=f"{study.label}: when it happened", columns=heads, rows=rows, numeric=(1, 2, 3, 4))


def adherence_table(adherence: Adherence) -> Table:
    """Both arms by period, then by week."""
    digits = adherence.decimals
    rows = [
        (row.label, *(_number(value, digits) for value in (row.planned, row.pilot, row.comparison, row.gap)))
        for row in adherence.periods
    ]
    for week in adherence.weeks:
        gap = None if week.pilot is None or week.comparison is None else week.pilot - week.comparison
        values = (week.planned, week.pilot, week.comparison, gap)
        rows.append(
            (
                f"Week {number(week.event_time, 0)} ({week.week})",
                *(_number(value, digits) for value in values),
            )
        )
    heads = ("Period", "Pilot, planned", "Pilot", "Comparison", "Gap")
    title = _opened(adherence.label)
    return Table(title=title, columns=heads, rows=tuple(rows), numeric=(1, 2, 3, 4))


def slices_table(slices: Slices) -> Table:
    """Every declared group; a hidden one says why."""
    rows = []
    for row in slices.rows:
        if row.hidden or row.effect.estimate is None:
            rows.append(
                (f"{row.attribute}: {row.group}", "hidden", "hidden", row.hidden or row.effect.reason)
            )
        else:
            estimate, ends = _effect(row.effect, slices.decimals, sign=True)
            rows.append((f"{row.attribute}: {row.group}", row.people, estimate, ends))
    heads = ("Group", "People", _opened(slices.unit), "Interval")
    return Table(
        title=f"For whom: {slices.label}, up is good", columns=heads, rows=tuple(rows), numeric=(1, 2, 3)
    )


def presence_table(completeness: Completeness) -> Table:
    """Share present in each week, by arm."""
    heads = ("Week", *(group.label for group in completeness.groups))
    rows = tuple(
        (week.label, *(percent(group.shares[place], needed=SHARE_NEEDED) for group in completeness.groups))
        for place, week in enumerate(completeness.weeks)
    )
    return Table(
        title="Share present in each week", columns=heads, rows=rows, numeric=tuple(range(1, len(heads)))
    )


def robustness_table(card: RobustnessCard) -> Table:
    """Every other analysis in the order of the plan, below the result itself."""
    estimate, ends = _effect(card.headline, card.decimals, sign=True)
    rows = [("**This readout**", f"**{estimate}**", ends, "")]
    rows += [(run.label, *_other(run, card.decimals)) for run in card.runs]
    heads = (
        "Analysis",
        _opened(f"{card.unit} {card.better}".strip()),
        f"{level(card.level)} interval",
        "Held",
    )
    return Table(title=f"{card.label}: other analyses", columns=heads, rows=tuple(rows), numeric=(1, 2))


def _other(run: OtherAnalysis, digits: int) -> tuple[str, str, str]:
    if run.held is None:
        return "not run", "", run.effect.reason
    said = "yes" if run.held else f"**no**{': ' if run.why else ''}{run.why}"
    if run.effect.estimate is None:
        return "hidden", "", f"{said}; {run.effect.reason}"
    return (*_effect(run.effect, digits, sign=True), said)


def _opened(words: str) -> str:
    return words[:1].upper() + words[1:]


def _result_title(goal: GoalResult) -> str:
    if goal.bar is None:
        return f"{goal.label} against the limit" if goal.limit is not None else f"{goal.label}: the result"
    return f"{goal.label} against the bar"


def _named(goal: GoalResult) -> str:
    if goal.bar is None:
        return "the limit, " if goal.limit is not None else ""
    return "the bar, "


def _threshold(goal: GoalResult) -> str:
    if goal.bar is not None:
        return f"bar {number(goal.bar, goal.decimals)}"
    return f"limit {number(goal.limit, goal.decimals)}" if goal.limit is not None else "no bar"


def _promise(row: Promise) -> tuple[str, ...]:
    limit = NONE if row.limit is None else number(row.limit, row.decimals)
    state = f"**{row.state}**" if row.broken else row.state
    if not row.shown:
        return (row.label, row.state, row.reason, limit, state)
    estimate, ends = _effect(row.effect, row.decimals, sign=True)
    return (row.label, f"{estimate} {row.unit}".strip(), ends, limit, state)


def _week(point: EventPoint, digits: int) -> tuple[str, ...]:
    left_out = ", left out" if point.phase == "blackout" else ""
    name = f"{number(point.event_time, 0)} ({point.week}{left_out})"
    together = (
        "too few"
        if point.few and point.estimate is not None
        else _ends(point.band_low, point.band_high, digits)
    )
    count = "" if point.n is None else str(point.n)
    return (
        name,
        _number(point.estimate, digits, sign=True),
        _ends(point.low, point.high, digits),
        together,
        count,
    )


def _ends(low: float | None, high: float | None, digits: int) -> str:
    return "none" if low is None or high is None else interval(low, high, digits, sign=True)


def _effect(effect: Effect, digits: int, *, sign: bool = False) -> tuple[str, str]:
    if effect.estimate is None:
        return "no number", effect.reason
    return number(effect.estimate, digits, sign=sign), interval(effect.low, effect.high, digits, sign=sign)


def _number(value: float | None, digits: int, *, sign: bool = False) -> str:
    return "none" if value is None else number(value, digits, sign=sign)
