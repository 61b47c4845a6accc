"""Every reading of results is a row of the ledger, with what was shown."""

from __future__ import annotations

import sqlite3

import pytest

from pilotlab.store.readings import Release
from pilotlab.store.store import Store

MEAN = Release(
    pilot="p",
    object="mean",
    content={"mean": 7.1, "n": "20 to 29"},
    behind="ab12",
    audience="analyze",
    metric="job_satisfaction@1",
    part="control",
    period="2027-W01..2027-W04",
)


def test_a_reading_is_one_row_of_the_ledger(store: Store) -> None:
    row = store.record_reading("p", "status", "goals by arm", actor="ann")
    assert (row.actor, row.verb, row.object) == ("ann", "read status", "p: goals by arm")
    assert store.verify()


def test_what_was_shown_is_kept_with_its_reading(store: Store) -> None:
    count = Release(pilot="p", object="count", content={"n": "<5"}, behind="cd34", audience="status")
    store.record_reading("p", "analyze", actor="ann", released=[MEAN, count])
    store.record_reading("q", "analyze", actor="ann")
    assert store.releases("p") == [MEAN, count]
    assert store.releases("p", objects=["mean"]) == [MEAN]
    assert store.releases("q") == []
    assert store.database.rows("SELECT object, audience FROM released") == [
        ("mean", "analyze"),
        ("count", "status"),
    ]
    with pytest.raises(sqlite3.IntegrityError, match="releases is append-only"):
        store.database.run("DELETE FROM releases")
