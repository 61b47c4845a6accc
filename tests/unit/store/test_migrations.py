"""A store of every released schema opens, keeps what it held, and still verifies."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from pilotlab.store.store import Store
from pilotlab.store.tables import SCHEMA_VERSION, TABLES, VIEWS
from tests.unit.store.conftest import entry

FILES = Path(__file__).parent / "files"


@pytest.fixture(params=range(1, SCHEMA_VERSION), ids=lambda version: f"schema {version}")
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "data" / "pilots.db"
    path.parent.mkdir()
    plain = sqlite3.connect(path)
    plain.executescript((FILES / f"schema-{request.param}.sql").read_text(encoding="utf-8"))
    plain.close()
    return path


@pytest.mark.parametrize("readonly", [False, True], ids=["writer", "reader"])
def test_an_older_store_is_brought_up_whole(old: Path, readonly: bool) -> None:
    with Store.open(old, readonly=readonly) as store:
        assert store.verify().problems == ()
        assert store.database.rows("PRAGMA user_version") == [(SCHEMA_VERSION,)]
        for table in TABLES:
            columns = {row[1] for row in store.database.rows(f"PRAGMA table_info({table.name})")}
            assert columns == {column.name for column in table.columns}
        views = {row[0] for row in store.database.rows("SELECT name FROM sqlite_master WHERE type = 'view'")}
        assert views == set(VIEWS)


def test_an_older_store_keeps_what_it_held(old: Path) -> None:
    with Store.open(old) as store:
        frozen, declared = store.freeze("p"), store.pilot("p")
        assert frozen is not None
        assert declared is not None
        assert (dict(frozen.content), dict(declared.content)["title"]) == ({"rule": "standard@1"}, "new")
        assert len(store.draws("p")) == 2
        assert [(row.team, row.value, row.gap) for row in store.observations()] == [
            ("api", 12.5, None),
            ("web", None, "leave"),
        ]
        assert set(store.team_names()) == {"api", "core", "platform", "web"}
        assert [row.why for row in store.amendments("p")] == ["a bar forgotten"]


def test_an_older_store_is_written_on(old: Path) -> None:
    with Store.open(old) as store:
        assert store.log_values([entry(20.0, team="core")], actor="ann", why="again").corrected == 1
        store.record_reading("p", "status", actor="ann")
    with Store.open(old, readonly=True) as store:
        assert store.verify().problems == ()
