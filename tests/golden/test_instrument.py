"""The complier effect beside linearmodels' two-stage least squares, clustered by our CR1 rule; script and version beside the data.

Both are algebra on the same numbers: 1e-8. linearmodels' robust factor is N/(N - K), clustered G/(G-1) (N-1)/(N-K).
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pilotlab.stats.regression.instrument import complier_effect
from tests.golden.reference import HERE

STORED = json.loads((HERE / "instrument_linearmodels.json").read_text())
DATA = {key: np.array(value) for key, value in STORED["data"].items()}


@pytest.mark.parametrize("name", ["plain", "weighted"])
def test_two_stage_least_squares(name: str) -> None:
    known = STORED["found"][name]
    weights = DATA["weight"] if name == "weighted" else None
    arguments: dict[str, Any] = {"others": DATA["baseline"], "weights": weights}
    found = complier_effect(DATA["y"], DATA["days"], DATA["assigned"], cluster=DATA["house"], **arguments)
    alone = complier_effect(DATA["y"], DATA["days"], DATA["assigned"], **arguments)
    assert (found.effect, found.on_dose) == pytest.approx((known["effect"], known["on_dose"]), rel=1e-8)
    assert found.se == pytest.approx(known["se_clustered"], rel=1e-8)
    # One row a cluster: G/(G-1) (N-1)/(N-K) is N/(N-K), the factor of HC1.
    assert alone.se == pytest.approx(known["se_robust"], rel=1e-8)
