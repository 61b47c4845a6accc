"""How much of a distance between teams is left, by formula and by simulated teams that were picked at their worst."""

from __future__ import annotations

import numpy as np
import pytest

from pilotlab.stats.power.variance_parts import VarianceParts, variance_parts
from pilotlab.stats.sensitivity.baseline_distance import retained


def parts(icc: float, phi: float) -> VarianceParts:
    return VarianceParts(
        sd=1.0, icc=icc, autocorrelation=phi, naive_autocorrelation=phi, n_teams=10, n_weeks=8
    )


def test_levels_stay_and_luck_goes() -> None:
    assert retained(parts(1.0, 0.0), range(8), range(10, 20)) == pytest.approx(1.0)
    assert retained(parts(0.0, 0.0), range(8), range(10, 20)) == pytest.approx(0.0)
    # the mean of 8 independent weeks holds an eighth of their variance
    assert retained(parts(0.2, 0.0), range(8), range(10, 20)) == pytest.approx(0.2 / (0.2 + 0.8 / 8))


def test_luck_that_lasts_goes_more_slowly() -> None:
    near = retained(parts(0.2, 0.7), range(8), range(8, 12))
    far = retained(parts(0.2, 0.7), range(8), range(30, 34))
    assert near > far
    by_hand = [[0.2 + 0.8 * 0.7 ** abs(i - j) for j in range(8)] for i in range(8)]
    across = [[0.2 + 0.8 * 0.7 ** abs(i - j) for j in range(8)] for i in range(8, 12)]
    assert near == pytest.approx(np.mean(across) / np.mean(by_hand))


@pytest.mark.parametrize("phi", [0.0, 0.7])
def test_it_foretells_what_teams_picked_at_their_worst_gain(phi: float) -> None:
    rng = np.random.default_rng(4)
    teams, weeks = 4_000, 20
    u = np.empty((teams, weeks))
    u[:, 0] = rng.normal(size=teams)
    for week in range(1, weeks):
        u[:, week] = phi * u[:, week - 1] + np.sqrt(1 - phi**2) * rng.normal(size=teams)
    y = rng.normal(0, 0.5, (teams, 1)) + u
    before, after = y[:, :8].mean(axis=1), y[:, 12:].mean(axis=1)
    worst = before < np.median(before)
    gap = before[worst].mean() - before[~worst].mean()
    gained = (after - before)[worst].mean() - (after - before)[~worst].mean()
    b = retained(variance_parts(y[:, :8]), range(8), range(12, 20))
    assert (b - 1) * gap == pytest.approx(gained, abs=0.08)


def test_an_empty_stretch_is_refused() -> None:
    with pytest.raises(ValueError, match="each stretch needs a week"):
        retained(parts(0.5, 0.0), [], [1])
