"""Plans: declarations, draws, freezes and amendments, each as JSON under its digest."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pilotlab.errors import UsageError
from pilotlab.spec.frozen import canonical, digest
from pilotlab.store import ledger
from pilotlab.store.database import Database
from pilotlab.store.names import add_teams
from pilotlab.text.names import tidy
from pilotlab.weeks import Week


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What was kept: plain data, its digest, and the act in the ledger."""

    content: Mapping[str, Any]
    digest: str
    seq: int
    at: str
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment(Record):
    """A change of a frozen plan; `seen_data` tells whether pilot weeks had been seen."""

    number: int
    why: str
    seen_data: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Run(Record):
    """An analysis that was kept, and its number."""

    number: int


def save_pilot(database: Database, pilot: str, content: Mapping[str, Any], *, actor: str) -> Record:
    """Keep the declaration as it stands; the same one again changes nothing."""
    with database.writing():
        stored = pilot_record(database, pilot)
        if stored and stored.digest == digest(content):
            return stored
        return _keep(
            database, "pilots", {"pilot": pilot}, content, actor=actor, verb="declare", object_=pilot
        )


def pilot_record(database: Database, pilot: str) -> Record | None:
    """Return the declaration that was last kept."""
    return _find(database, "pilots", pilot)


def save_assignment(database: Database, pilot: str, content: Mapping[str, Any], *, actor: str) -> Record:
    """Keep a draw: `content` is `Assignment.to_dict()`. Earlier draws of the pilot stay, and can be counted.

    Raises
    ------
    UsageError
        Where the plan is frozen, or arms were drawn by somebody else since `content` was made.
    """
    with database.writing():
        if freeze(database, pilot):
            raise UsageError(
                f"the plan of {pilot} is frozen with its assignment", fix="`pilotlab amend` records a change"
            )
        stored = assignment(database, pilot)
        if stored and stored.digest == digest(content):
            return stored
        if stored and not _follows(stored.content, content):
            raise UsageError(
                f"arms of {pilot} were drawn by {stored.actor} just now",
                fix=f"look at that draw: `pilotlab assign {pilot}`",
            )
        columns = {
            "pilot": pilot,
            "method": content["method"],
            "seed": content.get("seed"),
            "input_digest": content.get("input_digest", ""),
            "balance": canonical(content.get("balance", [])),
        }
        return _keep(
            database,
            "draws",
            columns,
            content,
            actor=actor,
            verb="assign",
            object_=pilot,
            also=lambda: _keep_teams(database, content),
        )


def _follows(stored: Mapping[str, Any], content: Mapping[str, Any]) -> bool:
    """Whether a draw is the next one, or the stored one with another start; draws that are not numbered are taken."""
    if "draw" not in content or "draw" not in stored:
        return True
    lots = [
        (one.get("seed"), [(row["team"], row["arm"]) for row in one["teams"]]) for one in (stored, content)
    ]
    step = int(content["draw"]) - int(stored["draw"])
    return step == 1 or (step == 0 and lots[0] == lots[1])


def _keep_teams(database: Database, content: Mapping[str, Any]) -> None:
    draw = database.rows("SELECT max(draw) FROM draws")[0][0]
    keys = add_teams(database, [row["team"] for row in content["teams"]])
    rows = [
        (
            draw,
            keys[tidy(row["team"])],
            row["arm"],
            Week.parse(row["start"]).code if row.get("start") else None,
            row.get("stratum", ""),
            row.get("cluster", ""),
        )
        for row in content["teams"]
    ]
    database.connection.executemany("INSERT INTO assignments VALUES (?, ?, ?, ?, ?, ?)", rows)


def assignment(database: Database, pilot: str) -> Record | None:
    """Return the newest draw."""
    return _find(database, "draws", pilot)


def draws(database: Database, pilot: str) -> list[Record]:
    """Return every draw that was kept, oldest first; `pilotlab.design.standing` counts them."""
    return records(database, "draws", pilot)


def save_freeze(database: Database, pilot: str, content: Mapping[str, Any], *, actor: str) -> Record:
    """Freeze a plan; the same plan again changes nothing.

    Raises
    ------
    UsageError
        Where another plan is frozen already.
    """
    with database.writing():
        if stored := freeze(database, pilot):
            if _what(stored.content) == _what(content):
                return stored
            raise UsageError(
                f"{pilot} was frozen by {stored.actor} on {stored.at[:10]} with another plan",
                fix="`pilotlab amend` records a change with its reason",
            )
        return _keep(
            database, "freezes", {"pilot": pilot}, content, actor=actor, verb="freeze", object_=pilot
        )


def _what(content: Mapping[str, Any]) -> str:
    """Digest of what is frozen; who and when do not enter it where the content says its own."""
    return str(content.get("digest") or digest(content))


def freeze(database: Database, pilot: str) -> Record | None:
    """Return the frozen plan."""
    return _find(database, "freezes", pilot)


def frozen_pilots(database: Database) -> list[str]:
    """Return the names of the pilots whose plan is frozen, alphabetical."""
    return [str(name) for (name,) in database.rows("SELECT pilot FROM freezes ORDER BY pilot")]


def save_amendment(
    database: Database, pilot: str, content: Mapping[str, Any], *, actor: str, why: str, seen_data: bool
) -> Amendment:
    """Add a change to a frozen plan.

    Raises
    ------
    UsageError
        Without a reason, or where nothing is frozen.
    """
    with database.writing():
        if not why.strip():
            raise UsageError("an amendment needs a reason", fix='--why "..."')
        if not freeze(database, pilot):
            raise UsageError(f"{pilot} is not frozen", fix=f"edit pilot.yaml, then `pilotlab freeze {pilot}`")
        number = len(amendments(database, pilot)) + 1
        columns = {"pilot": pilot, "number": number, "why": why.strip(), "seen_data": int(seen_data)}
        _keep(
            database, "amendments", columns, content, actor=actor, verb="amend", object_=f"{pilot} {number}"
        )
        return amendments(database, pilot)[-1]


def amendments(database: Database, pilot: str) -> list[Amendment]:
    """Return the changes of a frozen plan, oldest first."""
    rows = database.rows(
        "SELECT content, digest, ledger_seq, at, actor, number, why, seen_data FROM amendments WHERE pilot = ? ORDER BY number",
        (pilot,),
    )
    return [
        Amendment(
            content=json.loads(text),
            digest=name,
            seq=seq,
            at=at,
            actor=actor,
            number=number,
            why=why,
            seen_data=bool(seen),
        )
        for text, name, seq, at, actor, number, why, seen in rows
    ]


def save_record(
    database: Database, table: str, pilot: str, content: Mapping[str, Any], *, actor: str, verb: str
) -> Record:
    """Append to `runs`, `decisions` or `readouts`."""
    with database.writing():
        return _keep(database, table, {"pilot": pilot}, content, actor=actor, verb=verb, object_=pilot)


def save_run(database: Database, pilot: str, content: Mapping[str, Any], *, actor: str) -> Run:
    """Append an analysis, and return it with its number."""
    with database.writing():
        kept = _keep(database, "runs", {"pilot": pilot}, content, actor=actor, verb="analyze", object_=pilot)
        (number,) = database.rows("SELECT max(run) FROM runs")[0]
    return Run(
        content=kept.content, digest=kept.digest, seq=kept.seq, at=kept.at, actor=kept.actor, number=number
    )


def run_of(database: Database, pilot: str, key: str) -> Run | None:
    """Return the newest run of a pilot that was kept under a key: the digest of all it was made of."""
    row = database.one(
        "SELECT content, digest, ledger_seq, at, actor, run FROM runs "
        "WHERE pilot = ? AND json_extract(content, '$.key') = ? ORDER BY run DESC LIMIT 1",
        (pilot, key),
    )
    return None if row is None else _run(row)


def records(database: Database, table: str, pilot: str) -> list[Record]:
    """Return the rows of `runs`, `decisions` or `readouts` of a pilot, oldest first."""
    rows = database.rows(
        f"SELECT content, digest, ledger_seq, at, actor FROM {table} WHERE pilot = ? ORDER BY ledger_seq",
        (pilot,),
    )
    return [_record(row) for row in rows]


def _keep(
    database: Database,
    table: str,
    columns: Mapping[str, Any],
    content: Mapping[str, Any],
    *,
    actor: str,
    verb: str,
    object_: str,
    also: Callable[[], None] | None = None,
) -> Record:
    """Write a row, and what belongs to it, as one act."""
    at, seq, name = database.clock(), ledger.next_seq(database), digest(content)
    row = {
        **columns,
        "content": canonical(content),
        "digest": name,
        "at": at,
        "actor": actor,
        "ledger_seq": seq,
    }
    database.run(
        f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", tuple(row.values())
    )
    if also:
        also()
    ledger.append(database, actor=actor, verb=verb, object_=object_, at=at)
    return Record(content=json.loads(canonical(content)), digest=name, seq=seq, at=at, actor=actor)


def _find(database: Database, table: str, pilot: str) -> Record | None:
    found = records(database, table, pilot)
    return found[-1] if found else None


def _run(row: tuple[Any, ...]) -> Run:
    text, name, seq, at, actor, number = row
    return Run(content=json.loads(text), digest=name, seq=seq, at=at, actor=actor, number=number)


def _record(row: tuple[Any, ...]) -> Record:
    text, name, seq, at, actor = row
    return Record(content=json.loads(text), digest=name, seq=seq, at=at, actor=actor)
