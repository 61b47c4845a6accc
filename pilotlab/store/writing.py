"""Writing: appends values and gaps; what is there already is left alone, a changed value becomes a newer revision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, repeat
from typing import Any

from pilotlab.release.thresholds import counts_people, least
from pilotlab.store import ledger
from pilotlab.store.database import Database, failures
from pilotlab.store.entries import Columns, Correction, NeedsReason, Receipt
from pilotlab.store.names import add_metrics, add_teams, keys_and_names, metric_ids, team_ids
from pilotlab.store.observations import columns_digest
from pilotlab.text.names import tidy
from pilotlab.weeks import Week
from pilotlab.wording.numbers import typed

KEY = ("metric", "week", "team", "slice")
CELL = ("value", "gap", "numerator", "denominator", "n")
SHOWN = 50
NOT_TOLD = "a value that is not told here"  # a refusal is no place to read what people answered
_MANY = 20_000  # rows from which numpy's sort repays its import


def write(
    database: Database, columns: Columns, *, actor: str, source: str, why: str = "", once: bool = False
) -> Receipt:
    """Append what is new or changed, as one act in one transaction.

    Parameters
    ----------
    once : bool
        True for files: content that was imported before changes nothing, even where a value was corrected since.

    Raises
    ------
    NeedsReason
        Where a stored value would change and `why` is empty; nothing is written.
    """
    with database.writing():
        rows = _numbered(columns, add_teams(database, columns.teams), add_metrics(database, columns.metrics))
        content = _content_digest(rows) if once else None
        if content and (earlier := _imported(database, content)):
            return Receipt(unchanged=len(columns), earlier=earlier)
        receipt = _compare(database, columns, rows)
        if receipt.corrected and not why.strip():
            raise NeedsReason(receipt.corrections, receipt.corrected)
        if receipt.written:
            receipt = _append(database, receipt, rows, actor=actor, source=source, why=why, content=content)
        return receipt


def preview(database: Database, columns: Columns) -> Receipt:
    """Say what `write` would do, without a change and without waiting for other writers."""
    teams, metrics = team_ids(database), metric_ids(database)
    fresh_team, fresh_metric = max(teams.values(), default=0) + 1, max(metrics.values(), default=0) + 1
    team_keys = {
        name: teams.get(name, fresh_team + number) for number, name in enumerate(map(tidy, columns.teams))
    }
    metric_keys = {
        spec.key: metrics.get(spec.key, fresh_metric + number) for number, spec in enumerate(columns.metrics)
    }
    rows = _numbered(columns, team_keys, metric_keys)
    with failures(database.path):
        receipt = _compare(database, columns, rows, secret=_secret(columns, metric_keys))
        if not receipt.uncompared and (earlier := _imported(database, _content_digest(rows))):
            return Receipt(unchanged=len(columns), earlier=earlier)
        return receipt


def _secret(columns: Columns, keys: Mapping[str, int]) -> dict[int, int]:
    """Metrics whose stored values may be hidden, by key, with the fewest answers of one that is not.

    A dry run that compared a guess with such a value would tell it, guess by guess.
    """
    return {
        keys[spec.key]: least(spec)
        for spec in columns.metrics
        if spec.level == "person" or counts_people(spec)
    }


@dataclass(frozen=True, slots=True)
class _Rows:
    """Columns in the order of their key: KEY, CELL, then each row's position in what was given."""

    columns: tuple[Sequence[Any], ...]
    names: tuple[tuple[str, int], ...]  # names and keys of the teams and metrics, for the digest


def _numbered(columns: Columns, teams: dict[str, int], metrics: dict[str, int]) -> _Rows:
    """Put store keys in place of positions, and rows in the order of the table's key."""
    team_key, metric_key = (
        [teams[tidy(name)] for name in columns.teams],
        [metrics[spec.key] for spec in columns.metrics],
    )
    team, metric = [team_key[at] for at in columns.team], [metric_key[at] for at in columns.metric]
    count = len(columns)
    order = _order(metric, columns.week, team, columns.slice)
    given: list[Sequence[Any] | None] = [metric, columns.week, team, columns.slice]
    given += [columns.value, columns.gap, columns.numerator, columns.denominator, columns.n]
    filled = [_taken(column, order) if column is not None else [None] * count for column in given]
    if columns.slice is None:
        filled[3] = [""] * count
    return _Rows((*filled, order), tuple(sorted(teams.items())) + tuple(sorted(metrics.items())))


def _order(
    metric: Sequence[int], week: Sequence[int], team: Sequence[int], slices: Sequence[str] | None
) -> Sequence[int]:
    count = len(metric)
    if slices is None and count >= _MANY:
        import numpy as np

        order: list[int] = np.lexsort((np.asarray(team), np.asarray(week), np.asarray(metric))).tolist()
        return order
    keys = list(zip(metric, week, team, slices if slices is not None else repeat(""), strict=False))
    return sorted(range(count), key=keys.__getitem__)


def _taken(column: Sequence[Any], order: Sequence[int]) -> list[Any]:
    return list(map(column.__getitem__, order))


def _content_digest(rows: _Rows) -> str:
    return columns_digest(rows.columns[:-1], rows.names)


def _imported(database: Database, content: str) -> str:
    found = database.one("SELECT actor, at FROM submissions WHERE content_digest = ?", (content,))
    return f"{found[0]}, {found[1]}" if found else ""


_SAME = " AND ".join(f"o.{cell} IS i.{cell}" for cell in CELL)
_JOIN = "LEFT JOIN observations o ON o.metric = i.metric AND o.week = i.week AND o.team = i.team AND o.slice = i.slice"


def _compare(
    database: Database, columns: Columns, rows: _Rows, *, secret: Mapping[int, int] | None = None
) -> Receipt:
    """Stage the rows in a temporary table, drop those that are stored already, count the rest.

    `secret` has the metrics whose hidden values are not compared: rows on top of one are dropped and counted alone.
    """
    count = len(columns)
    if not _overlaps(database, rows):
        return Receipt(new=count)
    _stage(database, rows)
    _keep_n(database)
    uncompared = sum(_set_aside(database, metric, fewest) for metric, fewest in (secret or {}).items())
    same = f"SELECT i.{', i.'.join(KEY)} FROM temp.incoming i {_JOIN} WHERE o.metric IS NOT NULL AND {_SAME}"
    unchanged = database.run(f"DELETE FROM temp.incoming WHERE ({', '.join(KEY)}) IN ({same})")
    changed = f"FROM temp.incoming i {_JOIN} WHERE o.metric IS NOT NULL"
    corrected = database.rows(f"SELECT count(*) {changed}")[0][0]
    cells = ", ".join(f"{side}.{cell}" for side in "oi" for cell in CELL)
    shown = database.rows(f"SELECT i.position, {cells} {changed} ORDER BY i.position LIMIT {SHOWN}")
    return Receipt(
        new=count - unchanged - corrected - uncompared,
        uncompared=uncompared,
        corrected=corrected,
        unchanged=unchanged,
        corrections=tuple(_correction(columns, row) for row in shown),
    )


def _set_aside(database: Database, metric: int, fewest: int) -> int:
    hidden = (
        f"SELECT i.{', i.'.join(KEY)} FROM temp.incoming i {_JOIN} WHERE o.metric = ? AND o.value IS NOT NULL "
        "AND (o.slice <> '' OR ifnull(o.n, 0) < ?)"
    )
    return database.run(f"DELETE FROM temp.incoming WHERE ({', '.join(KEY)}) IN ({hidden})", (metric, fewest))


def _overlaps(database: Database, rows: _Rows) -> bool:
    """Whether a metric of the rows has any stored value in a week of theirs."""
    query = "SELECT 1 FROM observations WHERE metric = ? AND week = ? LIMIT 1"
    return any(database.one(query, pair) for pair in sorted(set(zip(*rows.columns[:2], strict=True))))


def _stage(database: Database, rows: _Rows) -> None:
    database.run("DROP TABLE IF EXISTS temp.incoming")
    database.run(
        f"CREATE TEMP TABLE incoming ({', '.join((*KEY, *CELL))}, position, PRIMARY KEY ({', '.join(KEY)})) WITHOUT ROWID"
    )
    _insert(database, "temp.incoming", (*KEY, *CELL, "position"), rows.columns)


def _keep_n(database: Database) -> None:
    """Let a correction that does not say how many people stand behind its value keep the number that is stored."""
    stored = " AND ".join(f"o.{name} = incoming.{name}" for name in KEY)
    database.run(
        f"UPDATE temp.incoming SET n = (SELECT o.n FROM observations o WHERE {stored} AND o.value IS NOT NULL) "
        "WHERE n IS NULL AND value IS NOT NULL"
    )


def _insert(database: Database, table: str, names: Sequence[str], columns: Sequence[Sequence[Any]]) -> None:
    """Insert rows a hundred a statement: two to three times as fast as one by one."""
    row = "(" + ", ".join("?" * len(names)) + ")"
    head, size = f"INSERT INTO {table} ({', '.join(names)}) VALUES ", 100  # names are ours, never the user's
    flat = chain.from_iterable(zip(*columns, strict=True))
    whole, rest = divmod(len(columns[0]), size)
    statement, width = head + ", ".join([row] * size), size * len(names)
    database.connection.executemany(statement, (tuple(islice(flat, width)) for _ in range(whole)))
    if rest:
        database.run(head + ", ".join([row] * rest), tuple(flat))


def _correction(columns: Columns, row: tuple[Any, ...]) -> Correction:
    at, was, now = row[0], row[1 : 1 + len(CELL)], row[1 + len(CELL) :]
    metric, week = columns.metrics[columns.metric[at]], Week.from_code(columns.week[at])
    before, after = _said(was), _said(now)
    if was[0] is not None and (metric.level == "person" or counts_people(metric)):
        before = NOT_TOLD
    elif before == after:
        before, after = _said_whole(was), _said_whole(now)
    return Correction(at, columns.teams[columns.team[at]], week, metric.id, before, after)


def _said(cell: Sequence[Any]) -> str:
    return f"a gap ({cell[1]})" if cell[0] is None else typed(cell[0])


def _said_whole(cell: Sequence[Any]) -> str:
    parts = [f"{name} {part!r}" for name, part in zip(CELL, cell, strict=True) if part is not None]
    return ", ".join(parts)


def _append(
    database: Database,
    receipt: Receipt,
    rows: _Rows,
    *,
    actor: str,
    source: str,
    why: str,
    content: str | None,
) -> Receipt:
    """Write the rows to `entries` and `observations`, and seal the act in the ledger."""
    at, seq = database.clock(), ledger.next_seq(database)
    submission = database.rows("SELECT ifnull(max(submission), 0) + 1 FROM submissions")[0][0]
    first = database.rows("SELECT ifnull(max(entry_id), 0) + 1 FROM entries")[0][0]
    new = receipt.new == len(rows.columns[0])
    written = [*rows.columns[:-1], [1] * receipt.new] if new else _staged(database)
    sealed = _digest(database, written)
    act = (submission, source, content, why.strip(), first, receipt.written, at, actor, seq, sealed)
    database.run("INSERT INTO submissions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", act)
    names, columns = (*KEY, *CELL, "revision", "submission"), [*written, [submission] * receipt.written]
    _insert(database, "entries", names, columns)
    _show_current(database, first)
    verb = "log" if source == "log" else "import"
    ledger.append(database, actor=actor, verb=verb, object_=f"submission {submission}", at=at)
    return replace(receipt, seq=seq, digest=sealed)


def _staged(database: Database) -> list[Sequence[Any]]:
    """Return the staged rows by column, each with its revision, and clear the stage."""
    staged = ", ".join(f"i.{name}" for name in (*KEY, *CELL))
    rows = database.rows(
        f"SELECT {staged}, ifnull(o.revision, 0) + 1 FROM temp.incoming i {_JOIN} ORDER BY i.metric, i.week, i.team, i.slice"
    )
    database.run("DROP TABLE temp.incoming")
    return list(zip(*rows, strict=True))


def _show_current(database: Database, first: int) -> None:
    """Bring `observations` up to the entries from `first` on."""
    listed = ", ".join((*KEY, *CELL, "revision", "submission"))
    replaced = ", ".join(f"{name} = excluded.{name}" for name in (*CELL, "revision", "submission"))
    database.run(
        f"INSERT INTO observations SELECT {listed}, submission FROM entries WHERE entry_id >= ? ON CONFLICT DO UPDATE SET {replaced}",
        (first,),
    )


def written_digest(database: Database, first: int, count: int) -> str:
    """Digest the entries of one act as they lie in the table."""
    listed = ", ".join((*KEY, *CELL, "revision"))
    rows = database.rows(
        f"SELECT {listed} FROM entries WHERE entry_id >= ? AND entry_id < ? ORDER BY entry_id",
        (first, first + count),
    )
    return _digest(database, list(zip(*rows, strict=True)))


def _digest(database: Database, columns: Sequence[Sequence[Any]]) -> str:
    """Digest rows in the order of their key, with the names that their keys stand for."""
    if not columns:
        return columns_digest(())
    return columns_digest(columns, keys_and_names(database, metrics=set(columns[0]), teams=set(columns[2])))
