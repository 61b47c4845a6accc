"""Marks: one function each, plain SVG with colours as attributes (no pattern, filter, clip path or variable)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Literal

from pilotlab.readout.palette import Colour, both, fill, stroke

WIDTH = 350
FACE = "-apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"
DASHED = "4 3"  # a bar or a limit
Point = tuple[float, float]


def picture(name: str, title: str, description: str, height: float, marks: Sequence[str]) -> str:
    """Wrap marks as a picture with title and description for those who can't see it."""
    head = (
        f'<svg id="{name}" role="img" aria-labelledby="{name}-t {name}-d" viewBox="0 0 {WIDTH} {n(height)}" '
        f'width="{WIDTH}" height="{n(height)}" font-family="{FACE}" font-size="10" xmlns="http://www.w3.org/2000/svg">'
    )
    words = f'<title id="{name}-t">{escape(title)}</title>\n<desc id="{name}-d">{escape(description)}</desc>'
    return "\n".join([head, words, *marks, "</svg>"])


def line(start: Point, end: Point, colour: Colour, weight: float, *, dash: str = "") -> str:
    """Plot a straight line."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    ends = f'x1="{n(start[0])}" y1="{n(start[1])}" x2="{n(end[0])}" y2="{n(end[1])}"'
    return f'<line {stroke(colour)} stroke-width="{n(weight)}" {ends}{dashes}/>'


def zone(x: float, y: float, width: float, height: float, colour: Colour = "shade") -> str:
    """Fill a rectangle."""
    return f'<rect {fill(colour)} x="{n(x)}" y="{n(y)}" width="{n(width)}" height="{n(height)}"/>'


def text(
    at: Point,
    words: str,
    colour: Colour = "ink",
    size: float = 9.5,
    *,
    anchor: Literal["start", "middle", "end"] = "start",
    bold: bool = False,
) -> str:
    """Set words."""
    weight = ' font-weight="700"' if bold else ""
    side = "" if anchor == "start" else f' text-anchor="{anchor}"'
    where = f'x="{n(at[0])}" y="{n(at[1])}" font-size="{n(size)}"'
    return f"<text {fill(colour)} {where}{weight}{side}>{escape(words)}</text>"


def disc(at: Point, radius: float, colour: Colour = "blue") -> str:
    """Plot what is ours."""
    return _circle(at, radius, both(colour, "paper"), 1)


def ring(at: Point, radius: float, colour: Colour = "comp", weight: float = 1.3) -> str:
    """Plot what does not decide."""
    return _circle(at, radius, both("paper", colour), weight)


def diamond(at: Point, radius: float, colour: Colour = "red") -> str:
    """Plot what is broken."""
    x, y = at
    corners = [(x, y - radius), (x + radius, y), (x, y + radius), (x - radius, y)]
    return f'<path {both(colour, "paper")} stroke-width="1" d="{_track(corners)}Z"/>'


def path(points: Sequence[Point], colour: Colour, weight: float, *, dash: str = "") -> str:
    """Plot a line through points."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    look = f'{both("none", colour)} stroke-width="{n(weight)}" stroke-linejoin="round"'
    return f'<path {look} d="{_track(points)}"{dashes}/>'


def area(upper: Sequence[Point], lower: Sequence[Point], colour: Colour) -> str:
    """Fill between two lines with the same places along x."""
    return f'<path {fill(colour)} d="{_track([*upper, *reversed(lower)])}Z"/>'


def arrow_head(at: Point, direction: int, colour: Colour, weight: float = 2.0, size: float = 5.0) -> str:
    """Plot the head of an arrow that points right (+1) or left (-1)."""
    x, y = at
    back = x - direction * size
    return path([(back, y - size * 0.8), (x, y), (back, y + size * 0.8)], colour, weight)


def hatch(x: float, y: float, width: float, height: float, step: float, colour: Colour, weight: float) -> str:
    """Fill a rectangle with slanting lines, each a mark by itself, since PDF tools drop patterns."""
    strokes = []
    for offset in _steps(step, width + height):
        top = (x + offset, y) if offset <= width else (x + width, y + offset - width)
        foot = (x, y + offset) if offset <= height else (x + offset - height, y + height)
        strokes.append(f"M{n(top[0])} {n(top[1])}L{n(foot[0])} {n(foot[1])}")
    return f'<path {both("none", colour)} stroke-width="{n(weight)}" d="{"".join(strokes)}"/>'


def n(value: float) -> str:
    """Write a coordinate with one decimal at most, so that the same chart is the same bytes."""
    if not math.isfinite(value):
        raise ValueError(f"a mark can't stand at {value}")
    return (
        f"{value:.1f}".removesuffix(".0").replace("-0", "0")
        if abs(value) < 0.05
        else f"{value:.1f}".removesuffix(".0")
    )


def _circle(at: Point, radius: float, look: str, weight: float) -> str:
    return f'<circle {look} stroke-width="{n(weight)}" cx="{n(at[0])}" cy="{n(at[1])}" r="{n(radius)}"/>'


def _track(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{n(x)} {n(y)}" for x, y in points)


def _steps(step: float, end: float) -> list[float]:
    return [step * k for k in range(1, math.ceil(end / step))]
