"""Names that are one name however they were typed."""

from __future__ import annotations

import unicodedata

import pytest

from pilotlab.errors import UsageError
from pilotlab.store.store import Store
from tests.unit.store.conftest import W40, entry

COMPOSED = "büro"
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)


def test_both_forms_are_one_team(store: Store) -> None:
    store.log_values([entry(21.5, team=DECOMPOSED)], actor="me")
    receipt = store.log_values([entry(21.5, team=COMPOSED)], actor="me")
    assert (receipt.new, receipt.unchanged) == (0, 1)
    assert set(store.team_names()) == {COMPOSED}
    assert len(store.observations(teams=[DECOMPOSED])) == len(store.observations(teams=[COMPOSED])) == 1


def test_a_store_that_holds_a_decomposed_name_finds_it(store: Store) -> None:
    store.log_values([entry(21.5, team="api")], actor="me")
    with store.database.writing():
        store.database.run("INSERT INTO teams (name) VALUES (?)", (DECOMPOSED,))
    receipt = store.log_values([entry(22.5, team=COMPOSED)], actor="me")
    assert receipt.new == 1
    assert len(store.database.rows("SELECT name FROM teams")) == 2
    assert {row.team for row in store.observations()} == {"api", COMPOSED}
    assert store.verify().problems == ("teams holds 1 row that no act of the ledger wrote",)


@pytest.mark.parametrize("name", ["a\x1bpi", "Jos\udce9", "a\nb"])
def test_what_is_no_text_becomes_no_name(store: Store, name: str) -> None:
    store.log_values([entry(21.5, team="api")], actor="me")
    with pytest.raises(UsageError, match="the new name"):
        store.rename_team("api", name, since=W40, actor="me", why="merged")
