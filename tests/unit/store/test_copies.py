"""A file that is gone, empty, another or older is named; a backup, a restore and a new beginning are whole or not at all."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pilotlab.errors import NotFound, StoreError, UsageError
from pilotlab.store import head
from pilotlab.store.copies import begin_anew, restore, set_rights
from pilotlab.store.ledger import next_seq
from pilotlab.store.store import Store
from tests.unit.store.conftest import W40, entry
from tests.unit.store.filled import fill, problems, tamper


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "pilots.db"
    fill(path)
    return path


@pytest.fixture
def backup(path: Path, tmp_path: Path) -> Path:
    """A backup, after which two more values were logged."""
    target = tmp_path / "backup.db"
    with Store.open(path) as store:
        store.backup(target)
        for value in (5.0, 6.0):
            store.log_values([entry(value, week=W40 + int(value))], actor="ann")
    return target


def files(path: Path) -> list[Path]:
    return [file for file in path.parent.iterdir() if file.name.startswith(path.name)]


def vanish(path: Path) -> None:
    for file in files(path):
        file.unlink()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def another(path: Path) -> None:
    vanish(path)
    noted = head.beside(path).read_bytes()
    head.beside(path).unlink()
    with Store.open(path) as store:
        store.log_values([entry()], actor="eve")
    head.beside(path).write_bytes(noted)


LOST: dict[str, tuple[Callable[[Path], None], str]] = {
    "gone": (vanish, r"pilots.db is gone: it held \d+ records"),
    "emptied": (empty, r"pilots.db is empty; it held \d+ records"),
    "replaced": (another, "is another database than the one used here before"),
}


@pytest.mark.parametrize("readonly", [False, True], ids=["writer", "reader"])
@pytest.mark.parametrize("name", LOST)
def test_a_file_that_is_not_the_one_used_before_is_named(path: Path, name: str, readonly: bool) -> None:
    lose, words = LOST[name]
    lose(path)
    with pytest.raises(StoreError, match=words) as caught:
        Store.open(path, readonly=readonly)
    assert "pilotlab db restore BACKUP" in caught.value.fix
    assert "pilotlab db begin-anew" in caught.value.fix


def test_an_older_copy_is_named(path: Path, backup: Path) -> None:
    vanish(path)
    shutil.copy(backup, path)
    with pytest.raises(StoreError, match=r"is an older copy: it ends at record 16, and 18 were seen here"):
        Store.open(path)


def test_pages_left_of_a_file_that_is_gone_are_not_read_into_a_new_one(path: Path) -> None:
    vanish(path)
    head.beside(path).unlink()
    path.with_name("pilots.db-wal").write_bytes(b"pages")
    with pytest.raises(StoreError, match="is gone"):
        Store.open(path)


def test_a_note_that_is_behind_or_lost_locks_nobody_out(path: Path) -> None:
    behind = head.beside(path).read_bytes()
    with Store.open(path) as store:
        store.log_values([entry(week=W40 + 7)], actor="ann")
    head.beside(path).write_bytes(behind)
    with Store.open(path) as store:
        store.log_values([entry(week=W40 + 8)], actor="ann")
    head.beside(path).unlink()
    with Store.open(path) as store:
        seq = store.log_values([entry(week=W40 + 9)], actor="ann").seq
    noted = head.noted(path)
    assert noted is not None
    assert noted.seq == seq


def test_a_damaged_note_is_named(path: Path) -> None:
    head.beside(path).write_text("{")
    with pytest.raises(StoreError, match=r"ledger-head-pilots.db.json is damaged"):
        Store.open(path, readonly=True)


@pytest.mark.parametrize("name", ["as it was", *LOST])
def test_a_restore_brings_back_the_backup_and_says_so(path: Path, backup: Path, name: str) -> None:
    if name in LOST:
        LOST[name][0](path)
    noted = head.noted(path)
    done = restore(path, backup, actor="ann", why="disk failed")
    assert (done.aside is None) == (name == "gone")
    with Store.open(path) as store:
        last, origin = store.ledger()[-1], store.origins()[-1]
        assert (last.seq, last.verb, last.object, last.actor) == (17, "restore", "backup.db", "ann")
        assert noted is not None
        assert (origin.replaced_hash, origin.why) == (noted.hash, "disk failed")
        assert store.verify()
        store.log_values([entry(week=W40 + 9)], actor="ann")
    assert problems(path) == ()
    if name == "as it was":
        assert done.aside is not None
        assert len([row for row in _values(done.aside) if row == 6.0]) == 1, (
            "what came after the backup is kept"
        )


def _values(path: Path) -> list[float]:
    with closing(sqlite3.connect(path)) as plain:
        return [row[0] for row in plain.execute("SELECT value FROM entries")]


def test_a_restore_that_was_killed_before_its_note_is_known_by_its_own_record(
    path: Path, backup: Path
) -> None:
    noted = head.beside(path).read_bytes()
    restore(path, backup, actor="ann")
    head.beside(path).write_bytes(noted)
    assert problems(path) == ()


def test_a_backup_of_the_first_schema_is_restored(path: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    with closing(sqlite3.connect(old)) as plain:
        plain.executescript((Path(__file__).parent / "files" / "schema-1.sql").read_text(encoding="utf-8"))
    before = old.read_bytes()
    restore(path, old, actor="ann")
    assert problems(path) == ()
    assert old.read_bytes() == before, "a backup stays as it is"


def test_what_can_not_be_restored_replaces_nothing(path: Path, backup: Path, tmp_path: Path) -> None:
    whole = path.read_bytes()
    (tmp_path / "text.db").write_bytes(b"no database" * 500)
    tampered = Path(shutil.copy(backup, tmp_path / "tampered.db"))
    tamper(tampered, "DELETE FROM freezes")
    for source, error, words in (
        (tmp_path / "none.db", NotFound, "no file"),
        (tmp_path, UsageError, "is a folder"),
        (path, UsageError, "is the database itself"),
        (tmp_path / "text.db", StoreError, "damaged or no SQLite database"),
        (tampered, StoreError, "tampered.db was changed outside pilotlab, nothing was restored"),
    ):
        with pytest.raises(error, match=words):
            restore(path, source, actor="ann")
    assert path.read_bytes() == whole
    assert not [
        file.name for file in path.parent.iterdir() if file.name.startswith(".") or "replaced" in file.name
    ]


@pytest.mark.parametrize("name", LOST)
def test_a_new_beginning_has_its_reason_as_its_first_record(path: Path, name: str) -> None:
    LOST[name][0](path)
    with pytest.raises(UsageError, match="needs a reason"):
        begin_anew(path, actor="ann", why=" ")
    begin_anew(path, actor="ann", why="no backup")
    with Store.open(path) as store:
        assert [(row.verb, row.actor) for row in store.ledger()] == [("anew", "ann")]
        assert [(row.kind, row.why) for row in store.origins()] == [("anew", "no backup")]
        assert store.log_values([entry()], actor="ann").new == 1
        assert store.verify()


def test_nothing_is_begun_anew_where_nothing_was(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"there was no pilots.db yet"):
        begin_anew(tmp_path / "pilots.db", actor="ann", why="x")


def test_a_command_under_way_does_not_write_into_the_file_that_was_replaced(path: Path, backup: Path) -> None:
    with Store.open(path) as under_way:
        restore(path, backup, actor="ann")
        with pytest.raises(StoreError, match="was replaced or taken away while this command ran"):
            under_way.log_values([entry(week=W40 + 9)], actor="ben")


def test_a_backup_that_fails_leaves_no_file(path: Path, tmp_path: Path) -> None:
    tamper(path, "DELETE FROM freezes")
    target = tmp_path / "backups" / "one.db"
    with (
        Store.open(path) as store,
        pytest.raises(StoreError, match="was changed outside pilotlab, nothing was copied"),
    ):
        store.backup(target)
    assert list(target.parent.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX links")
def test_a_backup_follows_no_link(path: Path, tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "elsewhere.db")
    with Store.open(path) as store, pytest.raises(UsageError, match="exists"):
        store.backup(tmp_path / "link.db")
    assert not (tmp_path / "elsewhere.db").exists()


def rights(path: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX rights")
@pytest.mark.parametrize(("shared", "mode"), [(False, 0o600), (True, 0o660)], ids=["owner", "group"])
def test_files_are_for_their_owner_or_a_group(tmp_path: Path, shared: bool, mode: int) -> None:
    path, umask = tmp_path / "data" / "pilots.db", os.umask(0o022)
    try:
        with Store.open(path, shared=shared) as store:
            store.log_values([entry()], actor="ann")
            store.backup(path.with_name("copy.db"))
            assert set(rights(path).values()) == {mode}, rights(path)
            assert len(rights(path)) == 6
        set_rights(path, shared=not shared)
        assert set(rights(path).values()) == {mode, 0o600 if shared else 0o660}
    finally:
        os.umask(umask)


CRASHES = """
import os, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA journal_mode = DELETE")
db.execute("PRAGMA cache_size = 1")
db.execute("PRAGMA cache_spill = 1")
db.execute("BEGIN IMMEDIATE")
db.execute("UPDATE observations SET value = 99")
db.execute("CREATE TABLE big AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT i, hex(randomblob(40)) x FROM n")
os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_journal_that_a_crash_left_is_rolled_back_by_a_reader(path: Path) -> None:
    subprocess.run([sys.executable, "-c", CRASHES, str(path)], check=False)
    assert path.with_name("pilots.db-journal").stat().st_size
    assert problems(path) == ()
    with Store.open(path) as store:
        assert next_seq(store.database) == 17
