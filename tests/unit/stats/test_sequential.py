"""Boundaries and anytime-valid bounds: published numbers, integrals by another road, and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from pilotlab.stats.bounds import sequential as kernel
from pilotlab.stats.bounds.sequential import (
    anytime_reach,
    boundaries,
    confidence_sequence,
    crossing,
    spent_alpha,
)

FIVE = np.arange(1, 6) / 5


@pytest.mark.parametrize(
    ("spending", "published"),
    [
        ("obrien_fleming", [4.877, 3.357, 2.680, 2.290, 2.031]),
        ("pocock", [2.438, 2.427, 2.410, 2.397, 2.386]),
    ],
)
def test_published_boundaries(spending: str, published: list[float]) -> None:
    """Five equal looks, two-sided 5 %: Lan & DeMets' functions as printed by ld98 and ldbounds; 3 decimals."""
    for alpha, sides in ((0.025, 1), (0.05, 2)):
        found = boundaries(FIVE, alpha, spending=spending, sides=sides)  # type: ignore[arg-type]
        assert found.z == pytest.approx(published, abs=6e-4)
        assert found.nominal == pytest.approx(sides * stats.norm.sf(found.z))


@pytest.mark.parametrize(
    ("looks", "pocock", "obrien_fleming"),
    [(2, 2.178, 1.977), (3, 2.289, 2.004), (4, 2.361, 2.024), (5, 2.413, 2.040), (10, 2.555, 2.087)],
)
def test_published_constants_have_their_level(looks: int, pocock: float, obrien_fleming: float) -> None:
    """Jennison & Turnbull (2000), tables 2.1 and 2.3, two-sided 5 %: constants of 3 decimals, so the level to 2e-4."""
    k = np.arange(1, looks + 1)
    assert crossing(k / looks, np.full(looks, pocock), sides=2).sum() == pytest.approx(0.05, abs=2e-4)
    falling = obrien_fleming * np.sqrt(looks / k)
    assert crossing(k / looks, falling, sides=2).sum() == pytest.approx(0.05, abs=2e-4)


def test_two_looks_are_a_double_integral() -> None:
    z1, z2, t = 2.2, 1.9, 0.4
    root = np.sqrt(1 - t)
    inner, _ = integrate.quad(
        lambda x: stats.norm.pdf(x) * stats.norm.sf((z2 - x * np.sqrt(t)) / root), -9, z1, epsabs=1e-12
    )
    assert crossing([t, 1.0], [z1, z2]) == pytest.approx([stats.norm.sf(z1), inner], abs=1e-7)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    st.lists(st.floats(0.08, 1), min_size=1, max_size=6, unique=True),
    st.sampled_from(["obrien_fleming", "pocock"]),
    st.sampled_from([0.01, 0.05, 0.1]),
    st.sampled_from([1, 2]),
)
def test_alpha_is_spent_as_planned(looks: list[float], spending: str, alpha: float, sides: int) -> None:
    fractions = np.array(sorted(looks))
    fractions = fractions[np.concatenate([[True], np.diff(fractions) > 0.02])]
    found = boundaries(fractions, alpha, spending=spending, sides=sides)  # type: ignore[arg-type]
    reached = np.cumsum(crossing(fractions, found.z, sides=sides))
    assert reached == pytest.approx(found.spent, abs=1e-6)
    assert (np.diff(found.spent, prepend=0) > 0).all()
    assert found.spent[-1] <= alpha + 1e-12


def test_one_look_is_the_plain_test_and_drift_is_power() -> None:
    assert boundaries([1.0], 0.025).z == pytest.approx([stats.norm.isf(0.025)])
    assert crossing([1.0], [1.96], drift=2.8) == pytest.approx([stats.norm.sf(1.96 - 2.8)])
    z = boundaries(FIVE, 0.025).z
    rng = np.random.default_rng(1)
    path = np.cumsum(rng.normal(3 / 5, np.sqrt(1 / 5), (100_000, 5)), axis=1) / np.sqrt(FIVE)
    assert crossing(FIVE, z, drift=3.0).sum() == pytest.approx((path >= z).any(axis=1).mean(), abs=0.005)


def test_a_look_too_early_to_spend_anything_stops_nobody() -> None:
    found = boundaries([0.005, 1.0], 0.025)
    assert found.z[0] == np.inf
    assert found.z[1] == pytest.approx(stats.norm.isf(0.025), abs=1e-6)


def test_weekly_looks_at_a_null_keep_the_level_of_anytime_bounds() -> None:
    """2,000 random walks looked at 150 times from the third value on: crossed ever in at most 5 %, planned boundaries 60 % or so without."""
    rng = np.random.default_rng(2)
    n = np.arange(1, 151)
    mean = np.cumsum(rng.normal(size=(2000, 150)), axis=1) / n
    for side, far in (("both", np.abs(mean)), ("lower", mean), ("upper", -mean)):
        reach = anytime_reach(1 / np.sqrt(n), tuned_se=0.1, side=side)  # type: ignore[arg-type]
        ever = (far > reach)[:, 2:].any(axis=1).mean()
        assert ever <= 0.05
        assert ever > 0.005
    naive = (np.abs(mean) > 1.96 / np.sqrt(n))[:, 2:].any(axis=1).mean()
    assert naive > 0.3


def test_the_boundary_is_the_mixtures() -> None:
    """Two-sided: the normal mixture of likelihood ratios is 1 / alpha there; one-sided: at least that (Ville's inequality)."""
    alpha, se = 0.05, np.array([0.5, 0.2, 0.1])
    for side, factor in (("both", 1.0), ("lower", 2.0)):
        reach = anytime_reach(se, alpha=alpha, tuned_se=0.15, side=side)  # type: ignore[arg-type]
        information = 1 / se**2
        precision = _precision(alpha, side) / 0.15**2
        for r, i in zip(reach, information, strict=True):
            value = factor * _mixture(float(r), float(i), precision, one_sided=side != "both")
            if side == "both":
                assert value == pytest.approx(1 / alpha, rel=1e-6)
            else:
                assert 1 / alpha <= value <= 1.5 / alpha


def _mixture(reach: float, information: float, precision: float, *, one_sided: bool) -> float:
    """Likelihood ratios of effects against none, averaged over a normal law of effects (or its upper half)."""

    def ratio(b: float) -> float:
        likelihood = np.exp(b * reach * information - b**2 * information / 2)
        return float(likelihood * stats.norm.pdf(b, scale=precision**-0.5))

    return float(integrate.quad(ratio, 0.0 if one_sided else -np.inf, np.inf)[0])


def _precision(alpha: float, side: str) -> float:
    return kernel._tuned(alpha, side)  # type: ignore[arg-type]


def test_it_is_tightest_where_it_was_tuned() -> None:
    for side in ("both", "lower"):
        at = float(anytime_reach(0.1, tuned_se=0.1, side=side))
        for other in (0.03, 0.07, 0.15, 0.4):
            assert at < float(anytime_reach(0.1, tuned_se=other, side=side))
    assert float(anytime_reach(0.1, tuned_se=0.1, side="upper")) < float(anytime_reach(0.1, tuned_se=0.1))
    # Waudby-Smith et al., equation (10): rho = sqrt((-2 log a + log(-2 log a + 1)) / t), close to the minimum found.
    published = 1 / (-2 * np.log(0.05) + np.log(-2 * np.log(0.05) + 1))
    assert _precision(0.05, "both") == pytest.approx(published, rel=0.1)


def test_few_teams_widen_it_as_t_does() -> None:
    wide, normal = anytime_reach([0.2, 0.1], tuned_se=0.1, df=6), anytime_reach([0.2, 0.1], tuned_se=0.1)
    assert (wide > normal).all()
    assert anytime_reach([0.2], tuned_se=0.1, df=1e8) == pytest.approx(
        anytime_reach([0.2], tuned_se=0.1), rel=1e-5
    )
    assert stats.t.sf(wide / [0.2, 0.1], 6) == pytest.approx(stats.norm.sf(normal / [0.2, 0.1]))


def test_a_stream_is_the_published_formula() -> None:
    x = np.random.default_rng(3).normal(2.0, 1.5, 60)
    lower, upper = confidence_sequence(x, alpha=0.1, tuned_at=40)
    rho2 = 1 / (_precision(0.1, "both") * 40)
    n = 25
    reach = x[:n].std(ddof=1) * np.sqrt(
        2 * (n * rho2 + 1) / (n**2 * rho2) * np.log(np.sqrt(n * rho2 + 1) / 0.1)
    )
    assert (lower[n - 1], upper[n - 1]) == pytest.approx((x[:n].mean() - reach, x[:n].mean() + reach))
    assert np.isinf([lower[0], upper[0]]).all()
    below, open_end = confidence_sequence(x, alpha=0.1, tuned_at=40, side="lower")
    assert np.isinf(open_end).all()
    assert below[-1] > lower[-1]


def test_streams_cover_at_every_look() -> None:
    rng, missed = np.random.default_rng(4), 0
    for _ in range(500):
        lower, upper = confidence_sequence(rng.exponential(1.0, 300), tuned_at=100)
        missed += ((lower[20:] > 1) | (upper[20:] < 1)).any()  # type: ignore[assignment]
    assert missed / 500 <= 0.07  # asymptotic: skewed values, from the 21st on


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: boundaries([0.5, 0.4]), "each above the one before"),
        (lambda: boundaries([0.5, 1.2]), "not above 1"),
        (lambda: boundaries([0.0, 1.0]), "above 0"),
        (lambda: boundaries([1.0], 1.5), "alpha 1.5"),
        (lambda: boundaries([1.0], sides=3), "sides 3"),
        (lambda: spent_alpha([0.5], spending="linear"), "one of: obrien_fleming, pocock"),  # type: ignore[arg-type]
        (lambda: crossing([0.5, 1.0], [2.0]), "two rows of one length"),
        (lambda: anytime_reach([0.0], tuned_se=0.1), "above 0"),
        (lambda: anytime_reach([0.1], tuned_se=0.1, side="left"), "side 'left'"),  # type: ignore[arg-type]
        (lambda: anytime_reach([0.1], tuned_se=0.1, alpha=0), "alpha 0"),
        (lambda: confidence_sequence([1.0, np.nan], tuned_at=5), "finite"),
        (lambda: confidence_sequence([1.0, 2.0], tuned_at=1), "tuned_at"),
    ],
)
def test_bad_input_is_named(call: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()
