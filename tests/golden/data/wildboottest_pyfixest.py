"""Wild bootstrap and CR3 of other programs, on minimum wages and teen employment by state.

Run in an environment of its own: pip install pyfixest==0.60.0 wildboottest==0.3.2; then
python tests/golden/data/wildboottest_pyfixest.py, which writes wildboottest_pyfixest.json beside it.

Ten states of mpdta keep sign patterns few: all 2^10 are gone through, so p is exact. Fixed effects are written out as
columns, for the peers' bootstrap takes no absorbed ones.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import pyfixest as pf
from wildboottest.wildboottest import WildboottestCL

HERE = Path(__file__).parent
STATES = (
    8,
    12,
    13,
    17,
    18,
    20,
    26,
    27,
    29,
    39,
)  # five raised their minimum wage, in three years, five did not
ALL = 2_000  # more than 2^10: every pattern


def main() -> None:
    """Write the peers' figures."""
    frame = pd.read_csv(HERE / "mpdta.csv")
    frame["state"] = frame["countyreal"] // 1000
    frame["D"] = ((frame["first.treat"] > 0) & (frame["year"] >= frame["first.treat"])).astype(float)
    few = frame[frame["state"].isin(STATES)]
    figures = {
        "versions": {name: version(name) for name in ("pyfixest", "wildboottest")},
        "crv3_by_county": crv3(frame, "countyreal"),
        "crv3_by_state": crv3(few, "state"),
        "wild": {
            f"{kind}, null {null:g}": wild(few, kind, null)
            for kind in ("11", "31")
            for null in (0.0, -0.1, 0.05)
        },
    }
    Path(__file__).with_suffix(".json").write_text(json.dumps(figures, indent=1) + "\n")


def crv3(frame: pd.DataFrame, cluster: str) -> dict[str, float]:
    """Two-way fixed effects with the cluster jackknife (no small-sample factor but (G-1)/G)."""
    fit = pf.feols(
        "lemp ~ D | countyreal + year", frame, vcov={"CRV3": cluster}, ssc=pf.ssc(k_adj=False, G_adj=False)
    )
    return {
        "estimate": float(fit.coef()["D"]),
        "se": float(fit.se()["D"]),
        "clusters": int(frame[cluster].nunique()),
    }


def wild(frame: pd.DataFrame, kind: str, null: float) -> float:
    """p of a null, with the null imposed and every sign pattern."""
    dummies = pd.get_dummies(frame[["countyreal", "year"]].astype(str), drop_first=True).astype(float)
    X = np.column_stack([frame["D"], np.ones(len(frame)), dummies])
    y = frame["lemp"].to_numpy() - null * frame["D"].to_numpy()
    boot = WildboottestCL(
        X=X, Y=y, cluster=frame["state"].to_numpy(), R=np.eye(1, X.shape[1])[0], B=ALL, seed=1
    )
    boot.get_scores(bootstrap_type=kind, impose_null=True, adj=False, cluster_adj=False)
    boot.get_weights(weights_type="rademacher")
    boot.get_numer()
    boot.get_denom()
    boot.get_tboot()
    boot.get_vcov()
    boot.get_tstat()
    boot.get_pvalue(pval_type="two-tailed")
    return float(np.asarray(boot.pvalue).item())


if __name__ == "__main__":
    main()
