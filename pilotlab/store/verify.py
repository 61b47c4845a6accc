"""Verification: from the ledger to the rows and back, and whether the file is made as the program makes it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pilotlab.spec.frozen import digest
from pilotlab.store import ledger
from pilotlab.store.database import Database
from pilotlab.store.ledger import LedgerRow, Written, digest_of, snapshot_digest, written_by_act
from pilotlab.store.tables import TABLES, statements
from pilotlab.store.writing import CELL, KEY, written_digest
from pilotlab.wording.lists import plural

SHOWN = 20  # problems of one kind that are named; the others are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was looked at, every problem that was found, and where the ledger ends."""

    problems: tuple[str, ...]
    acts: int
    entries: int
    head: str = ""  # number and hash of the newest row: what is worth noting elsewhere

    def __bool__(self) -> bool:
        return not self.problems

    def with_problems(self, more: Sequence[str]) -> Verification:
        """Add what was found elsewhere."""
        return replace(self, problems=(*self.problems, *more))

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as `db verify --format json` prints it."""
        return {
            "ok": not self.problems,
            "acts": self.acts,
            "entries": self.entries,
            "head": self.head,
            "problems": list(self.problems),
        }


def verify(database: Database) -> Verification:
    """Check integrity, what the file is made of, the hash chain, and every row against the act that wrote it, both ways."""
    broken = [f"integrity: {row[0]}" for row in database.rows("PRAGMA integrity_check") if row[0] != "ok"]
    if broken or (broken := list(_lost_columns(database))):
        return Verification(problems=tuple(broken), acts=0, entries=0)
    with _one_moment(database):
        acts = ledger.rows(database)
        written = written_by_act(database)
        problems = [
            *_other_statements(database),
            *ledger.broken_links(acts),
            *_dangling(database),
            *_changed_rows(acts, written),
            *changed_in_first_schema(acts, written),
            *_rows_without_act(database, acts, written),
            *_changed_since_upgrade(database),
            *_changed_entries(database),
            *_changed_name_ends(database),
            *_stale_observations(database),
        ]
        count = database.rows("SELECT count(*) FROM entries")[0][0]
    head = f"{acts[-1].seq}:{acts[-1].hash}" if acts else ""
    return Verification(problems=tuple(problems), acts=len(acts), entries=count, head=head)


class _one_moment:  # noqa: N801 - reads as what it says
    """Let every query see the file as it is now, whatever others write meanwhile."""

    def __init__(self, database: Database) -> None:
        self.database, self.mine = database, not database.connection.in_transaction

    def __enter__(self) -> None:
        if self.mine:
            self.database.connection.execute("BEGIN")

    def __exit__(self, *_: object) -> None:
        if self.mine:
            self.database.connection.execute("ROLLBACK")


def _other_statements(database: Database) -> Iterator[str]:
    """Compare the SQL of every table, index, view and trigger with the program's."""
    found = _found_statements(database)
    listed = statements()
    for (kind, name), sql in listed.items():
        if (kind, name) not in found:
            what = ": rows could be changed without a trace" if kind == "trigger" else ""
            yield f"{kind} {name} is gone{what}"
        elif found[kind, name] != sql:
            yield f"{kind} {name} is not the one that pilotlab makes"
    for kind, name in sorted(found.keys() - listed.keys()):
        yield f"{kind} {name} was not made by pilotlab"


def _found_statements(database: Database) -> dict[tuple[str, str], str]:
    rows = database.rows(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT GLOB 'sqlite_*'"
    )
    return {(kind, name): sql for kind, name, sql in rows}


def _lost_columns(database: Database) -> Iterator[str]:
    """Tables that can't be read at all: what else would be looked at stands in them."""
    found = _found_statements(database)
    for (kind, name), sql in statements().items():
        if kind == "table" and found.get((kind, name)) != sql:
            yield f"table {name} is {'not the one that pilotlab makes' if (kind, name) in found else 'gone'}"


def _dangling(database: Database) -> Iterator[str]:
    for table, _, parent, _ in database.rows("PRAGMA foreign_key_check"):
        yield f"a row of {table} points at a row of {parent} that is not there"


def _changed_rows(acts: Sequence[LedgerRow], written: dict[int | None, Written]) -> Iterator[str]:
    """From the ledger to the rows: each act has what it wrote, unchanged."""
    for act in acts:
        if act.rule > 1 and digest_of(written.get(act.seq, {})) != act.digest:
            what = "was changed after it was written" if act.seq in written else "is gone"
            yield f"what `{act.verb} {act.object}` wrote (ledger row {act.seq}) {what}"


def _rows_without_act(
    database: Database, acts: Sequence[LedgerRow], written: dict[int | None, Written]
) -> Iterator[str]:
    """From the rows to the ledger: no row without its act."""
    known = {act.seq for act in acts}
    older = database.one("SELECT 1 FROM origins WHERE kind = 'upgrade'") is not None
    for seq, tables in written.items():
        if seq in known or (seq is None and older):
            continue
        for table, rows in tables.items():
            yield f"{table} holds {plural(len(rows), 'row')} that no act of the ledger wrote"


def _changed_since_upgrade(database: Database) -> Iterator[str]:
    """Rows that an older schema sealed in part are sealed whole by the act that brought them up."""
    for seq, found in database.rows("SELECT ledger_seq, snapshot FROM origins WHERE kind = 'upgrade'"):
        if found != snapshot_digest(database, seq):
            yield f"a row from before the upgrade of the database (ledger row {seq}) was changed, added or removed since"


def _changed_entries(database: Database) -> Iterator[str]:
    covered = 0
    for number, first, count, seq, sealed in database.rows(
        "SELECT submission, first_entry, entries, ledger_seq, ifnull(s.digest, l.digest) FROM submissions s "
        "LEFT JOIN ledger l ON l.seq = s.ledger_seq ORDER BY submission"
    ):
        covered += count
        if _digest_or_none(database, first, count, number) != sealed:
            yield f"entries of submission {number} (ledger row {seq}) were changed after they were written"
    if covered != database.rows("SELECT count(*) FROM entries")[0][0]:
        yield "entries holds rows that no submission wrote, or lacks some that one did"


def _digest_or_none(database: Database, first: int, count: int, number: int) -> str | None:
    try:
        strangers = database.rows(
            "SELECT count(*) FROM entries WHERE entry_id >= ? AND entry_id < ? AND submission IS NOT ?",
            (first, first + count, number),
        )[0][0]
        return None if strangers else written_digest(database, first, count)
    except (TypeError, ValueError, OverflowError):  # cells of a kind that pilotlab never writes
        return None


def _changed_name_ends(database: Database) -> Iterator[str]:
    """The last week of a name follows from the first of the next."""
    from pilotlab.weeks import Week

    ends: dict[int, int] = {}
    rows = database.rows(
        "SELECT name, team_id, valid_from, valid_to FROM team_names ORDER BY ledger_seq DESC"
    )
    for name, team, since, until in rows:
        expected = (Week.from_code(ends[team]) - 1).code if team in ends else None
        if until != expected:
            yield f"the last week of team name {name!r} was changed after it was written"
        ends[team] = since


def _stale_observations(database: Database) -> Iterator[str]:
    """`observations` must be the newest revision of each cell with the act of its first, neither more nor less."""
    listed = ", ".join((*KEY, *CELL, "revision", "submission"))
    newest = (
        f"SELECT {listed}, ifnull((SELECT f.submission FROM entries f WHERE e.revision > 1 AND f.revision = 1 "
        "AND f.metric = e.metric AND f.week = e.week AND f.team = e.team AND f.slice = e.slice), e.submission) FROM entries e "
        "WHERE NOT EXISTS (SELECT 1 FROM entries c WHERE c.revision > 1 AND c.revision > e.revision "
        "AND c.metric = e.metric AND c.week = e.week AND c.team = e.team AND c.slice = e.slice)"
    )
    current = f"SELECT {listed}, first_submission FROM observations"
    for one, other in ((newest, current), (current, newest)):
        differing = database.rows(f"SELECT count(*) FROM ({one} EXCEPT {other})")[0][0]
        if differing:
            yield f"observations and entries disagree in {differing} rows"
            return


_TABLE_OF = {
    "declare": "pilots",
    "assign": "draws",
    "freeze": "freezes",
    "amend": "amendments",
    "analyze": "runs",
    "decide": "decisions",
    "readout": "readouts",
    "rename": "team_names",
    "log": "submissions",
    "import": "submissions",
}
_OBJECT = {
    "amendments": "{pilot} {number}",
    "team_names": "{name}",
    "submissions": "submission {submission}",
}


def changed_in_first_schema(acts: Sequence[LedgerRow], written: dict[int | None, Written]) -> Iterator[str]:
    """Check the acts of the first schema: one row each, with the ledger's own actor, time, object and digest."""
    last = {act.object: act.seq for act in acts if act.rule == 1 and act.verb == "declare"}
    for act in acts:
        if act.rule != 1:
            continue
        table = _TABLE_OF.get(act.verb, "")
        rows = written.get(act.seq, {}).get(table, [])
        if not rows and act.verb == "declare" and last[act.object] != act.seq:
            continue  # a newer declaration took its place
        if len(rows) != 1 or not _as_sealed(act, table, _named(table, rows[0])):
            what = "was changed after it was written" if rows else "is gone"
            yield f"what `{act.verb} {act.object}` wrote (ledger row {act.seq}) {what}"


def _named(table: str, row: Sequence[Any]) -> dict[str, Any]:
    columns = next(found.columns for found in TABLES if found.name == table)
    derived = {"ledger_seq", "valid_to"}
    return dict(zip((column.name for column in columns if column.name not in derived), row, strict=True))


def _as_sealed(act: LedgerRow, table: str, row: Mapping[str, Any]) -> bool:
    object_ = _OBJECT.get(table, "{pilot}").format_map(row)
    if (row["at"], row["actor"], object_) != (act.at, act.actor, act.object):
        return False
    return table == "submissions" or _digest(table, row) == act.digest  # entries are digested where they lie


def _digest(table: str, row: Mapping[str, Any]) -> str:
    if table == "team_names":
        return digest([row["team_id"], row["name"], row["valid_from"], row["why"]])
    try:
        return (
            digest(json.loads(row["content"])) if digest(json.loads(row["content"])) == row["digest"] else ""
        )
    except (ValueError, TypeError):
        return "not JSON"
