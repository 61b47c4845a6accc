from __future__ import annotations

import numpy as np
import pytest

from pilotlab.simulate.seeds import BLOCKS, autoregressive, stream


def test_roster_stream_is_the_plain_generator_of_the_seed() -> None:
    """Seed 7 gives the 196 people of the domain page."""
    assert stream(7, "roster").random() == np.random.default_rng(7).random()


def test_every_block_and_name_has_its_own_stream() -> None:
    first = {
        (block, name): stream(7, block, name).random() for block in BLOCKS for name in ("", "one", "two")
    }
    assert len(set(first.values())) == len(first)


@pytest.mark.parametrize("rho", [0.0, 0.35, 0.9])
def test_autoregressive_noise_is_stationary(rho: float) -> None:
    noise = autoregressive(np.random.default_rng(1), 20_000, 12, rho)
    np.testing.assert_allclose(noise.std(axis=0), 1, atol=0.02)
    lags = [np.corrcoef(noise[:, week], noise[:, week + 1])[0, 1] for week in range(11)]
    np.testing.assert_allclose(lags, rho, atol=0.03)
