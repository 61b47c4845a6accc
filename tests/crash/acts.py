"""Acts that are broken off: what each starts from, what it does, and what has to hold afterwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pilotlab.store import head
from pilotlab.store.copies import begin_anew, restore
from pilotlab.store.entries import Columns
from pilotlab.store.store import Store
from tests.unit.store.conftest import W40, entry, metric

FIRST_SCHEMA = Path(__file__).parents[1] / "unit" / "store" / "files" / "schema-1.sql"
ROWS = 3000


@dataclass(frozen=True)
class Act:
    """One act: how its folder is prepared, and what is done there."""

    prepare: Callable[[Path], None]
    do: Callable[[Path], None]
    values: int  # rows of `entries` that it adds


def nothing(folder: Path) -> None:
    """Leave the folder as it is: nothing was ever logged."""


def used(folder: Path) -> None:
    """Two values are stored, and a backup was made between them."""
    with Store.open(folder / "pilots.db") as store:
        store.log_values([entry(20.0)], actor="ann")
        store.backup(folder / "earlier.db")
        store.log_values([entry(21.0, week=W40 + 1)], actor="ann")


def lost(folder: Path) -> None:
    """The database is gone, and its note says that it was there."""
    used(folder)
    for file in folder.glob("pilots.db*"):
        file.unlink()


def first_schema(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "pilots.db")) as plain:
        plain.executescript(FIRST_SCHEMA.read_text(encoding="utf-8"))


def log(folder: Path) -> None:
    with Store.open(folder / "pilots.db") as store:
        store.log_values([entry(30.0, week=W40 + 2)], actor="ann")


def correct(folder: Path) -> None:
    with Store.open(folder / "pilots.db") as store:
        store.log_values([entry(19.0)], actor="ann", why="typo")


def many() -> Columns:
    return Columns(
        teams=tuple(f"team-{number}" for number in range(ROWS)),
        metrics=(metric(),),
        team=list(range(ROWS)),
        week=[W40.code] * ROWS,
        metric=[0] * ROWS,
        value=[float(number % 50) for number in range(ROWS)],
    )


def bulk(folder: Path) -> None:
    with Store.open(folder / "pilots.db") as store:
        store.bulk_import(many(), actor="ann", source="many.csv")


def back_up(folder: Path) -> None:
    with Store.open(folder / "pilots.db", readonly=True) as store:
        store.backup(folder / "copy.db")


def put_back(folder: Path) -> None:
    restore(folder / "pilots.db", folder / "earlier.db", actor="ann", why="disk failed")


def anew(folder: Path) -> None:
    begin_anew(folder / "pilots.db", actor="ann", why="no backup")


def upgrade(folder: Path) -> None:
    Store.open(folder / "pilots.db").close()


ACTS: dict[str, Act] = {
    "create": Act(nothing, log, 1),
    "log": Act(used, log, 1),
    "correct": Act(used, correct, 1),
    "import": Act(used, bulk, ROWS),
    "backup": Act(used, back_up, 0),
    "restore": Act(used, put_back, -1),
    "restore a lost one": Act(lost, put_back, -1),
    "begin anew": Act(lost, anew, -2),
    "upgrade": Act(first_schema, upgrade, 0),
}


def entries(path: Path) -> int:
    """How many rows of `entries` a file holds, read past the program; 0 where there is none."""
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path)) as plain:
        return int(plain.execute("SELECT count(*) FROM entries").fetchone()[0])


def faults(name: str, folder: Path, before: int, *, done: bool) -> list[str]:
    """Say what is wrong after an act that was broken off, or that was acknowledged (`done`)."""
    path, act = folder / "pilots.db", ACTS[name]
    found = []
    if name in ("restore a lost one", "begin anew") and not path.exists():
        if done or head.noted(path) is None:
            found.append("acknowledged, and there is no file")
        act.do(folder)  # the command that mends it is given again
    with Store.open(path) as store:
        found += store.verify().problems
        held = store.database.rows("SELECT count(*) FROM entries")[0][0]
        allowed = {before + act.values} if done else {before, before + act.values}
        if name in ("restore a lost one", "begin anew"):
            allowed = {2 + act.values}
        if held not in allowed:
            found.append(f"{held} values in place of {sorted(allowed)}")
        if store.log_values([entry(5.0, team="later", week=W40 + 9)], actor="ben").new != 1:
            found.append("the next value was not stored")
        found += store.verify().problems
    return found + _copy_faults(folder / "copy.db", done=done and name == "backup")


def _copy_faults(copy: Path, *, done: bool) -> list[str]:
    """A backup is there whole, or not at all."""
    if not copy.exists():
        return ["acknowledged, and there is no backup"] if done else []
    with Store.open(copy, readonly=True) as store:
        return list(store.verify().problems)
