"""Draws: every assignment chance could have made, as 0/1 arrays."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray

LIMIT = 1_000_000  # designs with at most so many draws are enumerated
BLOCK = 4_000_000  # cells held at once while draws are walked through
STRIP = 65_536  # cells of sampled draws made at once: they stay near the processor


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """Admissible draws of one contrast: who could have been treated in place of who was.

    Within each stratum as many clusters are treated as were; every choice of them is equally likely. Make one with
    `complete`, `stratified`, `pairs` or `explicit`.

    References
    ----------
    Imbens & Rubin (2015), "Causal Inference for Statistics, Social, and Biomedical Sciences", chapters 4, 5, 9 and 10.

    Examples
    --------
    >>> count(Design.complete([1, 1, 1, 0, 0, 0])), count(Design.pairs([1, 0, 0, 1], ["a", "a", "b", "b"]))
    (20, 4)

    Attributes
    ----------
    z : ndarray of bool, shape (n_units,)
        The draw that was made: True where treated.
    strata : ndarray of int, shape (n_units,)
        Stratum of each unit, 0 upwards; all 0 in a complete draw.
    cluster : ndarray of int, shape (n_units,)
        Units with the same number move together; a number of its own for a unit drawn by itself.
    given : ndarray of bool, shape (n_draws, n_units), or None
        The draws themselves, where they were listed; strata and clusters are not looked at then.
    """

    z: BoolArray
    strata: IntArray
    cluster: IntArray
    given: BoolArray | None = None

    @classmethod
    def complete(cls, z: ArrayLike, *, cluster: ArrayLike | None = None) -> Design:
        """Any units could have been treated, as many as were."""
        treated = _as_bool("z", z)
        return cls.stratified(treated, np.zeros(len(treated), dtype=np.intp), cluster=cluster)

    @classmethod
    def stratified(cls, z: ArrayLike, strata: ArrayLike, *, cluster: ArrayLike | None = None) -> Design:
        """In each stratum any clusters could have been treated, as many as were.

        Raises
        ------
        ValueError
            Where a cluster lies in two strata or in both arms, or lengths differ.
        """
        treated = _as_bool("z", z)
        codes = _codes("strata", strata, len(treated))
        groups = np.arange(len(treated)) if cluster is None else _codes("cluster", cluster, len(treated))
        for name, values in (("both arms", treated), ("two strata", codes)):
            if (split := _first_split(groups, values)) is not None:
                label = split if cluster is None else np.asarray(cluster)[split]
                raise ValueError(f"cluster {label!s} lies in {name}; what was drawn together can't be split")
        return cls(treated, codes, groups)

    @classmethod
    def pairs(cls, z: ArrayLike, pair: ArrayLike, *, cluster: ArrayLike | None = None) -> Design:
        """In each pair either of the two could have been treated.

        Raises
        ------
        ValueError
            Where a pair is not one treated and one untreated unit (or cluster).
        """
        design = cls.stratified(z, pair, cluster=cluster)
        chosen, sizes = _per_stratum(design)
        if (wrong := np.flatnonzero((chosen != 1) | (sizes != 2))).size:
            first = np.asarray(pair)[np.argmax(design.strata == wrong[0])]
            raise ValueError(
                f"pair {first!s} has {chosen[wrong[0]]} treated of {sizes[wrong[0]]}; a pair is one treated and one not"
            )
        return design

    @classmethod
    def explicit(cls, z: ArrayLike, draws: ArrayLike) -> Design:
        """The draws were listed, each as likely as the next; `z` is added where the list lacks it.

        Parameters
        ----------
        draws : array_like of 0/1, shape (n_draws, n_units)

        Raises
        ------
        ValueError
            Where the shape is another, or a draw leaves an arm empty.
        """
        treated = _as_bool("z", z)
        listed = _as_bool("draws", draws, dimensions=2)
        if listed.shape[1] != len(treated):
            raise ValueError(
                f"draws has {listed.shape[1]} columns for {len(treated)} units; give draws x units"
            )
        held = listed.sum(axis=1)
        if (empty := np.flatnonzero((held == 0) | (held == len(treated)))).size:
            raise ValueError(
                f"row {empty[0]} of draws leaves an arm empty; each draw must treat some units and not others"
            )
        if not (listed == treated).all(axis=1).any():
            listed = np.vstack([treated, listed])
        none = np.zeros(len(treated), dtype=np.intp)
        return cls(treated, none, np.arange(len(treated)), listed)

    @property
    def units(self) -> int:
        """Number of units."""
        return len(self.z)

    def subset(self, kept: BoolArray, strata: IntArray | None = None) -> Design:
        """Leave units out: numbers per arm and stratum stay as observed among those kept.

        Of listed draws, which know no strata, those remain that treat as many of the kept units as were treated, in each
        stratum of `strata` where it is given.
        """
        if kept.all():
            return self
        z = self.z[kept]
        if self.given is None:
            return Design.stratified(z, self.strata[kept], cluster=self.cluster[kept])
        rest, groups = self.given[:, kept], np.zeros(len(z)) if strata is None else strata[kept]
        for group in np.unique(groups):
            inside = groups == group
            rest = rest[rest[:, inside].sum(axis=1) == z[inside].sum()]
        return Design.explicit(z, rest)


def count(design: Design) -> int:
    """Return the exact number of admissible draws, the one that was made among them."""
    if design.given is not None:
        return len(design.given)
    chosen, sizes = _per_stratum(design)
    return math.prod(math.comb(int(m), int(k)) for k, m in zip(chosen, sizes, strict=True))


def enumerate_draws(design: Design) -> BoolArray:
    """Return all admissible draws, shape (n_draws, n_units), in a fixed order.

    Raises
    ------
    ValueError
        Above 1,000,000 draws; sample them instead.
    """
    return np.concatenate(list(_enumerated_blocks(design)))


def sample_draws(design: Design, reps: int, rng: np.random.Generator) -> BoolArray:
    """Return `reps` independent draws, shape (reps, n_units); the one that was made is not added."""
    return np.concatenate(list(_sampled_blocks(design, reps, rng)))


def draw_blocks(design: Design, reps: int, seed: int) -> Iterator[BoolArray]:
    """Walk through the draws in blocks of bounded memory: all where at most `LIMIT`, else the one made and `reps` more."""
    if design.given is not None or count(design) <= LIMIT:
        yield from _enumerated_blocks(design)
        return
    yield design.z[None, :]
    yield from _sampled_blocks(design, reps, np.random.default_rng(seed))


def treated_sums(design: Design, values: FloatArray, reps: int, seed: int) -> FloatArray:
    """Sum `values` over the treated units of every draw of `draw_blocks`, in its order.

    Parameters
    ----------
    values : ndarray, shape (n_units, n_columns)

    Returns
    -------
    ndarray, shape (n_draws, n_columns)

    Notes
    -----
    Enumerated draws are never written out: the sum of a draw is the sum of its strata's sums, so that each stratum's
    choices are summed once and then combined.
    """
    if design.given is not None or count(design) > LIMIT:
        return np.concatenate([block.astype(float) @ values for block in draw_blocks(design, reps, seed)])
    sums = [_stratum_sums(choices, values) for choices in _choices(design)]
    return reduce(lambda left, right: (left[:, None] + right[None]).reshape(-1, values.shape[1]), sums)


@dataclass(frozen=True, slots=True)
class _Choices:
    """Every choice in one stratum: rows of cluster positions that are treated (or, `flipped`, that are not)."""

    units: tuple[IntArray, ...]  # by cluster position: the units in it
    rows: IntArray
    flipped: bool


def _choices(design: Design) -> list[_Choices]:
    found = []
    for stratum in range(int(design.strata.max()) + 1):
        inside = np.flatnonzero(design.strata == stratum)
        labels, first = np.unique(design.cluster[inside], return_index=True)
        treated = int(design.z[inside[first]].sum())
        units = tuple(inside[design.cluster[inside] == label] for label in labels)
        flipped = treated > len(labels) - treated  # the smaller arm has the shorter rows
        chosen = len(labels) - treated if flipped else treated
        found.append(_Choices(units, _combinations(len(labels), chosen), flipped))
    return found


def _combinations(items: int, chosen: int) -> IntArray:
    """Return all ways to choose, shape (comb(items, chosen), chosen), in lexicographic order."""
    rows = np.zeros((1, 0), dtype=np.intp)
    last = np.full(1, -1, dtype=np.intp)
    for position in range(chosen):
        following = items - chosen + position - last  # how many choices may come next, row by row
        start = np.repeat(np.cumsum(following) - following, following)
        last = np.arange(following.sum()) - start + np.repeat(last + 1, following)
        rows = np.column_stack([np.repeat(rows, following, axis=0), last])
    return rows


def _stratum_sums(choices: _Choices, values: FloatArray) -> FloatArray:
    clusters = np.array([values[units].sum(axis=0) for units in choices.units])
    sums = np.zeros((len(choices.rows), values.shape[1]))
    for column in choices.rows.T:
        sums += clusters[column]
    return clusters.sum(axis=0) - sums if choices.flipped else sums


def _enumerated_blocks(design: Design) -> Iterator[BoolArray]:
    if design.given is None and count(design) > LIMIT:
        raise ValueError(f"{count(design):,} admissible draws are too many to enumerate; sample them")
    if design.given is not None:
        yield from _split(design.given)
        return
    total, choices = count(design), _choices(design)
    step = max(1, BLOCK // design.units)
    for start in range(0, total, step):
        yield _rows(choices, np.arange(start, min(start + step, total)), design.units)


def _split(draws: BoolArray) -> Iterator[BoolArray]:
    step = max(1, BLOCK // draws.shape[1])
    return (draws[start : start + step] for start in range(0, len(draws), step))


def _rows(choices: Sequence[_Choices], index: IntArray, units: int) -> BoolArray:
    """Write out the draws with these numbers; the last stratum changes fastest."""
    draws = np.zeros((len(index), units), dtype=bool)
    for stratum in reversed(choices):
        index, own = np.divmod(index, len(stratum.rows))
        picked = np.zeros((len(own), len(stratum.units)), dtype=bool)
        np.put_along_axis(picked, stratum.rows[own], True, axis=1)
        picked ^= stratum.flipped
        for position, members in enumerate(stratum.units):
            draws[:, members] = picked[:, [position]]
    return draws


def _sampled_blocks(design: Design, reps: int, rng: np.random.Generator) -> Iterator[BoolArray]:
    if design.given is not None:
        yield from _split(design.given[rng.integers(len(design.given), size=reps)])
        return
    first, groups = _alike(design)
    step = max(1, STRIP // design.units)
    for start in range(0, reps, step):
        # One key per cluster, row by row: the same draws whatever the size of a block.
        keys = rng.random((min(step, reps - start), len(first)))
        yield _smallest_keys(keys, groups)[:, design.cluster]


def _alike(design: Design) -> tuple[IntArray, list[tuple[int, IntArray]]]:
    """Group strata of one size and number treated: (number treated, clusters as strata x size)."""
    _, first = np.unique(design.cluster, return_index=True)
    chosen, sizes = _per_stratum(design)
    order = np.argsort(design.strata[first], kind="stable")
    ends = np.cumsum(sizes)
    groups = []
    for k, m in sorted(set(zip(chosen.tolist(), sizes.tolist(), strict=True))):
        same = np.flatnonzero((chosen == k) & (sizes == m))
        groups.append((k, order[(ends[same] - m)[:, None] + np.arange(m)]))
    return first, groups


def _smallest_keys(keys: FloatArray, groups: list[tuple[int, IntArray]]) -> BoolArray:
    """Treat the k clusters with the smallest keys in each stratum."""
    drawn = np.zeros(keys.shape, dtype=bool)
    for k, clusters in groups:
        if k == 0:
            continue
        own = keys.take(clusters, axis=1)
        picked = own <= np.partition(own, k - 1, axis=-1)[..., k - 1 : k]
        if np.count_nonzero(picked) > k * picked.size // picked.shape[-1]:  # two keys alike: as good as never
            picked[:] = False
            np.put_along_axis(picked, np.argpartition(own, k - 1, axis=-1)[..., :k], True, axis=-1)
        drawn[:, clusters] = picked
    return drawn


def _per_stratum(design: Design) -> tuple[IntArray, IntArray]:
    """Return clusters treated and clusters in all, by stratum."""
    _, first = np.unique(design.cluster, return_index=True)
    strata = design.strata[first]
    return np.bincount(strata, weights=design.z[first]).astype(np.intp), np.bincount(strata)


def _first_split(groups: IntArray, values: NDArray[np.generic]) -> int | None:
    """Return a unit of the first group whose values differ, or None."""
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    differs = np.flatnonzero(values != values[first][inverse])
    return int(differs[0]) if differs.size else None


def _as_bool(name: str, values: ArrayLike, dimensions: int = 1) -> BoolArray:
    array = np.asarray(values)
    if array.ndim != dimensions or array.size == 0:
        raise ValueError(
            f"{name} has shape {array.shape}; it must have {dimensions} dimension(s) and not be empty"
        )
    if array.dtype != bool and not np.isin(array, (0, 1)).all():
        raise ValueError(f"{name} holds {array[~np.isin(array, (0, 1))].flat[0]!r}; only 0 and 1 will do")
    return array.astype(bool)


def _codes(name: str, labels: ArrayLike, units: int) -> IntArray:
    array = np.asarray(labels)
    if array.shape != (units,):
        raise ValueError(f"{name} has shape {array.shape} for {units} units")
    return np.unique(array, return_inverse=True)[1].astype(np.intp)
