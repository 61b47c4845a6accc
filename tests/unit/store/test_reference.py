"""The page about the store is what the list of tables says, and so is the database."""

from __future__ import annotations

from pathlib import Path

from pilotlab.store.reference import page
from pilotlab.store.store import Store
from pilotlab.store.tables import TABLES, VIEWS

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "store.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "run python -m pilotlab.store.reference > docs/reference/store.md"
    )


def test_the_database_has_what_is_listed(store: Store) -> None:
    for table in TABLES:
        columns = [row[1] for row in store.database.rows(f"PRAGMA table_info({table.name})")]
        assert columns == [column.name for column in table.columns]
    for view in VIEWS:
        assert store.database.rows(f"SELECT * FROM {view}") == []
