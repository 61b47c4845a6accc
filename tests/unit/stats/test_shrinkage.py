"""Shrinkage against integrals written out, draws from the model, and published schools."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from pilotlab.stats.heterogeneity.shrinkage import shrink

SCHOOLS = np.array([28.39, 7.94, -2.75, 6.82, -0.64, 0.63, 18.01, 12.16])  # Rubin (1981), table 1
ERRORS = np.array([14.9, 10.2, 16.3, 11.0, 9.4, 11.4, 10.4, 17.6])


def test_means_are_the_integral_over_the_spread() -> None:
    y, s, centre = np.array([0.8, -0.1, 0.3]), np.array([0.3, 0.2, 0.5]), 0.25

    def likelihood(tau: float) -> float:
        return float(np.prod(stats.norm.pdf(y, centre, np.sqrt(s**2 + tau**2))))

    total = integrate.quad(likelihood, 0, np.inf)[0]
    for place in range(3):

        def mean_given(tau: float, place: int = place) -> float:
            pull = s[place] ** 2 / (s[place] ** 2 + tau**2)
            return float(centre + (1 - pull) * (y[place] - centre)) * likelihood(tau)

        mean = integrate.quad(mean_given, 0, np.inf)[0] / total
        assert shrink(y, s, centre).mean[place] == pytest.approx(mean, abs=2e-6)
    spread = integrate.quad(lambda t: t * likelihood(t), 0, np.inf)[0] / total
    assert shrink(y, s, centre).spread == pytest.approx(spread, rel=0.01)


def test_ends_hold_the_drawn_effects_of_the_observed_groups() -> None:
    """Quantiles of theta drawn by rejection: tau on a fine grid, then theta given tau."""
    y, s, centre, error = np.array([0.8, -0.1]), np.array([0.3, 0.2]), 0.25, 0.1
    rng = np.random.default_rng(1)
    tau = np.geomspace(1e-4, 3e3, 200_000)
    mass = np.exp(stats.norm.logpdf(y[:, None], centre, np.sqrt(s[:, None] ** 2 + tau**2)).sum(axis=0)) * tau
    drawn = rng.choice(tau, 400_000, p=mass / mass.sum())
    pull = s[:, None] ** 2 / (s[:, None] ** 2 + drawn**2)
    mu = centre + error * rng.standard_normal(len(drawn))
    theta = mu + (1 - pull) * (y[:, None] - centre) + (1 - pull) * (centre - mu)
    theta += np.sqrt(1 - pull) * s[:, None] * rng.standard_normal(pull.shape)
    found = shrink(y, s, centre, centre_error=error, level=0.9)
    assert found.low == pytest.approx(np.quantile(theta, 0.05, axis=1), abs=0.01)
    assert found.high == pytest.approx(np.quantile(theta, 0.95, axis=1), abs=0.01)


def test_rubins_schools_come_out_as_he_drew_them() -> None:
    """Gelman et al. (2013), section 5.5: medians run from about 5 (C) to about 10 (A); the pooled effect is 7.9 (4.2)."""
    found = shrink(SCHOOLS, ERRORS, 7.9, centre_error=4.2, level=0.5)
    assert found.mean[0] == found.mean.max()
    assert 10 < found.mean[0] < 13
    assert (np.diff(found.mean[np.argsort((SCHOOLS - 7.9) / ERRORS**2)]) > -1.5).all()
    assert 5 < found.spread < 9


def test_the_unit_of_the_outcome_does_not_matter() -> None:
    """Sixty groups in units of 1e-12 of a point: likelihoods beyond the largest float."""
    rng = np.random.default_rng(3)
    y, s = rng.normal(size=60), rng.uniform(0.5, 1.5, 60)
    one, small = (shrink(unit * y, unit * s, unit * 0.1, centre_error=unit * 0.2) for unit in (1.0, 1e-12))
    for name in ("mean", "low", "high"):
        assert getattr(small, name) == pytest.approx(1e-12 * getattr(one, name), rel=1e-6, abs=1e-20)
    assert small.pull == pytest.approx(one.pull)


def test_alike_groups_come_together_and_far_ones_stay() -> None:
    errors = np.array([0.2, 0.2, 0.2])
    alike, far = (
        shrink(np.array([0.31, 0.30, 0.29]), errors, 0.3),
        shrink(np.array([30.0, 0.3, -30.0]), errors, 0.3),
    )
    assert np.ptp(alike.mean) < 0.02
    assert far.mean == pytest.approx([30, 0.3, -30], abs=0.01)
    assert alike.pull.min() > far.pull.max()


def test_every_group_lies_between_itself_and_the_whole_and_nearer_the_noisier_it_is() -> None:
    found = shrink(np.array([0.6, 0.6, 0.0]), np.array([0.1, 0.4, 0.2]), 0.3)
    assert (found.mean[:2] > 0.3).all()
    assert (found.mean[:2] < 0.6).all()
    assert found.mean[1] < found.mean[0]
    assert (found.low < found.mean).all()
    assert (found.mean < found.high).all()


def test_units_shift_and_scale() -> None:
    y, s = np.array([0.5, 0.1, 0.9, 0.2]), np.array([0.2, 0.3, 0.25, 0.2])
    one, other = shrink(y, s, 0.4, centre_error=0.1), shrink(7 + 60 * y, 60 * s, 7 + 60 * 0.4, centre_error=6)
    assert other.mean == pytest.approx(7 + 60 * one.mean)
    assert other.low == pytest.approx(7 + 60 * one.low)


@pytest.mark.slow
def test_many_groups_find_their_spread() -> None:
    rng = np.random.default_rng(2)
    errors = rng.uniform(0.2, 0.6, 2_000)
    truth = 0.3 + 0.4 * rng.standard_normal(2_000)
    found = shrink(truth + errors * rng.standard_normal(2_000), errors, 0.3)
    assert found.spread == pytest.approx(0.4, abs=0.03)
    inside = ((found.low <= truth) & (truth <= found.high)).mean()
    assert inside == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize(("y", "s"), [([1.0], [1.0]), ([1.0, 2.0], [1.0, 0.0]), ([1.0, 2.0], [1.0, np.inf])])
def test_one_group_or_no_noise_is_refused(y: list[float], s: list[float]) -> None:
    with pytest.raises(ValueError, match=r"two groups|positive and finite"):
        shrink(np.array(y), np.array(s), 0.0)
