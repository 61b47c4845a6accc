"""Suppression: hides beside every hidden cell of a table the next smallest of its rows and columns, so that no subtraction gives one away."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Place = tuple[Hashable, Hashable]  # row and column: a team and a week
Places = TypeVar("Places", bound=Place)
_ROUNDING = 1e-9
BESIDE = "it would give a hidden value away by subtraction"


def release_table(
    people: Mapping[Places, float], hidden: Iterable[Places], *, fewest: int = 0
) -> frozenset[Places]:
    """Return the cells that have to be hidden with `hidden`, those included.

    Parameters
    ----------
    people : mapping
        Row and column to how many stand behind the cell; cells that are not there are gaps, which everybody sees.
    hidden : iterable
        Cells that may not be shown for themselves.
    fewest : int
        People whom the hidden cells of a column must hold together: their sum is as good as shown.

    Notes
    -----
    A line, row or column, whose total is shown or can be worked out, gives its only hidden cell away. So every line
    holds none or at least two; the smallest shown cell goes, until all lines are safe. Totals of several lines taken
    together may still give one away: what they determine is looked for, and the smallest shown cell beside it goes too.

    Examples
    --------
    >>> people = {("api", 1): 3, ("web", 1): 8, ("ops", 1): 9}
    >>> sorted(release_table(people, [("api", 1)]))
    [('api', 1), ('web', 1)]
    """
    off = set(hidden)
    lines = _lines(people)
    _in_twos(people, lines, off, fewest)
    while told := _determined(lines, off):
        beside = {
            place for cell in told for axis in (0, 1) for place in lines[axis, cell[axis]] if place not in off
        }
        rest = beside or set(people) - off
        if not rest:
            break
        off.add(min(rest, key=lambda place: (people[place], repr(place))))
        _in_twos(people, lines, off, fewest)
    return frozenset(off)


Lines = Mapping[tuple[int, Hashable], list[Places]]


def _in_twos(people: Mapping[Places, float], lines: Lines[Places], off: set[Places], fewest: int) -> None:
    """Hide more until every line holds no hidden cell or at least two."""
    waiting = sorted(lines, key=repr)
    while waiting:
        line = waiting.pop()
        inside = [place for place in lines[line] if place in off]
        rest = [place for place in lines[line] if place not in off]
        few = line[0] == 1 and sum(people[place] for place in inside) < fewest
        if inside and rest and (len(inside) == 1 or few):
            chosen = min(rest, key=lambda place: (people[place], repr(place)))
            off.add(chosen)
            waiting += [line, (0, chosen[0]), (1, chosen[1])]


def _determined(lines: Lines[Places], off: set[Places]) -> list[Places]:
    """Hidden cells that follow from the totals of all lines of two cells and more, less what is shown."""
    import numpy as np  # panels alone come here: what logs and imports loads none

    unknown = sorted(off, key=repr)
    at = {place: number for number, place in enumerate(unknown)}
    totals = [[at[place] for place in line if place in at] for line in lines.values() if len(line) > 1]
    if not any(totals):
        return []
    known = np.zeros((len(totals), len(unknown)))
    for row, inside in enumerate(totals):
        known[row, inside] = 1.0
    _, values, right = np.linalg.svd(known, full_matrices=False)
    told = (right[values > _ROUNDING] ** 2).sum(axis=0)  # 1 where a cell lies in what the totals span
    return [place for place, share in zip(unknown, told, strict=True) if share > 1 - _ROUNDING]


def _lines(people: Mapping[Places, float]) -> dict[tuple[int, Hashable], list[Places]]:
    lines: dict[tuple[int, Hashable], list[Places]] = {}
    for place in people:
        for axis in (0, 1):
            lines.setdefault((axis, place[axis]), []).append(place)
    return lines
