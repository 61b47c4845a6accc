"""CR3 against its definition: every cluster left out, the regression run again."""

from __future__ import annotations

import numpy as np
import pytest

from pilotlab.stats.regression.ols import ols
from pilotlab.stats.variance.jackknife import Inestimable, jackknife


@pytest.fixture
def sample() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    cluster = np.repeat(np.arange(9), [3, 4, 5, 3, 6, 4, 5, 3, 7])
    X = np.column_stack([np.ones(40), rng.normal(size=40), rng.normal(size=9)[cluster], rng.random(40) < 0.4])
    y = X @ [1, 2, 0, 1] + rng.normal(size=9)[cluster] + rng.normal(size=40)
    return {"X": X.astype(float), "y": y, "cluster": cluster, "w": rng.uniform(0.5, 3, 40)}


def _refits(X: np.ndarray, y: np.ndarray, cluster: np.ndarray, w: np.ndarray | None) -> np.ndarray:
    left = [cluster != g for g in np.unique(cluster)]
    return np.array([ols(X[own], y[own], None if w is None else w[own]).coef for own in left])


@pytest.mark.parametrize("weighted", [False, True])
def test_is_its_definition(sample: dict[str, np.ndarray], weighted: bool) -> None:
    w = sample["w"] if weighted else None
    fit = ols(sample["X"], sample["y"], w)
    moves = _refits(sample["X"], sample["y"], sample["cluster"], w) - fit.coef
    found = jackknife(sample["X"], fit.residuals, sample["cluster"], np.eye(4), weights=w)
    assert found.moves == pytest.approx(moves, rel=1e-9)
    assert found.variance == pytest.approx(8 / 9 * moves.T @ moves, rel=1e-9)
    assert (found.n_clusters, found.df) == (9, 8)


@pytest.mark.parametrize("weighted", [False, True])
def test_absorbed_effects_are_the_dummies(sample: dict[str, np.ndarray], weighted: bool) -> None:
    """A unit's own effect leaves with its cluster, so that the refit has fewer dummies."""
    unit = np.unique(sample["cluster"] * 2 + np.arange(40) % 2, return_inverse=True)[1]
    slopes, w = sample["X"][:, [1, 3]], sample["w"] if weighted else None
    dummies = (unit[:, None] == np.arange(unit.max() + 1)).astype(float)
    fit = ols(np.hstack([slopes, dummies]), sample["y"], w)
    found = jackknife(slopes, fit.residuals, sample["cluster"], np.eye(2), weights=w, absorbed=unit)
    for g in range(9):
        own = sample["cluster"] != g
        here = np.unique(unit[own])
        again = ols(
            np.hstack([slopes[own], dummies[np.ix_(own, here)]]),
            sample["y"][own],
            None if w is None else w[own],
        )
        assert found.moves[g] == pytest.approx(again.coef[:2] - fit.coef[:2], rel=1e-7, abs=1e-9)


def test_two_clusters_are_enough_to_leave_one_out(sample: dict[str, np.ndarray]) -> None:
    halves = (sample["cluster"] > 4).astype(np.int64)
    fit = ols(sample["X"], sample["y"])
    found = jackknife(sample["X"], fit.residuals, halves, np.eye(4))
    assert found.moves == pytest.approx(_refits(sample["X"], sample["y"], halves, None) - fit.coef, rel=1e-9)


def test_one_mean_is_its_usual_variance() -> None:
    values = np.random.default_rng(0).normal(size=10)
    X = np.ones((10, 1))
    fit = ols(X, values)
    found = jackknife(X, fit.residuals, np.arange(10), np.eye(1))
    assert found.variance[0, 0] == pytest.approx(values.var(ddof=1) / 10)


def test_two_groups_in_closed_form() -> None:
    rng = np.random.default_rng(0)
    one, zero = rng.normal(size=4), rng.normal(1, 2, size=8)
    X = np.column_stack([np.ones(12), np.arange(12) < 4]).astype(float)
    fit = ols(X, np.concatenate([one, zero]))
    found = jackknife(X, fit.residuals, np.arange(12), np.eye(1, 2, 1))
    known = 11 / 12 * (np.sum((one - one.mean()) ** 2) / 9 + np.sum((zero - zero.mean()) ** 2) / 49)
    assert found.variance[0, 0] == pytest.approx(known)


def test_columns_that_empty_with_a_cluster_do_not_matter(sample: dict[str, np.ndarray]) -> None:
    """A column of cluster 2 alone: without the cluster it is gone, and the others are still estimated."""
    X = np.column_stack([sample["X"], sample["cluster"] == 2]).astype(float)
    fit = ols(X, sample["y"])
    found = jackknife(X, fit.residuals, sample["cluster"], np.eye(1, 5, 1))
    own = sample["cluster"] != 2
    again = ols(sample["X"][own], sample["y"][own])
    assert found.moves[2, 0] == pytest.approx(again.coef[1] - fit.coef[1], rel=1e-8, abs=1e-12)


def test_scale_of_columns_does_not_matter(sample: dict[str, np.ndarray]) -> None:
    fit = ols(sample["X"], sample["y"])
    plain = jackknife(sample["X"], fit.residuals, sample["cluster"], np.eye(1, 4, 1))
    wide = jackknife(sample["X"] * [1, 1, 1e7, 1e-6], fit.residuals, sample["cluster"], np.eye(1, 4, 1))
    assert wide.variance == pytest.approx(plain.variance, rel=1e-6)


def test_a_contrast_that_one_cluster_holds_alone_is_refused_and_the_cluster_named() -> None:
    X = np.column_stack([np.ones(10), np.arange(10) == 4]).astype(float)
    fit = ols(X, np.random.default_rng(1).normal(size=10))
    with pytest.raises(Inestimable, match="without cluster 4") as caught:
        jackknife(X, fit.residuals, np.arange(10), np.eye(1, 2, 1))
    assert caught.value.clusters == (4,)


def test_one_cluster_is_refused() -> None:
    with pytest.raises(ValueError, match="one cluster"):
        jackknife(np.ones((3, 1)), np.zeros(3), np.zeros(3, dtype=int), np.eye(1))
