"""Values come in once, corrections as newer revisions, and nothing is overwritten."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest

from pilotlab.errors import StoreError, UsageError
from pilotlab.store.entries import Columns, Entry, NeedsReason
from pilotlab.store.readings import Release
from pilotlab.store.store import Store
from pilotlab.store.tables import APPEND_ONLY
from pilotlab.weeks import week_range
from tests.unit.store.conftest import W40, entry, metric


def columns(rows: list[tuple[str, int, float]]) -> Columns:
    teams = tuple(dict.fromkeys(row[0] for row in rows))
    return Columns(
        teams=teams,
        metrics=(metric(),),
        team=[teams.index(row[0]) for row in rows],
        week=[row[1] for row in rows],
        metric=[0] * len(rows),
        value=[row[2] for row in rows],
    )


ROWS = [("api", 202640, 21.5), ("web", 202640, 18.0), ("api", 202641, 22.0), ("web", 202641, 0.0)]


def test_a_value_and_a_gap_and_nothing_are_three_states(store: Store) -> None:
    store.log_values([entry(0.0), entry(None, team="web", gap="holiday")], actor="ann")
    found = {row.team: (row.value, row.gap) for row in store.observations("focus_hours@1")}
    assert found == {"api": (0.0, None), "web": (None, "holiday")}
    assert store.observations("focus_hours@1", teams=["db"]) == []


def test_the_same_value_again_changes_nothing(store: Store) -> None:
    first = store.log_values([entry()], actor="ann")
    again = store.log_values([entry()], actor="ben")
    assert (first.new, again.written, again.unchanged, again.seq) == (1, 0, 1, None)
    assert len(store.ledger()) == 2


def test_a_correction_needs_a_reason_and_keeps_the_old_value(store: Store) -> None:
    store.log_values([entry(21.5)], actor="ann")
    with pytest.raises(
        NeedsReason, match=r"focus_hours of api in 2026-W40 is stored as 21.5, now 12.5\n  fix: say why"
    ):
        store.log_values([entry(12.5)], actor="ben")
    receipt = store.log_values([entry(12.5)], actor="ben", why="typo")
    assert (receipt.corrected, receipt.new) == (1, 0)
    assert [
        (row.revision, row.value, row.actor, row.why)
        for row in store.history("focus_hours@1", team="api", week=W40)
    ] == [
        (1, 21.5, "ann", ""),
        (2, 12.5, "ben", "typo"),
    ]
    assert [row.value for row in store.observations()] == [12.5]


def test_a_value_can_become_a_gap_and_go_back(store: Store) -> None:
    for value, gap in ((21.5, None), (None, "leave"), (21.5, None)):
        store.log_values([entry(value, gap=gap)], actor="ann", why="changed my mind")
    assert [row.revision for row in store.observations()] == [3]
    assert store.verify()


def test_a_changed_count_behind_the_same_value_is_a_correction(store: Store) -> None:
    store.log_values([entry(20.0, n=8)], actor="ann")
    with pytest.raises(NeedsReason, match=r"value 20.0, n 8, now value 20.0, n 9"):
        store.log_values([entry(20.0, n=9)], actor="ann")


@pytest.mark.parametrize(("value", "gap"), [(None, None), (3.0, "leave"), (None, "bored")])
def test_a_row_is_a_value_or_a_known_gap(store: Store, value: float | None, gap: str | None) -> None:
    with pytest.raises(StoreError, match="CHECK"):
        store.log_values([entry(value, gap=gap)], actor="ann")
    assert store.observations() == []
    assert store.team_names() == {}, "the team of a refused value is not kept either"


def test_nothing_to_log_and_two_values_for_one_cell_are_refused(store: Store) -> None:
    with pytest.raises(UsageError, match="nothing to log"):
        store.log_values([], actor="ann")
    with pytest.raises(UsageError, match="focus_hours@1 of api in 2026-W40 is given twice"):
        store.log_values([entry(1.0), entry(2.0)], actor="ann")


@pytest.mark.parametrize("seed", range(3))
def test_the_same_content_in_any_order_changes_nothing(store: Store, seed: int) -> None:
    store.bulk_import(columns(ROWS), actor="ann", source="week.csv")
    shuffled = random.Random(seed).sample(ROWS, len(ROWS))
    receipt = store.bulk_import(columns(shuffled), actor="ben", source="other.csv")
    assert (receipt.written, receipt.unchanged) == (0, 4)
    assert receipt.earlier.startswith("ann, 2026-10-05")
    assert len(store.ledger()) == 2


def test_an_import_repeated_after_a_correction_does_not_undo_it(store: Store) -> None:
    store.bulk_import(columns(ROWS), actor="ann", source="week.csv")
    store.log_values([entry(12.5)], actor="ann", why="typo")
    assert store.bulk_import(columns(ROWS), actor="ann", source="week.csv", why="again").written == 0
    assert store.observations(teams=["api"], weeks=[W40])[0].value == 12.5


def test_an_import_appends_what_is_new_and_corrects_what_changed(store: Store) -> None:
    store.bulk_import(columns(ROWS), actor="ann", source="week.csv")
    changed = [("api", 202640, 20.0), *ROWS[1:], ("web", 202642, 17.0)]
    with pytest.raises(NeedsReason) as caught:
        store.bulk_import(columns(changed), actor="ann", source="week2.csv")
    assert [(row.position, row.before, row.after) for row in caught.value.corrections] == [(0, "21.5", "20")]
    receipt = store.bulk_import(columns(changed), actor="ann", source="week2.csv", why="late hours")
    assert (receipt.new, receipt.corrected, receipt.unchanged) == (1, 1, 3)
    assert store.verify()


def test_a_preview_says_what_would_happen_and_changes_nothing(store: Store) -> None:
    store.bulk_import(columns(ROWS), actor="ann", source="week.csv")
    before = store.database.rows("SELECT * FROM entries")
    receipt = store.preview(columns([("api", 202640, 20.0), ("db", 202640, 1.0), *ROWS[1:]]))
    assert (receipt.new, receipt.corrected, receipt.unchanged) == (1, 1, 3)
    assert store.preview(columns(ROWS)).earlier
    assert store.database.rows("SELECT * FROM entries") == before
    assert "db" not in store.team_names()


def test_many_rows_go_the_same_way_as_few(store: Store) -> None:
    weeks = week_range(W40 - 299, 300)
    rows = [
        (f"team-{team:03d}", week.code, float(team + week.number)) for team in range(70) for week in weeks
    ]
    receipt = store.bulk_import(columns(rows), actor="ann", source="big.csv")
    assert receipt.new == len(rows) == 21_000
    assert store.verify()
    read = store.observations()
    assert [(row.team, row.week.code, row.value) for row in read] == sorted(
        rows, key=lambda row: (row[1], row[0])
    )


def test_a_metric_keeps_its_meaning_within_a_version(store: Store) -> None:
    store.log_values([entry()], actor="ann")
    other = metric(unit="min/week")
    with pytest.raises(
        UsageError, match=r"focus_hours@1 has unit 'min/week'; values are stored with unit 'h/week'"
    ):
        store.log_values([Entry("api", W40 + 1, other, 30.0)], actor="ann")
    reworded = metric(label="Focus", question="How long?")
    assert store.log_values([Entry("api", W40 + 1, reworded, 30.0)], actor="ann").new == 1


def test_a_renamed_team_keeps_its_values_under_both_names(store: Store) -> None:
    store.log_values([entry(20.0)], actor="ann")
    store.rename_team("api", "platform", since=W40 + 1, actor="ann", why="reorganisation")
    store.log_values([entry(22.0, team="platform", week=W40 + 1)], actor="ann")
    assert [row.value for row in store.observations(teams=["platform"])] == [20.0, 22.0]
    assert {row.team for row in store.observations(teams=["api"])} == {"api"}
    assert store.log_values([entry(20.0, team="platform")], actor="ann").unchanged == 1
    with pytest.raises(UsageError, match="'api' is taken"):
        store.rename_team("platform", "api", since=W40 + 2, actor="ann", why="back")
    with pytest.raises(UsageError, match=r"team 'plattform' is not known; did you mean 'platform'\?"):
        store.rename_team("plattform", "x", since=W40, actor="ann", why="")
    assert store.verify()


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE", "REPLACE"])
def test_history_refuses_to_be_changed(store: Store, table: str, verb: str) -> None:
    store.log_values([entry()], actor="ann")
    store.save_pilot("p", {}, actor="ann")
    store.save_assignment(
        "p", {"method": "complete", "teams": [{"team": "api", "arm": "control", "start": None}]}, actor="ann"
    )
    store.save_freeze("p", {"a": 1}, actor="ann")
    store.save_amendment("p", {"a": 2}, actor="ann", why="b", seen_data=False)
    for save in (store.save_run, store.save_decision, store.save_readout):
        save("p", {}, actor="ann")
    release = Release(pilot="p", object="count", content={}, behind="", audience="status")
    store.record_reading("p", "status", actor="ann", released=[release])
    statement = {
        "UPDATE": f"UPDATE {table} SET rowid = rowid"
        if table != "assignments"
        else "UPDATE assignments SET arm = 'x'",
        "DELETE": f"DELETE FROM {table}",
        "REPLACE": f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    }[verb]
    with pytest.raises(sqlite3.IntegrityError, match=r"append-only|must follow"):
        store.database.connection.execute(statement)


def test_the_file_opens_with_readable_views_and_nothing_else_needed(store: Store, path: Path) -> None:
    store.log_values([entry(21.5)], actor="ann")
    store.log_values([entry(12.5)], actor="ben", why="typo")
    plain = sqlite3.connect(path)
    assert plain.execute(
        "SELECT team, week, metric, value, revision, actor, why FROM raw_entries"
    ).fetchall() == [
        ("api", "2026-W40", "focus_hours", 21.5, 1, "ann", ""),
        ("api", "2026-W40", "focus_hours", 12.5, 2, "ben", "typo"),
    ]
    assert plain.execute("SELECT team, week, value, actor FROM raw_observations").fetchall() == [
        ("api", "2026-W40", 12.5, "ben")
    ]
    plain.close()
