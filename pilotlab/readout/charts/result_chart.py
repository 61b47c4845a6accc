"""The bar against the result: one interval with zero and the bar, and both arms' way from baseline to counted weeks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from pilotlab.readout.charts.marks import (
    DASHED,
    WIDTH,
    arrow_head,
    disc,
    hatch,
    line,
    path,
    picture,
    ring,
    text,
    zone,
)
from pilotlab.readout.charts.scale import Scale, around, tick_decimals, tick_step, ticks, widened
from pilotlab.readout.charts.text_width import Label, fitted, spread, width, wrapped
from pilotlab.readout.document.page_one import ArmMean, GoalResult
from pilotlab.readout.palette import Colour
from pilotlab.wording.numbers import number
from pilotlab.wording.unbroken import interval, level, with_unit

LEFT, RIGHT = 16.0, 334.0
TOP, FLOOR, LINE = 22.0, 74.0, 52.0
ARM_STEP = 19.0


def plot_result(name: str, goal: GoalResult, *, means: bool = True) -> str:
    """Plot a goal's interval against its bar; `means` adds the arms below."""
    arms = [arm for arm in goal.means if arm.change is not None] if means else []
    marks = _refused(goal) if goal.effect.estimate is None else _interval(goal)
    marks += _arms(goal, arms)
    height = 128 + ARM_STEP * len(arms) if arms else 106
    return picture(name, f"{goal.label}: the result", describe(goal), height, marks)


def describe(goal: GoalResult) -> str:
    """Say in words what the chart shows."""
    effect = goal.effect
    if effect.estimate is None:
        return f"{goal.label}: no number. {effect.reason}"
    size = with_unit(effect.estimate, goal.decimals, goal.unit)
    parts = [
        f"{goal.label}, up is good: {size}, {level(goal.level)} interval {interval(effect.low, effect.high, goal.decimals)}."
    ]
    parts += (
        [f"The bar set before the pilot was {number(goal.bar, goal.decimals)}."]
        if goal.bar is not None
        else []
    )
    parts += [f"The limit was {number(goal.limit, goal.decimals)}."] if goal.limit is not None else []
    parts += [f"{arm.label}: {_way(arm, goal)}." for arm in goal.means if arm.change is not None]
    return " ".join(parts)


def _way(arm: ArmMean, goal: GoalResult) -> str:
    ends = [number(end, goal.means_decimals) for end in (arm.baseline, arm.counted) if end is not None]
    return f"from {' to '.join(ends)} {goal.means_unit}".rstrip()


def _interval(goal: GoalResult) -> list[str]:
    scale = _scale(_values(goal))
    return [*_frame(goal, scale), *_estimate(goal, scale)]


def _values(goal: GoalResult) -> list[float]:
    effect = goal.effect
    held = [0.0, effect.estimate or 0.0, goal.bar, goal.limit]
    return [value for value in (*held, effect.low, effect.high) if value is not None and math.isfinite(value)]


def _scale(values: Iterable[float]) -> Scale:
    low, high = widened(*around(values, pad=0.18), most=5)
    return Scale(low, high, LEFT, RIGHT)


def _frame(goal: GoalResult, scale: Scale) -> list[str]:
    marks = []
    if goal.bar is not None:
        marks.append(zone(scale(goal.bar), TOP, RIGHT - scale(goal.bar), FLOOR - TOP))
    if goal.limit is not None:
        marks.append(zone(LEFT, TOP, scale(goal.limit) - LEFT, FLOOR - TOP))
    marks += _axis(scale)
    marks.append(line((scale(0), TOP), (scale(0), FLOOR), "ink", 1.2))
    marks += _references(goal, scale)
    marks.append(text((LEFT, 102), f"← {goal.worse}", "muted"))
    better = goal.unit if goal.better == "better" else f"{goal.unit} {goal.better}"
    marks.append(text((RIGHT, 102), f"{better.strip() or 'better'} →", "muted", anchor="end"))
    return marks


def _axis(scale: Scale) -> list[str]:
    decimals = tick_decimals(tick_step(scale.low, scale.high))
    marks = []
    for value in ticks(scale.low, scale.high):
        x = scale(value)
        marks.append(line((x, FLOOR), (x, FLOOR + 4), "mid", 1))
        words = number(value, decimals)
        marks.append(text((x, 89), words, "muted", fitted(words, 60, 9.5), anchor="middle"))
    return [*marks, line((LEFT, FLOOR), (RIGHT, FLOOR), "mid", 1)]


def _references(goal: GoalResult, scale: Scale) -> list[str]:
    labels = [(Label("no change", scale(0), 9.5), "ink", 0.0)]
    if goal.bar is not None:
        labels.append(
            (
                Label(f"worth it: {number(goal.bar, goal.decimals)}", scale(goal.bar), 9.5, True),
                "ink",
                goal.bar,
            )
        )
    if goal.limit is not None:
        labels.append(
            (
                Label(f"limit: {number(goal.limit, goal.decimals)}", scale(goal.limit), 9.5, True),
                "red",
                goal.limit,
            )
        )
    labels.sort(key=lambda row: row[0].at)
    centres = spread([label for label, _, _ in labels], 0, WIDTH) or [label.at for label, _, _ in labels]
    marks = []
    for centre, (label, colour, value) in zip(centres, labels, strict=True):
        tone: Colour = "red" if colour == "red" else "ink"
        if value:
            marks.append(line((scale(value), TOP), (scale(value), FLOOR), tone, 1.2, dash=DASHED))
        marks.append(text((centre, 16), label.words, tone, label.size, anchor="middle", bold=label.bold))
    return marks


def _estimate(goal: GoalResult, scale: Scale) -> list[str]:
    effect, centre = goal.effect, scale(goal.effect.estimate or 0.0)
    marks = [line((scale(effect.low), LINE), (scale(effect.high), LINE), "blue", 4.5)]
    marks += _end(effect.low, -1, goal, scale)
    marks += _end(effect.high, +1, goal, scale)
    marks.append(disc((centre, LINE), 6))
    words = number(effect.estimate or 0.0, goal.decimals)
    wide = width(words, 13, bold=True)
    left = _clear(centre - wide / 2, wide, goal, scale, toward=centre)
    left = min(max(left, 0.0), WIDTH - wide)
    marks.append(text((left + wide / 2, 42), words, "blue", 13, anchor="middle", bold=True))
    return marks


def _end(value: float, side: int, goal: GoalResult, scale: Scale) -> list[str]:
    if math.isinf(value):
        edge = RIGHT if side > 0 else LEFT
        marks = [arrow_head((edge + 4 * side, LINE), side, "blue", 2.4, 6)]
        return [*marks, text((edge + 2 * side, 67), "open", "blue", anchor="end" if side > 0 else "start")]
    x, words = scale(value), number(value, goal.decimals)
    tick = line((x, LINE - 5), (x, LINE + 5), "blue", 1.6)
    wide = width(words, 10)
    beside = x + 5 if side > 0 else x - 4 - wide
    below = x - wide / 2
    for left, y in (
        (beside, 55.5),
        (below, 67.5),
        (_clear(beside, wide, goal, scale, toward=side * math.inf), 55.5),
    ):
        if left >= 0 and left + wide <= WIDTH and not _crossed(left, wide, goal, scale):
            at = left if side > 0 else left + wide
            return [tick, text((at, y), words, "blue", 10, anchor="start" if side > 0 else "end")]
    return [
        tick,
        text((x, 67.5), words, "blue", fitted(words, 80, 10), anchor="end" if side > 0 else "start"),
    ]


def _upright(goal: GoalResult, scale: Scale) -> list[float]:
    return sorted(scale(value) for value in (0.0, goal.bar, goal.limit) if value is not None)


def _crossed(left: float, wide: float, goal: GoalResult, scale: Scale) -> bool:
    return any(left - 1.5 < at < left + wide + 1.5 for at in _upright(goal, scale))


def _clear(left: float, wide: float, goal: GoalResult, scale: Scale, *, toward: float) -> float:
    """Move words off the upright lines, to the side where `toward` lies."""
    lines = _upright(goal, scale)
    for at in lines if toward > 0 and math.isinf(toward) else reversed(lines):
        if left - 2 < at < left + wide + 2:
            left = at + 3.5 if toward >= at else at - 3.5 - wide
    return left


def _refused(goal: GoalResult) -> list[str]:
    marks = [hatch(LEFT, TOP, RIGHT - LEFT, 18, 5, "hatch", 0.8)]
    marks.append(text((LEFT, 16), "No number", "ink", 9.5, bold=True))
    lines = wrapped(goal.effect.reason or "not estimable", RIGHT - LEFT, 9.5)[:4]
    return marks + [text((LEFT, 54 + 13 * place), words, "ink") for place, words in enumerate(lines)]


def _arms(goal: GoalResult, arms: Sequence[ArmMean]) -> list[str]:
    if not arms:
        return []
    names = max(width(arm.label, 9.5) for arm in arms) + 8
    changes = max(width(_change(arm, goal), 10, bold=True) for arm in arms) + 8
    values = max(width(words, 9.5, bold=True) for arm in arms for words in _ends(arm, goal)) + 8
    low, high = around(end for arm in arms for end in (arm.baseline, arm.counted) if end is not None)
    left, right = names + values, WIDTH - changes - values
    scale = Scale(low, high, right, left) if goal.lower_is_better else Scale(low, high, left, right)
    marks = [line((0, 113), (WIDTH, 113), "rule", 0.8)]
    for place, arm in enumerate(arms):
        marks += _arm(arm, goal, scale, 130 + ARM_STEP * place)
    foot = 127 + ARM_STEP * len(arms)
    below = f"baseline → counted weeks, {goal.means_unit}".rstrip(", ")
    change = f"change, {goal.unit}" if goal.unit else "change"
    marks.append(text((WIDTH, foot), change, "muted", fitted(change, 110, 8.8), anchor="end"))
    return [
        *marks,
        text((0, foot), below, "muted", fitted(below, WIDTH - 8 - min(110, width(change, 8.8)), 8.8)),
    ]


def _arm(arm: ArmMean, goal: GoalResult, scale: Scale, y: float) -> list[str]:
    colour: Colour = "blue" if arm.pilot else "comp"
    start, end = scale(arm.baseline or 0.0), scale(arm.counted or 0.0)
    side = 1 if end >= start else -1
    before, after = _ends(arm, goal)
    marks = [text((0, y + 3.5), arm.label, "ink", 9.5), line((start, y), (end, y), colour, 2)]
    marks.append(ring((start, y), 3.2, colour, 1.4))
    if abs(end - start) > 9:
        marks.append(arrow_head((end - side, y), side, colour))
    else:
        marks.append(path([(end, y - 4), (end, y + 4)], colour, 2))
    here, there = ("end", "start") if side > 0 else ("start", "end")
    marks.append(
        text((start - 7 * side, y + 3.5), before, "muted", 9.2, anchor="end" if here == "end" else "start")
    )
    marks.append(
        text(
            (end + 5 * side, y + 3.5),
            after,
            colour,
            9.5,
            anchor="start" if there == "start" else "end",
            bold=True,
        )
    )
    return [*marks, text((WIDTH, y + 3.5), _change(arm, goal), colour, 10, anchor="end", bold=True)]


def _ends(arm: ArmMean, goal: GoalResult) -> tuple[str, str]:
    return number(arm.baseline or 0.0, goal.means_decimals), number(arm.counted or 0.0, goal.means_decimals)


def _change(arm: ArmMean, goal: GoalResult) -> str:
    return number(arm.change or 0.0, goal.means_decimals, sign=True)
