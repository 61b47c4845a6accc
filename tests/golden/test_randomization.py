"""Randomisation inference on the eight units of "Causal Inference: The Mixtape" (Cunningham 2021, chapter 4).

Data: ri_toy of causaldata 0.1.5 (MIT), copied below. Published numbers: R 4.2.2, ri2 0.4.1, randomizr 1.0.0, all 70
draws of complete randomisation, sharp null of no effect: estimate 1, two-sided p .857142857142857, upper
.428571428571429, lower .657142857142857. They are counts of 70 draws, so ours must be equal to the last digit shown.
"""

from __future__ import annotations

import pytest

from pilotlab.stats.randomization.draws import Design
from pilotlab.stats.randomization.sharp_null import RandomizationResult, randomization_test

TREATED = [1, 1, 1, 1, 0, 0, 0, 0]
OUTCOME = [10, 5, 16, 3, 5, 7, 8, 10]  # Andy, Ben, Chad, Daniel; Edith, Frank, George, Hank


@pytest.fixture(scope="module")
def toy() -> RandomizationResult:
    return randomization_test(OUTCOME, TREATED, Design.complete(TREATED))


def test_estimate_and_p_of_the_toy(toy: RandomizationResult) -> None:
    assert toy.att == 1
    assert toy.exact
    assert toy.n_draws == 70
    assert toy.p_two_sided == pytest.approx(0.857142857142857, abs=5e-16)
    assert toy.p_upper == pytest.approx(0.428571428571429, abs=5e-16)
    assert toy.p_lower == pytest.approx(0.657142857142857, abs=5e-16)


def test_draws_of_the_toy_are_centred_with_the_published_spread(toy: RandomizationResult) -> None:
    assert toy.statistics.mean() == pytest.approx(0, abs=1e-12)
    assert toy.statistics.std(ddof=1) == pytest.approx(2.89927527176177, abs=5e-14)
