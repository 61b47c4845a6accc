"""Minimum wages and teen employment, by `pl.did` alone: writes result.json beside this script."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd

import pilotlab as pl

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[2] / "tests" / "golden" / "data" / "mpdta.csv"
COLUMNS = {"outcome": "lemp", "unit": "countyreal", "time": "year", "cohort": "first.treat"}


def main(folder: Path = HERE) -> None:
    """Fit the static coefficient by four rules, and the event study."""
    counties = pd.read_csv(DATA)
    found: dict[str, object] = {"auto": pl.did(counties, **COLUMNS).estimator}
    for rule in ("cluster", "cr2", "hetero", "iid"):
        est = pl.did(counties, **COLUMNS, estimator="twfe", inference=rule)
        found[rule] = {
            "estimate": round(est.att, 6),
            "se": round(est.se, 6),
            "df": round(est.df, 3),
            "p": round(est.p_value, 6),
        }
    path = pl.did(counties, **COLUMNS, estimator="event_study", inference="cluster")
    found["first_note"] = path.notes[0].text
    found["event_study"] = [
        {
            "event_time": int(row.event_time),
            "estimate": round(row.att, 6),
            "se": round(row.se, 6),
            "p": round(row.p_value, 6),
        }
        for row in path.to_frame().itertuples()
    ]
    (folder / "result.json").write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
