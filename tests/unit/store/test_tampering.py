"""Whatever is changed past the program is found by `verify`, and named."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pilotlab.errors import StoreError
from pilotlab.store import head
from pilotlab.store.ledger import LedgerRow, sealed
from pilotlab.store.store import Store
from pilotlab.store.tables import BY_ACT, TABLES
from tests.unit.store.filled import fill, problems, tamper

SEALED = [
    (table.name, column.name)
    for table in TABLES
    for column in table.columns
    if not column.sql.startswith("INTEGER PRIMARY KEY")
]
"""Every column that holds something, of every table."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "pilots.db"
    fill(path)
    with closing(sqlite3.connect(path)) as plain:
        plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def path(whole: Path, tmp_path: Path) -> Path:
    """A copy without a note beside it, so that `verify` alone has to find what was done."""
    return Path(shutil.copy(whole, tmp_path / "pilots.db"))


def test_what_was_not_touched_is_intact(path: Path) -> None:
    tamper(path)
    assert problems(path) == ()


CHANGED = {"seen_data": "0", "gap": "'forgot'", "value": "22"}
ROW = {"entries": "value = 12.5", "observations": "value = 12.5", "assignments": "draw = 2 AND team = 1"}


@pytest.mark.parametrize(("table", "column"), SEALED, ids=[f"{table}.{column}" for table, column in SEALED])
def test_a_changed_cell_is_found(path: Path, table: str, column: str) -> None:
    """One column of one row at a time: a number moves, a text grows, a null is filled."""
    grown = (
        f"CASE typeof({column}) WHEN 'text' THEN {column} || 'x' WHEN 'null' THEN 1 ELSE {column} + 90 END"
    )
    row = (
        "gap IS NOT NULL" if column == "gap" else ROW.get(table, f"rowid = (SELECT max(rowid) FROM {table})")
    )
    tamper(
        path,
        "PRAGMA ignore_check_constraints = ON",
        f"UPDATE {table} SET {column} = {CHANGED.get(column, grown)} WHERE {row}",
    )
    assert problems(path)


@pytest.mark.parametrize("table", [table.name for table in TABLES])
def test_rows_taken_out_are_missed(path: Path, table: str) -> None:
    tamper(path, f"DELETE FROM {table}")
    assert problems(path)


@pytest.mark.parametrize("table", sorted({*BY_ACT, "assignments", "entries", "observations", "ledger"}))
def test_a_row_put_in_is_found(path: Path, table: str) -> None:
    """A copy of a row under another key, which claims an act that was."""
    names = [column.name for column in next(row for row in TABLES if row.name == table).columns]
    first = names[0]
    fresh = {"pilots": "'z'", "team_names": "'z'", "freezes": "'z'", "amendments": "'z'"}.get(table, "99")
    listed = ", ".join(
        f"{name} || 'z'"
        if (table, name) in {("teams", "name"), ("ledger", "hash")}
        else f"{name} + 1"
        if (table, name) == ("metrics", "version")
        else name
        for name in names[1:]
    )
    tamper(
        path,
        f"INSERT INTO {table} ({first}, {', '.join(names[1:])}) SELECT {fresh}, {listed} FROM {table} LIMIT 1",
    )
    assert problems(path)


ACTS = {
    "a submission with its entries": [
        "DELETE FROM entries WHERE submission = 3",
        "DELETE FROM observations WHERE submission = 3",
        "DELETE FROM submissions WHERE submission = 3",
    ],
    "the newest submission taken for its own": ["UPDATE entries SET submission = 1 WHERE submission = 2"],
    "who came first": ["UPDATE observations SET first_submission = 99"],
    "the second draw": ["DELETE FROM assignments WHERE draw = 2", "DELETE FROM draws WHERE draw = 2"],
    "two arms changed places": [
        "UPDATE assignments SET arm = CASE arm WHEN 'anchor' THEN 'control' ELSE 'anchor' END"
    ],
    "the freeze and its act": [
        "DELETE FROM amendments",
        "DELETE FROM freezes",
        "DELETE FROM ledger WHERE verb IN ('freeze', 'amend')",
    ],
    "data seen, as if not": ["UPDATE amendments SET seen_data = 0"],
    "a plan rewritten with its digest": [
        "UPDATE freezes SET content = '{}', digest = '44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'"
    ],
    "a metric redefined": ["UPDATE metrics SET spec = replace(spec, 'higher', 'lower')"],
    "a team renamed in place": ["UPDATE teams SET name = 'sales' WHERE name = 'api'"],
    "a reading forgotten": ["DELETE FROM releases", "DELETE FROM ledger WHERE verb = 'read status'"],
    "a cell that is no number": [
        "PRAGMA ignore_check_constraints = ON",
        "UPDATE entries SET value = x'00ff'",
    ],
    "an infinite seed": ["UPDATE draws SET seed = 9e999"],
    "a plan that is no JSON": ["UPDATE freezes SET content = x'80'"],
}


@pytest.mark.parametrize("name", ACTS)
def test_an_act_of_tampering_is_found(path: Path, name: str) -> None:
    tamper(path, *ACTS[name])
    assert problems(path)


MADE_OTHERWISE = {
    "a trigger dropped": "DROP TRIGGER entries_no_delete",
    "a trigger that lets through": "DROP TRIGGER entries_no_update; CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries BEGIN SELECT 1; END",
    "a trigger that changes": "CREATE TRIGGER more AFTER INSERT ON entries BEGIN UPDATE observations SET value = 9; END",
    "a view replaced": "DROP VIEW raw_entries; CREATE VIEW raw_entries AS SELECT * FROM entries WHERE value > 5",
    "a view added": "CREATE VIEW mine AS SELECT 1",
    "a view dropped": "DROP VIEW released",
    "an index dropped": "DROP INDEX entries_corrections",
    "an index replaced": "DROP INDEX draws_pilot; CREATE INDEX draws_pilot ON draws (seed)",
    "a table added": "CREATE TABLE notes (text)",
    "a table dropped": "PRAGMA foreign_keys = OFF; DROP TABLE decisions",
    "a column added": "ALTER TABLE entries ADD COLUMN weight REAL",
    "a column renamed": "ALTER TABLE runs RENAME COLUMN at TO moment",
}


@pytest.mark.parametrize("name", MADE_OTHERWISE)
def test_a_file_that_is_made_otherwise_is_found(path: Path, name: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as plain:
        plain.executescript(MADE_OTHERWISE[name])
    assert problems(path)


def rewritten(path: Path, seq: int, **changes: str) -> None:
    """Change a row of the ledger and every hash after it, with the program's own arithmetic."""
    with closing(sqlite3.connect(path, isolation_level=None)) as plain:
        rows = plain.execute(f"SELECT {', '.join(LedgerRow._fields)} FROM ledger ORDER BY seq").fetchall()
    previous, statements = "", []
    for row in map(LedgerRow._make, rows):
        mine = row._replace(previous=previous, **(changes if row.seq == seq else {}))  # type: ignore[arg-type]
        previous = sealed(mine)
        statements.append(
            f"UPDATE ledger SET actor = '{mine.actor}', previous = '{mine.previous}', hash = '{previous}' WHERE seq = {row.seq}"
        )
    tamper(path, *statements)


def test_a_ledger_rewritten_whole_is_found_by_the_note_beside_it_and_by_a_hash_noted_elsewhere(
    whole: Path, path: Path
) -> None:
    with Store.open(path, readonly=True) as store:
        noted = store.ledger()[-1]
    rewritten(path, 13, actor="eve")
    assert problems(path) == (), "the arithmetic is right: nothing inside tells"
    with Store.open(path, readonly=True) as store:
        assert not store.holds(noted.seq, noted.hash)
    shutil.copy(head.beside(whole), head.beside(path))
    with pytest.raises(StoreError, match="its ledger was rewritten"):
        Store.open(path)
