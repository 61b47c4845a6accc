"""One treated state of 27, by `pl.did` alone: writes result.json beside this script."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd

import pilotlab as pl

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[2] / "tests" / "golden" / "data" / "organ_donations.csv"
COLUMNS = {"outcome": "Rate", "unit": "State", "time": "quarter", "cohort": "start"}


def read() -> pd.DataFrame:
    """Write quarters as Periods; California starts in Q3 2011."""
    states = pd.read_csv(DATA)
    states["quarter"] = pd.PeriodIndex([f"{text[2:]}Q{text[1]}" for text in states["Quarter"]], freq="Q")
    states["start"] = [
        pd.Period("2011Q3", "Q") if state == "California" else None for state in states["State"]
    ]
    return states


def main(folder: Path = HERE) -> None:
    """Ask the same question five ways."""
    states = read()
    auto = pl.did(states, **COLUMNS)
    found = {"auto": {"estimator": auto.estimator, "inference": auto.inference, "p_min": auto.p_min}}
    for rule in ("cluster", "cr2"):
        est = pl.did(states, **COLUMNS, estimator="twfe", inference=rule)
        found[rule] = _row(est) | {"df": round(est.df, 4)}
    est = pl.did(states, **COLUMNS, estimator="twfe", inference="randomization", assignment="complete")
    found["randomization"] = _row(est) | {
        "p_in_27ths": round(est.p_value * 27),
        "smallest_p": round(est.p_min, 6),
    }
    path = pl.did(
        states, **COLUMNS, estimator="event_study", inference="randomization", assignment="complete"
    ).to_frame()
    found["event_study"] = [
        {
            "event_time": int(row.event_time),
            "estimate": round(row.att, 6),
            "p_randomization": round(row.p_value, 6),
        }
        for row in path.itertuples()
    ]
    (folder / "result.json").write_text(json.dumps(found, indent=2) + "\n")


def _row(est: pl.Estimate) -> dict[str, object]:
    ends = [round(end, 6) for end in est.ci]
    return {
        "estimate": round(est.att, 6),
        "se": round(est.se, 6),
        "ci": ends,
        "p": round(est.p_value, 6),
        "first_note": est.notes[0].text,
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
