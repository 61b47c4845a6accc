"""Power of t tests, of two shares and of cluster-randomised trials, beside R.

Reference: R 4.2.2 (stats, pwr 1.3.0, clusterPower 0.7.0 cpa.normal). Power is algebra: 1e-9. R finds detectable effects with
uniroot at its default tolerance of 1.2e-4, ours are exact: 4e-5 relative. Persons an arm, closed form in both: 1e-6.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from pilotlab.stats.power.closed_form import (
    arms_variance,
    clustered_variance,
    detectable,
    proportions_size,
    t_power,
)
from tests.golden.reference import HERE

ENTRIES: list[dict[str, Any]] = json.loads((HERE / "power.json").read_text())


def _of(start: str) -> list[Any]:
    return [pytest.param(entry, id=entry["id"]) for entry in ENTRIES if entry["id"].startswith(start)]


@pytest.mark.parametrize("entry", _of("power.t."))
def test_power_of_two_samples(entry: dict[str, Any]) -> None:
    n, d = (float(part[1:]) for part in entry["id"].removeprefix("power.t.").split(".", 1))
    assert t_power(d, np.sqrt(2 / n), 2 * n - 2) == pytest.approx(entry["estimate"], rel=1e-9)


@pytest.mark.parametrize("entry", _of("mde.t."))
def test_smallest_effect_of_two_samples(entry: dict[str, Any]) -> None:
    n = int(entry["id"].removeprefix("mde.t.n"))
    assert detectable(np.sqrt(2 / n), 2 * n - 2) == pytest.approx(entry["estimate"], rel=4e-5)


@pytest.mark.parametrize("entry", _of("power.prop."))
def test_persons_for_two_shares(entry: dict[str, Any]) -> None:
    first, second = (float(part) for part in entry["id"].removeprefix("power.prop.").split("_"))
    assert proportions_size(first, second) == pytest.approx(entry["estimate"], rel=1e-6)


@pytest.mark.parametrize("entry", _of("mde.crt."))
def test_smallest_effect_between_clusters(entry: dict[str, Any]) -> None:
    J, n, icc = (entry["options"][key] for key in ("nclusters_per_arm", "nsubjects", "ICC"))
    se = np.sqrt(arms_variance(clustered_variance(1.0, icc, n), J, J))
    assert detectable(se, 2 * (J - 1)) == pytest.approx(entry["estimate"], rel=4e-5)


def test_every_entry_is_asked() -> None:
    starts = ("power.t.", "mde.t.", "power.prop.", "mde.crt.")
    assert all(entry["id"].startswith(starts) for entry in ENTRIES)
    assert len(ENTRIES) == 28
