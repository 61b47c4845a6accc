"""Imputation, Sun-Abraham and Goodman-Bacon by diff-diff, on mpdta whole and with gaps; written to staggered_diffdiff.json.

Run in an environment of its own: pip install diff-diff==3.13.0; then, from the repository's root,
python tests/golden/data/staggered_diffdiff.py
"""

from __future__ import annotations

import json
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd
from diff_diff import BaconDecomposition, ImputationDiD, SunAbraham

HERE = Path(__file__).parent
COLUMNS = {"outcome": "lemp", "unit": "countyreal", "time": "year", "first_treat": "first.treat"}


def main() -> None:
    """Fit all, and write estimates with standard errors."""
    warnings.simplefilter("ignore")
    frame = pd.read_csv(HERE / "mpdta.csv")
    gone = ((frame["countyreal"] * 7 + frame["year"]) % 9 == 0) & (frame["year"] > 2003)
    found: dict[str, Any] = {"versions": {"diff-diff": version("diff-diff")}}
    for name, each in (("whole", frame), ("gaps", frame[~gone])):
        found[name] = {
            "n": len(each),
            "imputation": _imputation(each),
            "sun_abraham": _sun_abraham(each),
        }
    bacon = BaconDecomposition(weights="exact").fit(frame, **COLUMNS)
    found["whole"]["bacon"] = [
        {
            "treated": int(row.treated_group),
            "untreated": str(row.control_group),
            "att": float(row.estimate),
            "weight": float(row.weight),
        }
        for row in bacon.comparisons
    ]
    (HERE / "staggered_diffdiff.json").write_text(json.dumps(found, indent=1) + "\n")


def _imputation(frame: pd.DataFrame) -> dict[str, Any]:
    fit = ImputationDiD().fit(frame, **COLUMNS, aggregate="event_study")
    rows = {int(event): row for event, row in fit.event_study_effects.items() if event >= 0}
    return {"att": float(fit.overall_att), "se": float(fit.overall_se), "event_time": _pairs(rows)}


def _sun_abraham(frame: pd.DataFrame) -> dict[str, Any]:
    fit = SunAbraham().fit(frame, **COLUMNS)
    rows = {int(event): row for event, row in fit.event_study_effects.items() if event != -1}
    return {"att": float(fit.overall_att), "se": float(fit.overall_se), "event_time": _pairs(rows)}


def _pairs(rows: dict[int, dict[str, Any]]) -> dict[str, list[float]]:
    return {str(event): [float(row["effect"]), float(row["se"])] for event, row in sorted(rows.items())}


if __name__ == "__main__":
    main()
