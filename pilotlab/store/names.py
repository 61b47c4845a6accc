"""Names: the keys of teams and metrics, and what happens when a team gets another name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from pilotlab.errors import UsageError, unknown
from pilotlab.spec.frozen import canonical
from pilotlab.spec.metric import MetricSpec
from pilotlab.store import ledger
from pilotlab.store.database import Database
from pilotlab.text.names import accept, tidy
from pilotlab.weeks import Week

MEASURED_BY = ("unit", "level", "direction", "kind", "window_weeks", "cadence_weeks")
"""What may not change within a version of a metric: two values would no longer mean the same."""


def team_ids(database: Database) -> dict[str, int]:
    """Return the key of every name a team has or had."""
    first = database.rows("SELECT name, team_id FROM teams")
    later = database.rows("SELECT name, team_id FROM team_names")
    stored = {str(name): int(key) for name, key in [*first, *later]}
    return {
        tidy(name): key for name, key in stored.items()
    } | stored  # an older version stored names as they came


def add_teams(database: Database, names: Iterable[str]) -> dict[str, int]:
    """Return the keys of teams by their tidy names, making those that are new; call inside `writing`."""
    known, wanted = team_ids(database), list(dict.fromkeys(map(tidy, names)))
    new = sorted(name for name in wanted if name not in known)
    if new:
        seq = ledger.next_seq(database)
        database.connection.executemany(
            "INSERT INTO teams (name, ledger_seq) VALUES (?, ?)", [(name, seq) for name in new]
        )
        known = team_ids(database)
    return {name: known[name] for name in wanted}


def called(database: Database) -> dict[int, str]:
    """Return how each team is called: as it was first seen, in the form that names are kept in."""
    stored = {int(key): str(name) for key, name in database.rows("SELECT team_id, name FROM teams")}
    taken = set(stored.values())
    return {key: name if tidy(name) in taken else tidy(name) for key, name in stored.items()}


def keys_and_names(
    database: Database, *, metrics: Iterable[int], teams: Iterable[int]
) -> list[tuple[int, str]]:
    """Return what keys stand for: metrics by `id@version`, teams by the name they were first seen under."""
    metric_of = {key: name for name, key in metric_ids(database).items()}
    team_of = dict(database.rows("SELECT team_id, name FROM teams"))
    return [
        (key, names.get(key, ""))
        for keys, names in ((metrics, metric_of), (teams, team_of))
        for key in sorted(keys)
    ]


def rename_team(database: Database, old: str, new: str, *, since: Week, actor: str, why: str) -> None:
    """Give a team a later name from a week on; old values stay with it, both names find it.

    Raises
    ------
    UsageError
        Where `old` is unknown or `new` is taken.
    """
    old, new = accept(old, "team"), accept(new, "the new name")
    with database.writing():
        known = team_ids(database)
        if old not in known:
            raise unknown("team", old, known)
        if new in known:
            raise UsageError(
                f"team name {new!r} is taken", fix="choose a name that no team has had in this workspace"
            )
        at, seq = database.clock(), ledger.next_seq(database)
        database.run(
            "UPDATE team_names SET valid_to = ? WHERE team_id = ? AND valid_to IS NULL",
            ((since - 1).code, known[old]),
        )
        database.run(
            "INSERT INTO team_names VALUES (?, ?, ?, NULL, ?, ?, ?, ?)",
            (new, known[old], since.code, why, at, actor, seq),
        )
        ledger.append(database, actor=actor, verb="rename", object_=new, at=at)


def metric_ids(database: Database) -> dict[str, int]:
    """Return the key of every metric ever logged, by `id@version`."""
    return {
        f"{name}@{version}": int(key)
        for key, name, version in database.rows("SELECT metric_id, id, version FROM metrics")
    }


def add_metrics(database: Database, specs: Iterable[MetricSpec]) -> dict[str, int]:
    """Return the keys of metrics, recording the definition of those that are new; call inside `writing`.

    Raises
    ------
    UsageError
        Where a metric measures something else than it did under the same version.
    """
    stored = {
        f"{name}@{version}": (int(key), spec)
        for key, name, version, spec in database.rows("SELECT metric_id, id, version, spec FROM metrics")
    }
    keys = {}
    for spec in specs:
        if spec.key in stored:
            keys[spec.key], was = stored[spec.key][0], json.loads(stored[spec.key][1])
            _same_measure(spec, was)
            continue
        cursor = database.connection.execute(
            "INSERT INTO metrics (id, version, spec, ledger_seq) VALUES (?, ?, ?, ?)",
            (spec.id, spec.version, canonical(_plain(spec)), ledger.next_seq(database)),
        )
        keys[spec.key] = int(cursor.lastrowid or 0)
        stored[spec.key] = (keys[spec.key], canonical(_plain(spec)))
    return keys


def _plain(spec: MetricSpec) -> dict[str, object]:
    return {**spec.defined, "roles": sorted(spec.roles)}  # a set has no order of its own


def _same_measure(spec: MetricSpec, was: Mapping[str, object]) -> None:
    now = spec.defined
    for key in MEASURED_BY:
        if now[key] != was.get(key):
            raise UsageError(
                f"metric {spec.key} has {key} {now[key]!r}; values are stored with {key} {was.get(key)!r}",
                fix=f"keep the definition, or raise its version to {spec.version + 1}",
            )
