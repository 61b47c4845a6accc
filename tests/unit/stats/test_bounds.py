"""Lee's and Manski's bounds: by hand, beside the published variance, and by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from pilotlab.stats.bounds.partial import Bounds, lee_bounds, manski_missing_weeks


def test_lee_by_hand() -> None:
    """Treated: 4 of 5 seen; others: 2 of 5. Half of the treated's answers stay: 1, 2 or 3, 4; others' mean is 1.5."""
    y = [1, 2, 3, 4, np.nan, 1, 2, np.nan, np.nan, np.nan]
    found = lee_bounds(y, [1] * 5 + [0] * 5, np.isfinite(y).astype(int))
    assert (found.lower, found.upper, found.share) == pytest.approx((0.0, 2.0, 0.5))


def test_the_boundary_answer_counts_in_part() -> None:
    """3 of 4 kept of two: the lowest 1.5 of (1, 3) have mean (1 + 0.5 * 3) / 1.5."""
    y = [1, 3, 2, 2, 2, np.nan]
    found = lee_bounds(y, [1, 1, 0, 0, 0, 0], [1, 1, 1, 1, 1, 0])
    assert found.lower == pytest.approx(2.5 / 1.5 - 2)
    assert found.upper == pytest.approx((3 + 0.5) / 1.5 - 2)


def _published_variance(y: np.ndarray, d: np.ndarray, s: np.ndarray) -> float:
    """Lee (2009), proposition 3, for the lower bound where the treated are seen more; per root n."""
    n, seen = len(y), s & d
    alpha0, alpha1 = s[~d].mean(), s[d].mean()
    p = 1 - alpha0 / alpha1
    cut = np.quantile(y[seen], 1 - p)
    low = y[seen & (y <= cut)]
    mean, share = low.mean(), seen.mean()
    v_p = (1 - p) ** 2 * (
        (1 - alpha0 / (1 - p)) / (d.mean() * alpha0 / (1 - p)) + (1 - alpha0) / ((1 - d.mean()) * alpha0)
    )
    v = (
        low.var() / (share * (1 - p))
        + (cut - mean) ** 2 * p / (share * (1 - p))
        + ((cut - mean) / (1 - p)) ** 2 * v_p
    )
    return float((v + y[s & ~d].var() / (s & ~d).mean()) / n)


def _sample(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    d = rng.permutation(n) < n // 2
    s = rng.random(n) < np.where(d, 0.8, 0.6)
    return rng.normal(size=n), d, s


def test_the_variance_is_the_published_one() -> None:
    y, d, s = _sample(np.random.default_rng(1), 20_000)
    found = lee_bounds(y, d, s)
    assert found.se_lower == pytest.approx(np.sqrt(_published_variance(y, d, s)), rel=5e-3)
    assert found.se_upper == pytest.approx(np.sqrt(_published_variance(-y, d, s)), rel=5e-3)


def test_standard_errors_by_simulation() -> None:
    rng, ends, se = np.random.default_rng(2), [], []
    for _ in range(400):
        found = lee_bounds(*_sample(rng, 400))
        ends.append((found.lower, found.upper))
        se.append((found.se_lower, found.se_upper))
    assert np.mean(se, axis=0) == pytest.approx(np.std(ends, axis=0), rel=0.1)


def test_whole_clusters_make_it_wider() -> None:
    rng = np.random.default_rng(3)
    cluster = np.repeat(np.arange(40), 20)
    d = cluster < 20
    y = rng.normal(size=40)[cluster] + rng.normal(size=800)
    s = rng.random(800) < np.where(d, 0.9, 0.7)
    alone, whole = lee_bounds(y, d, s), lee_bounds(y, d, s, cluster=cluster)
    assert whole.se_lower > 2 * alone.se_lower
    assert (whole.df, alone.df) == (39, np.inf)
    assert whole.lower == alone.lower


def test_more_seen_among_the_others_turns_it_round() -> None:
    y, d, s = _sample(np.random.default_rng(4), 500)
    one, two = lee_bounds(y, d, s), lee_bounds(y, ~d, s)
    assert (two.lower, two.upper) == pytest.approx((-one.upper, -one.lower))
    assert (two.se_lower, two.se_upper) == pytest.approx((one.se_upper, one.se_lower))


def test_equal_rates_give_the_difference_of_means() -> None:
    rng = np.random.default_rng(5)
    y, d, s = rng.normal(size=100), np.repeat([True, False], 50), np.tile([True, True, True, False, True], 20)
    found = lee_bounds(y, d, s)
    expected = y[d & s].mean() - y[~d & s].mean()
    assert (found.lower, found.upper, found.share) == pytest.approx((expected, expected, 0.0))


def test_the_interval_holds_the_effect_not_the_span() -> None:
    """One-sided quantile where the bounds are far apart, two-sided where they meet (Imbens & Manski 2004)."""
    far = Bounds(0.0, 100.0, 1.0, 1.0, 0.3, np.inf)
    same = Bounds(0.0, 0.0, 1.0, 1.0, 0.0, np.inf)
    assert far.interval(0.05) == pytest.approx((-stats.norm.isf(0.05), 100 + stats.norm.isf(0.05)))
    assert same.interval(0.05) == pytest.approx((-stats.norm.isf(0.025), stats.norm.isf(0.025)))
    few = Bounds(0.0, 0.0, 1.0, 1.0, 0.0, 6.0)
    assert few.interval(0.05)[1] == pytest.approx(stats.t.isf(0.025, 6))


def test_manski_by_hand_and_by_search() -> None:
    """Two units, one gap each; every filling on a grid lies inside, and the corners are the bounds."""
    y = np.array([[2.0, np.nan, 4.0, 5.0], [1.0, 3.0, np.nan, 2.0]])
    arguments = ([1, 0], [1, 1, 0, 0], [0, 0, 1, 1])
    found = manski_missing_weeks(y, *arguments, low=0, high=10)
    a, b = np.meshgrid(np.linspace(0, 10, 21), np.linspace(0, 10, 21))
    effects = (4.5 - (2 + a) / 2) - ((b + 2) / 2 - 2)
    assert (found.lower, found.upper) == pytest.approx((effects.min(), effects.max()))
    assert found.share == pytest.approx(2 / 8)


def test_without_gaps_the_bounds_meet_at_the_change() -> None:
    rng = np.random.default_rng(6)
    y, arm = rng.uniform(0, 5, (12, 6)), np.tile([1, 0], 6)
    found = manski_missing_weeks(y, arm, [1, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1], low=0, high=5)
    change = y[:, 3:].mean(axis=1) - y[:, :3].mean(axis=1)
    expected = change[arm == 1].mean() - change[arm == 0].mean()
    t = stats.ttest_ind(change[arm == 1], change[arm == 0])
    assert (found.lower, found.upper, found.df) == pytest.approx((expected, expected, 10))
    assert expected / found.se_lower == pytest.approx(t.statistic)
    assert found.interval(0.05) == pytest.approx(tuple(t.confidence_interval(0.95)))


def test_strata_weigh_by_their_units() -> None:
    rng = np.random.default_rng(7)
    y, arm, strata = rng.uniform(0, 5, (9, 4)), [1, 0, 1, 0, 0, 1, 0, 1, 0], list("aabbbcccc")
    found = manski_missing_weeks(y, arm, [1, 1, 0, 0], [0, 0, 1, 1], low=0, high=5, strata=strata)
    change, arm_, stratum = y[:, 2:].mean(axis=1) - y[:, :2].mean(axis=1), np.array(arm), np.array(strata)
    expected = sum(
        (stratum == s).mean()
        * (change[(stratum == s) & (arm_ == 1)].mean() - change[(stratum == s) & (arm_ == 0)].mean())
        for s in "abc"
    )
    assert found.lower == pytest.approx(expected)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: lee_bounds([1, 2], [1, 0], [1, 0]), "no outcome of the comparison arm was seen"),
        (lambda: lee_bounds([1, np.nan], [1, 0], [1, 1]), "missing or infinite where selected"),
        (lambda: lee_bounds([1, 2, 3], [1, 0], [1, 1]), "shapes"),
        (lambda: lee_bounds([1, 2], [1, 2], [1, 1]), "treated must be one row of 0 and 1"),
        (lambda: lee_bounds([1, 2], [1, 0], [1, 1], cluster=[1]), "cluster has shape"),
        (lambda: manski_missing_weeks([[1, 9]], [1], [1, 0], [0, 1], low=0, high=5), "hold every value"),
        (
            lambda: manski_missing_weeks([[1, 2]], [1], [1, 0], [0, 1], low=-np.inf, high=5),
            "must be finite",
        ),
        (
            lambda: manski_missing_weeks([[1, 2]], [1], [1, 0], [0, 1], low=0, high=5),
            "no unit in one of the arms",
        ),
        (lambda: manski_missing_weeks([[1, 2]], [1], [1, 1], [0, 1], low=0, high=5), "share none"),
        (lambda: manski_missing_weeks([1, 2], [1], [1, 0], [0, 1], low=0, high=5), "1 units x 2 weeks"),
        (lambda: Bounds(0, 1, 1, 1, 0, 5).interval(2), "between 0 and 1"),
        (lambda: Bounds(0, 1, 1, 1, 0, 5).interval(1), "between 0 and 1"),
    ],
)
def test_bad_input_is_named(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
