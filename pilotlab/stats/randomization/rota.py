"""Rota: every order of starts chance could have made, where units start at different times."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from pilotlab.stats.arrays import IntArray
from pilotlab.stats.randomization.draws import BLOCK, LIMIT


@dataclass(frozen=True, slots=True, eq=False)
class Rota:
    """Admissible draws of starts: within each stratum the same starts fall on other clusters, each order as likely as the next.

    References
    ----------
    Roth & Sant'Anna (2023), "Efficient Estimation for Staggered Rollout Designs", assumption 1.

    Examples
    --------
    >>> Rota.drawn([1, 1, 2, 2, 3, 3]).count
    90
    >>> Rota.drawn([1, 2, 1, 2], strata=["a", "a", "b", "b"]).count
    4

    Attributes
    ----------
    start : ndarray of int, shape (n_units,)
        Codes of the starts that were drawn.
    strata, cluster : ndarray of int, shape (n_units,)
    given : ndarray of int, shape (n_draws, n_units), or None
        The draws themselves, where they were listed.
    """

    start: IntArray
    strata: IntArray
    cluster: IntArray
    given: IntArray | None = None

    @classmethod
    def drawn(
        cls, start: ArrayLike, *, strata: ArrayLike | None = None, cluster: ArrayLike | None = None
    ) -> Rota:
        """Any clusters of a stratum could have had its starts, as many of each as had.

        Raises
        ------
        ValueError
            Where a cluster lies in two strata or starts at two times, or lengths differ.
        """
        codes = _codes("start", start, None)
        blank = np.zeros(len(codes), dtype=np.int64)
        groups = blank if strata is None else _codes("strata", strata, len(codes))
        own = np.arange(len(codes)) if cluster is None else _codes("cluster", cluster, len(codes))
        for name, values in (("starts at two times", codes), ("lies in two strata", groups)):
            _, first, inverse = np.unique(own, return_index=True, return_inverse=True)
            if (split := np.flatnonzero(values != values[first][inverse])).size:
                label = split[0] if cluster is None else np.asarray(cluster)[split[0]]
                raise ValueError(f"cluster {label!s} {name}; what was drawn together can't be split")
        return cls(codes, groups, own)

    @classmethod
    def explicit(cls, start: ArrayLike, draws: ArrayLike) -> Rota:
        """The draws were listed, each as likely as the next; the one that was made is added where the list lacks it.

        Raises
        ------
        ValueError
            Where the shape is another, or a draw holds a start that the one made does not.
        """
        known, codes = np.unique(np.asarray(start), return_inverse=True)
        listed = np.asarray(draws)
        if listed.ndim != 2 or listed.shape[1] != len(codes):
            raise ValueError(f"draws has shape {listed.shape} for {len(codes)} units; give draws x units")
        if not np.isin(listed, known).all():
            raise ValueError("draws hold a start that no unit has")
        given = np.searchsorted(known, listed).astype(np.int64)
        if not (given == codes).all(axis=1).any():
            given = np.vstack([codes, given])
        return cls(codes.astype(np.int64), np.zeros_like(codes), np.arange(len(codes)), given)

    @property
    def count(self) -> int:
        """Exact number of admissible draws, the one that was made among them."""
        if self.given is not None:
            return len(self.given)
        return math.prod(
            math.factorial(len(labels))
            // math.prod(math.factorial(k) for k in np.unique(labels, return_counts=True)[1].tolist())
            for _, labels in self._groups()
        )

    @property
    def exact(self) -> bool:
        """Whether every draw is walked through."""
        return self.given is not None or self.count <= LIMIT

    def blocks(self, reps: int, seed: int) -> Iterator[IntArray]:
        """Walk through the draws, (rows, n_units) of codes: all where at most 1,000,000, else the one made and `reps` more."""
        step = max(1, BLOCK // len(self.start))
        if self.given is not None:
            yield from (self.given[at : at + step] for at in range(0, len(self.given), step))
        elif self.exact:
            yield from self._enumerated(step)
        else:
            yield self.start[None]
            yield from self._sampled(reps, np.random.default_rng(seed), step)

    def _groups(self) -> list[tuple[IntArray, IntArray]]:
        """First unit of each cluster of a stratum, and their starts."""
        first = np.unique(self.cluster, return_index=True)[1]
        places = [first[self.strata[first] == stratum] for stratum in np.unique(self.strata)]
        return [(place, self.start[place]) for place in places]

    def _enumerated(self, step: int) -> Iterator[IntArray]:
        groups = [(place, _arrangements(labels)) for place, labels in self._groups()]
        for at in range(0, self.count, step):
            index = np.arange(at, min(at + step, self.count))
            draws = np.empty((len(index), len(self.start)), dtype=np.int64)
            for place, rows in reversed(groups):
                index, own = np.divmod(index, len(rows))
                draws[:, place] = rows[own]
            yield draws[:, self._leaders()]

    def _sampled(self, reps: int, rng: np.random.Generator, step: int) -> Iterator[IntArray]:
        for at in range(0, reps, step):
            rows = min(step, reps - at)
            # One key a unit, row by row: the same draws whatever the size of a block.
            keys = rng.random((rows, len(self.start)))
            draws = np.empty((rows, len(self.start)), dtype=np.int64)
            for place, labels in self._groups():
                draws[:, place] = np.sort(labels)[np.argsort(np.argsort(keys[:, place], axis=1), axis=1)]
            yield draws[:, self._leaders()]

    def _leaders(self) -> IntArray:
        """Each unit's first unit of its cluster."""
        return np.unique(self.cluster, return_index=True)[1][self.cluster]


def _arrangements(labels: IntArray) -> IntArray:
    """All distinct orders of labels, one a row."""
    distinct, counts = np.unique(labels, return_counts=True)
    rows = np.full((1, len(labels)), distinct[-1])
    free = np.arange(len(labels))[None]
    for label, count in zip(distinct[:-1], counts[:-1], strict=True):
        chosen = _choices(free.shape[1], int(count))
        rows, free = np.repeat(rows, len(chosen), axis=0), np.repeat(free, len(chosen), axis=0)
        picked = np.tile(chosen, (len(rows) // len(chosen), 1))
        line = np.arange(len(rows))[:, None]
        rows[line, free[line, picked]] = label
        left = np.ones(free.shape, dtype=bool)
        left[line, picked] = False
        free = free[left].reshape(len(rows), -1)
    return rows


def _choices(items: int, chosen: int) -> IntArray:
    """All ways to choose, shape (comb(items, chosen), chosen)."""
    flat = [place for each in combinations(range(items), chosen) for place in each]
    return np.array(flat, dtype=np.int64).reshape(-1, chosen)


def _codes(name: str, labels: ArrayLike, units: int | None) -> IntArray:
    array = np.asarray(labels)
    if array.ndim != 1 or not array.size or (units is not None and len(array) != units):
        raise ValueError(f"{name} has shape {array.shape}; give one value a unit")
    return np.unique(array, return_inverse=True)[1].astype(np.int64)
