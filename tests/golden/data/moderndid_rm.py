"""Relative-magnitude intervals of moderndid 0.2.0, written to moderndid_rm.json: run in an environment that has it.

pip install moderndid==0.2.0 cvxpy sympy && python moderndid_rm.py
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from moderndid.didhonest import compute_conditional_cs_rm

N_PRE, GRID = 3, 801
CASES = [([0, 0, 1], 0.5), ([1 / 3, 1 / 3, 1 / 3], 1.0), ([-1, 0, 1], 0.5), ([0.2, 0.3, 0.5], 2.0)]


def main() -> None:
    rng = np.random.default_rng(3)
    root = rng.normal(size=(6, 9))
    sigma = root @ root.T / 90
    betahat = np.array([0.05, 0.10, -0.45, 0.9, 1.1, 1.3])  # the earliest step is the smallest
    found = []
    for weights, m in CASES:
        l_vec = np.array(weights, dtype=float)
        answer = compute_conditional_cs_rm(
            betahat, sigma, N_PRE, 3, l_vec=l_vec, m_bar=m, grid_points=GRID, seed=0
        )
        accepted = answer["grid"][np.asarray(answer["accept"]) == 1]
        found.append(
            {
                "betahat": betahat.tolist(),
                "sigma": sigma.tolist(),
                "n_pre": N_PRE,
                "l_vec": weights,
                "m": m,
                "low": float(accepted.min()),
                "high": float(accepted.max()),
                "step": float(answer["grid"][1] - answer["grid"][0]),
                "software": "moderndid 0.2.0",
            }
        )
    Path(__file__).with_name("moderndid_rm.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
