"""Rows: how the rows of a table that share a fault are listed."""

from __future__ import annotations

from collections.abc import Collection

from pilotlab.wording import numbers
from pilotlab.wording.lists import some

EACH = 3  # rows of one fault that are told one by one
LISTED = 8


def listed(rows: Collection[int]) -> str:
    """Write rows: `4 rows: 2 to 5`, or the first of them.

    Examples
    --------
    >>> listed([5, 2, 3, 4]), listed([2, 9])
    ('4 rows: 2 to 5', '2 rows: 2, 9')
    """
    count, ordered = f"{numbers.count(len(rows))} rows", sorted(set(rows))
    if len(ordered) > 2 and ordered[-1] - ordered[0] == len(ordered) - 1:
        return f"{count}: {ordered[0]} to {ordered[-1]}"
    return f"{count}: {some(ordered, LISTED)}"
