"""Migrations: brings a database to the newest schema, in recorded order."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

from pilotlab.store.tables import APPLICATION_ID, INDEXES, SCHEMA_VERSION, TABLES, VIEWS, triggers

NAMES = ("m001_first_tables", "m002_releases")
"""One name a schema version, in order; what each brought is told by `since` in the list of tables."""
GONE_VIEWS = ("entries_readable", "observations_readable", "assignments_readable")  # now named as raw


def migrate(connection: sqlite3.Connection) -> None:
    """Apply and record what is missing; each step is one transaction.

    sqlite-utils costs half a second to import, so callers ask `PRAGMA user_version` first.
    """
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

    steps = Migrations("pilotlab")
    for version, name in enumerate(NAMES, start=1):
        steps(name=name)(_step(version))
    steps.apply(Database(connection, recursive_triggers=False, execute_plugins=False))


def _step(version: int) -> Callable[[Any], None]:
    def apply(database: Any) -> None:
        for statement in _statements(version):
            database.execute(statement)

    apply.__name__ = NAMES[version - 1]
    return apply


def _statements(version: int) -> Iterator[str]:
    """Tables and columns of one version, then views and triggers anew."""
    for table in TABLES:
        if table.since == version:
            yield table.create()
        for column in table.columns:
            if column.since == version > table.since:
                yield f"ALTER TABLE {table.name} ADD COLUMN {column.name} {column.sql}"
    if version == SCHEMA_VERSION:
        for statement in INDEXES:
            yield statement.replace("INDEX ", "INDEX IF NOT EXISTS ", 1)
        for name in GONE_VIEWS:
            yield f"DROP VIEW IF EXISTS {name}"
        for name, select in VIEWS.items():
            yield f"DROP VIEW IF EXISTS {name}"
            yield f"CREATE VIEW {name} AS {select.strip()}"
        for name, statement in triggers():
            yield f"DROP TRIGGER IF EXISTS {name}"
            yield statement
    yield f"PRAGMA application_id = {APPLICATION_ID}"
    yield f"PRAGMA user_version = {version}"
