"""Suppression: hides beside every hidden cell of a table the next smallest of its rows and columns, so that no subtraction gives one away."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

Place = tuple[Hashable, Hashable]  # row and column: a team and a week
Places = TypeVar("Places", bound=Place)
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
    holds none or at least two; the smallest shown cell goes, until all lines are safe.

    Examples
    --------
    >>> people = {("api", 1): 3, ("web", 1): 8, ("ops", 1): 9}
    >>> sorted(release_table(people, [("api", 1)]))
    [('api', 1), ('web', 1)]
    """
    off = set(hidden)
    lines = _lines(people)
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
    return frozenset(off)


def _lines(people: Mapping[Places, float]) -> dict[tuple[int, Hashable], list[Places]]:
    lines: dict[tuple[int, Hashable], list[Places]] = {}
    for place in people:
        for axis in (0, 1):
            lines.setdefault((axis, place[axis]), []).append(place)
    return lines
