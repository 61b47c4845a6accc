"""What the first schema sealed: of each act the digest of its content, and no column beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pilotlab.spec.frozen import digest
from pilotlab.store.ledger import LedgerRow
from pilotlab.store.seals import Written
from pilotlab.store.tables import TABLES

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
