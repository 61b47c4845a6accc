"""Suppression: which cells of a table stay hidden, so that none can be had by subtraction.

References
----------
Hundepool et al. (2012), "Statistical Disclosure Control", chapter 4: primary and secondary suppression.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray


def suppressed(people: FloatArray, lines: Sequence[IntArray], least: int) -> tuple[BoolArray, BoolArray]:
    """Hide cells of few people, and with them the next smallest of their line.

    Parameters
    ----------
    people : ndarray, shape (cells, arms)
        How many people stand behind a cell in each arm.
    lines : sequence of ndarray
        Places of cells that add up to something that is shown: what is hidden of a line is known as a sum, so the sum
        must hold `least` people of each arm, and more than one cell.
    least : int
        Fewest people of an arm in a cell that is shown.

    Returns
    -------
    first, hidden : ndarray of bool, shape (cells,)
        Cells with too few people of their own, and all that are hidden.

    Examples
    --------
    >>> first, hidden = suppressed(np.array([[40., 38.], [12., 15.], [4., 11.]]), [np.arange(3)], 10)
    >>> first.tolist(), hidden.tolist()
    ([False, False, True], [False, True, True])
    """
    first = np.asarray((people < least).any(axis=1))
    hidden = first.copy()
    while (place := _to_hide(people, lines, hidden, least)) is not None:
        hidden[place] = True
    return first, hidden


def _to_hide(people: FloatArray, lines: Sequence[IntArray], hidden: BoolArray, least: int) -> int | None:
    """Return the smallest shown cell of the first line that gives something away; None where no line does."""
    for line in lines:
        inside = hidden[line]
        shown = line[~inside]
        alone = inside.sum() == 1 or (people[line[inside]].sum(axis=0) < least).any()
        if inside.any() and alone and len(shown):
            return int(shown[np.argmin(people[shown].min(axis=1))])
    return None
