"""Data sets and reference figures of the golden tests; provenance in data/README.md."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

HERE = Path(__file__).parent / "data"
REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("PILOTLAB_DATA", REPOSITORY.parent / "shared" / "data"))

ENTRIES: dict[str, dict[str, Any]] = {
    entry["id"]: entry for entry in json.loads((HERE / "reference.json").read_text())
}


def table(entry: str, key: str = "term") -> dict[str, dict[str, Any]]:
    """Rows of an entry's table by one of its columns."""
    return {row[key]: row for row in ENTRIES[entry]["table"]}


def read(name: str) -> pd.DataFrame:
    """Read a data set that is committed."""
    return pd.read_csv(HERE / f"{name}.csv")


def read_shared(folder: str, name: str) -> pd.DataFrame:
    """Read a data set that can't be redistributed; the test is skipped where it is not there."""
    path = SHARED / folder / name
    if not path.exists():
        pytest.skip(f"data not here: {folder}/{name}")
    return pd.read_csv(path)
