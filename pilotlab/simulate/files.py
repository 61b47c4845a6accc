"""Files of a simulated company: the tables a pilot imports, and the truth beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from pilotlab.text.cells import csv_of

LONG = ("team", "week", "metric", "value", "numerator", "denominator", "n", "gap")
TRUTH_SCHEMA = "pilotlab/truth@1"


def write_files(
    folder: Path, *, teams: pd.DataFrame, observations: pd.DataFrame, truth: Mapping[str, Any]
) -> tuple[Path, ...]:
    """Write `teams.csv`, `truth.json`, and for each week `long/<week>.csv` and `wide/<week>.csv`.

    A long file holds what came in during its week, late logs of the week before included; a wide file the values of
    its week, late or not.
    """
    written = [
        _write(teams_csv(teams), folder / "teams.csv"),
        _write(truth_json(truth), folder / "truth.json"),
    ]
    for week, rows in observations.groupby("entered"):
        written.append(_write(long_csv(rows), folder / "long" / f"{week}.csv"))
    for week, rows in observations.groupby("week"):
        written.append(_write(wide_csv(rows), folder / "wide" / f"{week}.csv"))
    return tuple(written)


def teams_csv(teams: pd.DataFrame, columns: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """Return the list of teams as CSV, alphabetical; `columns` adds columns as team to text."""
    frame = teams.sort_values("team")
    for name, values in (columns or {}).items():
        frame[name] = [values[team] for team in frame["team"]]
    return csv_of(frame)


def long_csv(observations: pd.DataFrame) -> str:
    """Return observations as a long import table; with the column `slice` where there are groups."""
    columns = [*LONG[:-1], *(["slice"] if "slice" in observations else []), LONG[-1]]
    frame = observations[columns].copy()
    frame["n"] = frame["n"].astype("Int64").mask(frame["value"].isna())
    return csv_of(frame)


def wide_csv(observations: pd.DataFrame) -> str:
    """Return observations as a wide import table: a row a team-week, a column a metric, blank where there is none."""
    frame = observations.pivot(index=["team", "week"], columns="metric", values="value").reset_index()
    return csv_of(frame)


def truth_json(truth: Mapping[str, Any]) -> str:
    """Return scenario, seed, arms and true effects as JSON."""
    return json.dumps({"schema": TRUTH_SCHEMA, **truth}, indent=2, ensure_ascii=False) + "\n"


def _write(text: str, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path
