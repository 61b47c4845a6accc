"""Write instrument_linearmodels.json: two-stage least squares of linearmodels on 60 made-up teams in 20 houses.

Run with linearmodels 7.1 installed: python instrument_linearmodels.py
"""

from __future__ import annotations

import json
from pathlib import Path

import linearmodels
import numpy as np
from linearmodels.iv import IV2SLS


def main() -> None:
    rng = np.random.default_rng(20260)
    house = np.repeat(np.arange(20), 3)
    assigned = (house % 2).astype(float)
    wish = rng.normal(size=60)
    days = 1.5 + 0.8 * assigned + 0.5 * wish + rng.normal(scale=0.4, size=60)
    baseline = rng.normal(size=60)
    y = 0.6 * days + 0.7 * wish + 0.3 * baseline + rng.normal(scale=0.5, size=20)[house] + rng.normal(size=60)
    weight = rng.uniform(0.5, 2, size=60)
    exog = np.column_stack([np.ones(60), baseline])
    found = {}
    for name, w in (("plain", None), ("weighted", weight)):
        model = IV2SLS(y, exog, days, assigned, weights=w)
        clustered = model.fit(cov_type="clustered", clusters=house, debiased=True)
        robust = model.fit(cov_type="robust", debiased=True)
        first = clustered.first_stage.individual["endog"]
        found[name] = {
            "effect": float(clustered.params["endog"]),
            "se_clustered": float(clustered.std_errors["endog"]),
            "se_robust": float(robust.std_errors["endog"]),
            "on_dose": float(first.params["instruments"]),
        }
    data = {
        "house": house,
        "assigned": assigned,
        "days": days,
        "baseline": baseline,
        "y": y,
        "weight": weight,
    }
    out = {
        "software": f"linearmodels {linearmodels.__version__}",
        "data": {key: value.tolist() for key, value in data.items()},
        "found": found,
    }
    Path(__file__).with_suffix(".json").write_text(json.dumps(out, indent=1) + "\n")


if __name__ == "__main__":
    main()
