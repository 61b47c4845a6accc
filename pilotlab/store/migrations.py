"""Migrations: brings a file of any schema to the newest, in one transaction that is an act of the ledger."""

from __future__ import annotations

from pilotlab.store.database import Database
from pilotlab.store.origins import record_origin
from pilotlab.store.tables import APPLICATION_ID, SCHEMA_VERSION, TABLES, Table, statements

GONE = ("_sqlite_migrations",)  # what older schemas had; the ledger records an upgrade now


def create_tables(database: Database) -> None:
    """Make every table in an empty file; call inside its transaction."""
    for statement in statements().values():
        database.run(statement)
    _mark(database)


def bring_up(database: Database) -> None:
    """Bring a file of an older schema to the newest; call inside its transaction, with foreign keys off.

    A table whose columns changed is made anew and filled with its rows; views, triggers and indexes are made anew.
    """
    version = database.version()
    if version == SCHEMA_VERSION:
        return  # another process was faster
    _drop_all(database, "view", "trigger", "index")
    for table in TABLES:
        _bring_up_table(database, table)
    for name in GONE:
        database.run(f"DROP TABLE IF EXISTS {name}")
    for (kind, _), statement in statements().items():
        if kind != "table":
            database.run(statement)
    _mark(database)
    record_origin(database, "upgrade", source=f"schema {version}")


def _drop_all(database: Database, *kinds: str) -> None:
    for kind, name in database.rows(
        "SELECT type, name FROM sqlite_master WHERE type IN (SELECT value FROM json_each(?)) AND sql IS NOT NULL",
        ('["' + '", "'.join(kinds) + '"]',),
    ):
        database.run(f'DROP {kind} IF EXISTS "{name}"')


def _bring_up_table(database: Database, table: Table) -> None:
    found = database.one("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table.name,))
    if found is None:
        database.run(table.create())
        return
    if found[0] == table.create():
        return
    kept = ", ".join(row[1] for row in database.rows(f"PRAGMA table_info({table.name})"))
    database.run(f"CREATE TEMP TABLE brought AS SELECT * FROM {table.name}")
    database.run(f"DROP TABLE {table.name}")
    database.run(table.create())
    database.run(f"INSERT INTO {table.name} ({kept}) SELECT {kept} FROM temp.brought")
    database.run("DROP TABLE temp.brought")


def _mark(database: Database) -> None:
    database.run(f"PRAGMA application_id = {APPLICATION_ID}")
    database.run(f"PRAGMA user_version = {SCHEMA_VERSION}")
