"""The wild bootstrap against its definition: samples made, regressions run, one by one."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from pilotlab.stats.regression.ols import ols
from pilotlab.stats.variance.cluster import cr1
from pilotlab.stats.variance.wild import wild_bootstrap
from pilotlab.stats.variance.wild_result import WildResult

CLUSTERS = 7


@pytest.fixture
def sample() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(11)
    cluster = np.repeat(np.arange(CLUSTERS), [3, 4, 5, 3, 6, 4, 5])
    rows = len(cluster)
    X = np.column_stack([np.ones(rows), rng.normal(size=rows), (cluster < 3) & (rng.random(rows) < 0.7)])
    y = X @ [1.0, 2.0, 0.8] + rng.normal(size=CLUSTERS)[cluster] + rng.normal(size=rows)
    return {"X": X.astype(float), "y": y, "cluster": cluster, "w": rng.uniform(0.5, 3, rows)}


def _t(X: np.ndarray, y: np.ndarray, cluster: np.ndarray, w: np.ndarray | None, null: float) -> float:
    fit = ols(X, y, w)
    found = cr1(fit.scores, cluster, fit.bread, n_obs=len(y), n_params=X.shape[1])
    return float((fit.coef[2] - null) / np.sqrt(found.variance[2, 2]))


def _restricted(X: np.ndarray, y: np.ndarray, w: np.ndarray | None, null: float) -> np.ndarray:
    fit = ols(X[:, :2], y - null * X[:, 2], w)
    return np.asarray(X[:, :2] @ fit.coef + null * X[:, 2])


def _by_definition(
    sample: dict[str, np.ndarray], w: np.ndarray | None, null: float, signs: np.ndarray
) -> np.ndarray:
    X, y, cluster = sample["X"], sample["y"], sample["cluster"]
    fitted = _restricted(X, y, w, null)
    return np.array([_t(X, fitted + v[cluster] * (y - fitted), cluster, w, null) for v in signs])


def _bootstrap(sample: dict[str, np.ndarray], **more: object) -> WildResult:
    fit = ols(sample["X"], sample["y"], more.get("weights"))  # type: ignore[arg-type]
    (found,) = wild_bootstrap(
        sample["X"],
        fit.residuals,
        sample["cluster"],
        np.eye(1, 3, 2),
        fit.coef[2:],
        **more,  # type: ignore[arg-type]
    )
    return found


SIGNS = np.array(list(product((1.0, -1.0), repeat=CLUSTERS)))


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("null", [0.0, 0.5, -1.0, 2.5])
def test_every_sign_pattern_is_a_regression(
    sample: dict[str, np.ndarray], weighted: bool, null: float
) -> None:
    w = sample["w"] if weighted else None
    found = _bootstrap(sample, weights=w)
    drawn = _by_definition(sample, w, null, SIGNS)
    observed = _t(sample["X"], sample["y"], sample["cluster"], w, null)
    assert found.exact
    assert found.n_draws == 2**CLUSTERS
    assert found.p_at(null) == np.mean(np.abs(drawn) >= abs(observed) * (1 - 1e-9))
    assert found.p_at(null, "upper") == np.mean(drawn >= observed - 1e-9)
    assert found.p_at(null, "lower") == np.mean(drawn <= observed + 1e-9)


def test_without_the_null_imposed(sample: dict[str, np.ndarray]) -> None:
    X, y, cluster = sample["X"], sample["y"], sample["cluster"]
    fit = ols(X, y)
    drawn = np.array(
        [_t(X, X @ fit.coef + v[cluster] * fit.residuals, cluster, None, fit.coef[2]) for v in SIGNS]
    )
    found = _bootstrap(sample, impose_null=False)
    for null in (0.0, 0.9):
        assert found.p_at(null) == np.mean(np.abs(drawn) >= abs(_t(X, y, cluster, None, null)) * (1 - 1e-9))
    low, high = found.interval(0.1)
    assert low + high == pytest.approx(2 * fit.coef[2])  # symmetric: one distribution for every null
    assert found.p_min == 0


@pytest.mark.parametrize("null", [0.0, 0.7])
def test_jackknifed_scores_are_predictions_without_the_own_cluster(
    sample: dict[str, np.ndarray], null: float
) -> None:
    X, y, cluster = sample["X"], sample["y"], sample["cluster"]
    fitted = _restricted(X, y, None, null)
    apart = np.empty(len(y))
    for g in range(CLUSTERS):
        own = cluster == g
        fit = ols(X[~own, :2], (y - null * X[:, 2])[~own])
        apart[own] = (y - null * X[:, 2] - X[:, :2] @ fit.coef)[own]
    drawn = np.array([_t(X, fitted + v[cluster] * apart, cluster, None, null) for v in SIGNS])
    observed = _t(X, y, cluster, None, null)
    assert _bootstrap(sample, jackknifed=True).p_at(null) == np.mean(np.abs(drawn) >= abs(observed))


@pytest.mark.parametrize(
    ("draws", "moments"),
    [
        ("rademacher", (0, 1, 0, 1)),
        ("webb", (0, 1, 0, 7 / 6)),
        ("mammen", (0, 1, 1, 2)),
        ("normal", (0, 1, 0, 3)),
    ],
)
def test_draws_have_the_moments_they_are_known_for(draws: str, moments: tuple[float, ...]) -> None:
    """Roodman et al. (2019), table 1. With the estimate's own scores apart, the numerators are the draws themselves."""
    X = np.eye(2).repeat([1, 39], axis=0)
    y = np.concatenate([[0.0], np.linspace(-1, 1, 39)])
    fit = ols(X, y)
    contrast = np.array([[-1.0, 1.0]])
    (found,) = wild_bootstrap(
        X,
        fit.residuals,
        np.arange(40),
        contrast,
        contrast @ fit.coef,
        draws=draws,  # type: ignore[arg-type]
        impose_null=False,
        reps=40_000,
    )
    scores = fit.residuals[1:] / 39
    standard = found.parts[0] / np.sqrt(np.sum(scores**2))
    kurtosis = 3 + (moments[3] - 3) * np.sum(scores**4) / np.sum(scores**2) ** 2
    assert [np.mean(standard**k) for k in (1, 2)] == pytest.approx(moments[:2], abs=0.02)
    assert np.mean(standard**4) == pytest.approx(kurtosis, abs=0.12)


@pytest.mark.parametrize("draws", ["rademacher", "webb", "mammen", "normal"])
@pytest.mark.parametrize("impose_null", [True, False])
def test_interval_inverts_the_test(sample: dict[str, np.ndarray], draws: str, impose_null: bool) -> None:
    found = _bootstrap(sample, draws=draws, impose_null=impose_null, reps=999)
    for alpha in (0.05, 0.1, 0.4):
        low, high = found.interval(alpha)
        assert low < found.att < high
        if found.p_min > alpha:  # Mammen's points are often alike in seven clusters
            assert (low, high) == (-np.inf, np.inf)
            continue
        for end, inward in ((low, 1e-6), (high, -1e-6)):
            assert found.p_at(end + inward) > alpha
            assert found.p_at(end - inward) <= alpha
        assert found.p_at(found.bound("lower", alpha) + 1e-6, "upper") > alpha
        assert found.p_at(found.bound("lower", alpha) - 1e-6, "upper") <= alpha
        assert found.p_at(found.bound("upper", alpha) - 1e-6, "lower") > alpha
        assert found.p_at(found.bound("upper", alpha) + 1e-6, "lower") <= alpha


def test_many_levels_are_the_levels_one_by_one(sample: dict[str, np.ndarray]) -> None:
    found = _bootstrap(sample)
    levels = [0.02, 0.05, 0.3, 0.5, 0.9]
    assert found.intervals(levels).tolist() == [list(found.interval(level)) for level in levels]
    for side in ("lower", "upper"):
        assert found.bounds(side, levels).tolist() == [found.bound(side, level) for level in levels]


def test_no_interval_where_signs_are_few() -> None:
    """Five clusters have 32 patterns, two of which always tie: p never falls below 1/16."""
    X = np.ones((5, 1))
    y = np.array([3.0, 3.1, 2.9, 3.2, 2.8])
    fit = ols(X, y)
    (found,) = wild_bootstrap(X, fit.residuals, np.arange(5), np.eye(1), fit.coef)
    assert found.p_two_sided == found.p_min == 2 / 32
    assert found.interval(0.05) == (-np.inf, np.inf)
    assert np.isfinite(found.interval(0.07)).all()
    assert found.bound("lower", 0.05) > 0  # one of 32 is below 5 %


def test_one_mean_is_the_sign_test_of_its_clusters() -> None:
    """Of one mean under the null imposed, signs turned round are the randomisation test of pairs."""
    values = np.array([1.2, -0.3, 0.8, 2.0, 0.4, -0.9, 1.1, 0.6])
    X = np.ones((8, 1))
    fit = ols(X, values)
    (found,) = wild_bootstrap(X, fit.residuals, np.arange(8), np.eye(1), fit.coef)
    sums = np.array(list(product((1.0, -1.0), repeat=8))) @ values
    assert found.p_two_sided == np.mean(np.abs(sums) >= abs(values.sum()) - 1e-9)


def test_ties_at_zero_are_inside_the_interval() -> None:
    """Six of eight clusters say +1: at no effect many patterns tie, a hair beside it they do not."""
    values = np.array([1.0, 1, 1, 1, 1, 1, -1, -1])
    for sign in (1, -1):
        fit = ols(np.ones((8, 1)), sign * values)
        (found,) = wild_bootstrap(np.ones((8, 1)), fit.residuals, np.arange(8), np.eye(1), fit.coef)
        assert found.p_two_sided == 74 / 256  # |sum| of 4, 6 or 8
        assert found.p_at(-1e-6 * sign) < 74 / 256
        for alpha in (0.1, 0.2, 0.25, 74 / 256, 0.29, 0.35):
            low, high = found.interval(alpha)
            assert (low <= 0 <= high) == (found.p_two_sided > alpha)
            bound = found.bound("lower" if sign > 0 else "upper", alpha)
            assert (sign * bound <= 0) == (found.p_at(0.0, "upper" if sign > 0 else "lower") > alpha)


@pytest.mark.parametrize("side", [1, -1])
def test_zero_is_inside_even_where_draws_count_for_a_moment_only(side: int) -> None:
    """Draws whose t peaks at the observed one, between two looks: p of 0 is 1, so that the hull must reach 0."""
    at, steep = 1.06 * side, 1e4
    draw = np.array([0.0, 1.0, steep * at**2 + 0.5, -steep * at, steep])
    found = WildResult(att=at, spread=1.0, parts=np.tile(draw[:, None], 20), made=0, least=0)
    assert found.p_two_sided == 1
    assert found.p_at(0.02) == found.p_at(-0.02) == 0
    low, high = found.interval()
    assert low <= 0 <= high


def test_signs_are_gone_through_up_to_13_clusters() -> None:
    rng = np.random.default_rng(0)
    for clusters, exact in ((13, True), (14, False)):
        X = np.ones((clusters, 1))
        fit = ols(X, rng.normal(size=clusters))
        (found,) = wild_bootstrap(X, fit.residuals, np.arange(clusters), np.eye(1), fit.coef, reps=199)
        assert found.exact is exact
        assert found.n_draws == (8192 if exact else 200)
        assert found.p_min == (2 / 8192 if exact else pytest.approx(1 / 200, abs=1 / 200))


def test_the_sample_that_was_made_counts_beside_sampled_ones() -> None:
    """Nineteen draws whose t is 0: beside an estimate of 5 only the observed one is as far out, 1 of 20."""
    parts = np.tile(np.array([0.0, 0.0, 1.0, 0.0, 0.0])[:, None], 19)
    found = WildResult(att=5.0, spread=1.0, parts=parts, made=1, least=1)
    assert [found.p_at(0.0, tail) for tail in ("two-sided", "upper")] == [1 / 20, 1 / 20]
    assert found.p_at(0.0, "lower") == found.p_at(5.0) == 1
    assert found.p_min == 1 / 20


def test_sampled_signs_come_close_to_all_of_them(sample: dict[str, np.ndarray]) -> None:
    whole = _bootstrap(sample)
    fit = ols(sample["X"], sample["y"])
    from pilotlab.stats.variance import wild

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wild, "MOST_ENUMERATED", 2)
        patch.setattr(wild, "BLOCK", 50_000)  # several blocks
        (drawn,) = wild_bootstrap(
            sample["X"], fit.residuals, sample["cluster"], np.eye(1, 3, 2), fit.coef[2:], reps=40_000
        )
    assert not drawn.exact
    assert drawn.n_draws == 40_001
    assert drawn.p_two_sided == pytest.approx(whole.p_two_sided, abs=0.01)
    assert drawn.p_min == pytest.approx(2 / 2**CLUSTERS, abs=0.002)


def test_the_same_seed_gives_the_same_answer(sample: dict[str, np.ndarray]) -> None:
    one, two, other = (_bootstrap(sample, draws="webb", reps=499, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.parts, two.parts)
    assert not np.array_equal(one.parts, other.parts)


def test_absorbed_effects_are_the_dummies(sample: dict[str, np.ndarray]) -> None:
    unit = np.unique(sample["cluster"] * 2 + np.arange(30) % 2, return_inverse=True)[1]
    dummies = (unit[:, None] == np.arange(unit.max() + 1)).astype(float)
    slopes = sample["X"][:, 1:]
    for w in (None, sample["w"]):
        fit = ols(np.hstack([slopes, dummies]), sample["y"], w)
        values = fit.coef[1:2]
        short = wild_bootstrap(
            slopes, fit.residuals, sample["cluster"], np.eye(1, 2, 1), values, weights=w, absorbed=unit
        )[0]
        full = wild_bootstrap(
            fit.X, fit.residuals, sample["cluster"], np.eye(1, fit.n_params, 1), values, weights=w
        )[0]
        assert short.parts == pytest.approx(full.parts, rel=1e-7, abs=1e-9)
        assert short.p_two_sided == full.p_two_sided


def test_no_noise_at_all() -> None:
    X = np.column_stack([np.ones(8), np.arange(8) < 4]).astype(float)
    (found,) = wild_bootstrap(X, np.zeros(8), np.arange(8), np.eye(1, 2, 1), np.array([2.0]))
    assert found.p_two_sided == found.p_min == 2 / 256
    assert found.interval() == pytest.approx((2.0, 2.0))


def test_bad_input(sample: dict[str, np.ndarray]) -> None:
    with pytest.raises(ValueError, match="one of: rademacher, webb, mammen, normal"):
        _bootstrap(sample, draws="coin")
    with pytest.raises(ValueError, match="one cluster"):
        wild_bootstrap(np.ones((3, 1)), np.zeros(3), np.zeros(3, dtype=int), np.eye(1), np.zeros(1))
    with pytest.raises(ValueError, match="zero on every row"):
        wild_bootstrap(np.zeros((3, 1)), np.zeros(3), np.arange(3), np.eye(1), np.zeros(1))
    found = _bootstrap(sample)
    with pytest.raises(ValueError, match=r"alpha 1\.5"):
        found.interval(1.5)
    with pytest.raises(ValueError, match="side 'both'"):
        found.bound("both")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="tail 'left'"):
        found.p_at(0.0, "left")  # type: ignore[arg-type]
