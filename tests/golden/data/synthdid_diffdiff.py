"""Synthetic difference-in-differences and synthetic control of other programs, on several treated units.

Run in an environment of its own: pip install synthdid-py==0.1.0 diff-diff==3.13.0; then, from the repository's root,
PYTHONPATH=. python tests/golden/data/synthdid_diffdiff.py, which writes synthdid_diffdiff.json beside it.

Six of twenty teams start in week 11 of 16 (`tests.panels.simulate`). Refits are those of the peer for sets of
comparison units and for units drawn with replacement that are written down here, so that both programs fit the same.
"""

from __future__ import annotations

import json
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from diff_diff import SyntheticDiD
from synthdid import sc_estimate, synthdid_estimate
from synthdid.estimate import refit

from tests.panels import simulate

HERE = Path(__file__).parent
PANEL: dict[str, Any] = {"teams": 20, "treated": 6, "weeks": 16, "start": 11, "att": 1.5, "seed": 5}
BEFORE, COMPARISON, REFITS = 10, 14, 12


def main() -> None:
    """Write the peers' figures."""
    frame = simulate(**PANEL)
    wide = frame.pivot(index="team", columns="week", values="y")
    treated = (frame.groupby("team")["first_week"].first() > 0).to_numpy()
    y = np.vstack([wide[~treated], wide[treated]])
    rng = np.random.default_rng(0)
    sets = [rng.permutation(COMPARISON) for _ in range(REFITS)]  # the last six stand in for the treated
    drawn = [np.sort(rng.integers(0, len(y), len(y))) for _ in range(REFITS)]
    found: dict[str, Any] = {
        "versions": {name: version(name) for name in ("synthdid-py", "diff-diff")},
        "panel": PANEL,
        "placebo_sets": [order[-6:].tolist() for order in sets],
        "bootstrap_draws": [index.tolist() for index in drawn],
    }
    for kind, estimate in (("did", synthdid_estimate), ("control", sc_estimate)):
        fit = estimate(y, COMPARISON, BEFORE)
        found[kind] = {
            "att": float(fit),
            "jackknife_se": fit.se(method="jackknife"),
            "unit_weights": fit.weights.omega.tolist(),
            "time_weights": fit.weights.lambda_.tolist(),
            "placebos": [_refit(fit, y[:COMPARISON], order, COMPARISON - 6) for order in sets],
            "bootstrap": [_refit(fit, y, index, int((index < COMPARISON).sum())) for index in drawn],
        }
    found["diff_diff"] = _diff_diff(frame)
    (HERE / "synthdid_diffdiff.json").write_text(json.dumps(found) + "\n")


def _refit(fit: Any, y: np.ndarray, units: np.ndarray, comparison: int) -> float:
    """Fit units again with penalties kept, from the fit's weights as the peer does; synthetic control from equal weights.

    The minimum of synthetic control is all but flat, so that where its steps end depends on where they start.
    """
    start = fit.weights.copy()
    own = fit.weights.omega[units[:comparison]]
    start.omega = (
        own / own.sum() if fit.estimator == "synthdid_estimate" else np.full(comparison, 1 / comparison)
    )
    return float(refit(fit, Y=y[units], N0=comparison, T0=BEFORE, X=np.zeros((*y.shape, 0)), weights=start))


def _diff_diff(frame: Any) -> dict[str, float]:
    on = frame.assign(treated=(frame["first_week"] > 0).astype(int))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = SyntheticDiD(variance_method="jackknife", seed=1).fit(
            on, outcome="y", treatment="treated", unit="team", time="week", post_periods=list(range(11, 17))
        )
    return {"att": float(fit.att), "jackknife_se": float(fit.se)}


if __name__ == "__main__":
    main()
