"""What goes wrong outside the program: each case says what happened and what to do, and leaves the file whole."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pilotlab.errors import NotFound, StoreError, UsageError
from pilotlab.store.entries import Columns
from pilotlab.store.opening import open_database
from pilotlab.store.store import Store
from pilotlab.store.tables import SCHEMA_VERSION
from tests.unit.store.conftest import W40, entry, metric

ROOT = Path(__file__).parents[3]


def many(count: int, first: int = 0) -> Columns:
    return Columns(
        teams=tuple(f"team-{first + number}" for number in range(count)),
        metrics=(metric(),),
        team=list(range(count)),
        week=[W40.code] * count,
        metric=[0] * count,
        value=[float(number % 50) for number in range(count)],
    )


def test_a_locked_file(path: Path) -> None:
    with Store.open(path, wait_seconds=0.1) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match=r"in use: another command is writing\n  fix: wait"):
            store.log_values([entry()], actor="ann")
        other.execute("ROLLBACK")
        other.close()
        assert store.log_values([entry()], actor="ann").new == 1


def test_a_writer_waits_for_another_command_and_gives_up_with_words(path: Path) -> None:
    from filelock import FileLock

    with Store.open(path, wait_seconds=0.1) as store, FileLock(f"{path}.lock"):
        with pytest.raises(StoreError, match="in use"):
            store.log_values([entry()], actor="ann")
        assert store.observations() == []


@pytest.mark.parametrize("content", [b"not a database at all " * 300, b"SQLite format 3\0" + b"\xff" * 5000])
@pytest.mark.parametrize("readonly", [False, True])
def test_a_file_that_is_no_database(path: Path, content: bytes, readonly: bool) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"is damaged or no SQLite database.*\n  fix: put the last backup"):
        Store.open(path, readonly=readonly)
    assert path.read_bytes() == content


def test_a_database_with_a_hole(store: Store, path: Path) -> None:
    store.bulk_import(many(3000), actor="ann", source="x.csv")
    store.database.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    raw = bytearray(path.read_bytes())
    raw[8192 : len(raw) - 4096] = b"\xa5" * (len(raw) - 12288)
    path.write_bytes(raw)
    with pytest.raises(StoreError, match="damaged"):
        verified(path)


def verified(path: Path) -> bool:
    with Store.open(path) as opened:
        return bool(opened.verify())


def test_another_programs_database(path: Path) -> None:
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE recipes (name)")
    other.commit()
    other.close()
    with pytest.raises(StoreError, match="a SQLite file of another program"):
        Store.open(path)


def test_a_schema_from_a_newer_program(path: Path) -> None:
    Store.open(path).close()
    newer = sqlite3.connect(path)
    newer.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    newer.close()
    for readonly in (False, True):
        with pytest.raises(StoreError, match=r"written by a newer pilotlab.*\n  fix: pip install --upgrade"):
            Store.open(path, readonly=readonly)


def test_a_reader_finds_nothing_and_makes_nothing(path: Path) -> None:
    with pytest.raises(NotFound, match="no database at"):
        Store.open(path, readonly=True)
    assert not path.parent.exists()


def test_a_reader_can_not_write(store: Store, path: Path) -> None:
    with Store.open(path, readonly=True) as reader, pytest.raises(StoreError, match="opened for reading"):
        reader.log_values([entry()], actor="ann")


def test_a_full_disk_writes_nothing(store: Store) -> None:
    store.log_values([entry()], actor="ann")
    pages = store.database.rows("PRAGMA page_count")[0][0]
    store.database.connection.execute(f"PRAGMA max_page_count = {pages + 3}")
    with pytest.raises(
        StoreError,
        match=r"no room left on the disk of pilots.db; nothing was written\n  fix: free some space",
    ):
        store.bulk_import(many(5000), actor="ann", source="x.csv")
    assert len(store.observations()) == 1
    assert len(store.team_names()) == 1
    assert store.verify()
    store.database.connection.execute("PRAGMA max_page_count = 1000000")
    assert store.bulk_import(many(5000), actor="ann", source="x.csv").new == 5000


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user can reach, which pytest's own are not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


AS_NOBODY = """
import os, sys
from pathlib import Path
import filelock, pilotlab.store.creation, pilotlab.workspace
from pilotlab.errors import StoreError
from pilotlab.store.store import Store
from tests.unit.store.conftest import entry
if os.getuid() == 0:
    os.setgid(65534); os.setuid(65534)
try:
    with Store.open(Path(sys.argv[1]), readonly=sys.argv[2] == "read") as store:
        if sys.argv[2] == "write":
            store.log_values([entry(1.0)], actor="ann", why="x")
        print(len(store.observations()))
except StoreError as error:
    print(error)
"""


def as_nobody(path: Path, verb: str) -> str:
    run = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(path), verb], capture_output=True, text=True, cwd=ROOT
    )
    assert not run.stderr, run.stderr
    return run.stdout


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX rights")
def test_a_read_only_folder(open_folder: Path) -> None:
    path = open_folder / "pilots.db"
    with Store.open(path) as store:
        store.log_values([entry()], actor="ann")
    Path(f"{path}.lock").unlink(missing_ok=True)
    path.chmod(0o444)
    open_folder.chmod(0o555)
    assert as_nobody(path, "read") == "1\n"
    refused = as_nobody(path, "write")
    assert "fix: check the rights on" in refused
    assert "pilots.db can't be" in refused
    assert "can't be written: Permission denied" in as_nobody(open_folder / "new" / "pilots.db", "write")
    assert {file.name for file in open_folder.iterdir()} == {"pilots.db", "ledger-head-pilots.db.json"}


KEEPS_WRITING = """
import sys
from pathlib import Path
from pilotlab.store.store import Store
from tests.unit.store.test_failures import many
first = 0
with Store.open(Path(sys.argv[1])) as store:
    while True:
        receipt = store.bulk_import(many(400, first), actor="ann", source="x.csv")
        first += 400
        print(receipt.seq, first, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("after", [0.05, 0.11, 0.23])
def test_kill_in_the_middle_loses_nothing_acknowledged(path: Path, after: float) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", KEEPS_WRITING, str(path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert child.stdout is not None
    first_line = child.stdout.readline()
    time.sleep(after)
    os.kill(child.pid, signal.SIGKILL)
    seq, rows = (int(word) for word in [first_line, *child.stdout.read().splitlines()][-1].split())
    child.wait()
    child.stdout.close()
    with Store.open(path) as store:
        assert store.verify()
        assert len(store.ledger()) >= seq
        assert len(store.observations()) >= rows
        assert len(store.observations()) % 400 == 0, "an act is there whole or not at all"
        assert store.log_values([entry()], actor="ann").new == 1, "nothing stays locked"


IMPORTS_ONCE = """
import sys
from pathlib import Path
from pilotlab.store.store import Store
from tests.unit.store.test_failures import many
with Store.open(Path(sys.argv[1])) as store:
    for at in range(5):
        store.bulk_import(many(200, int(sys.argv[2]) + at * 200), actor=sys.argv[2], source="x.csv")
"""


def test_two_processes_import_at_once(path: Path) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", IMPORTS_ONCE, str(path), str(first)], cwd=ROOT, stderr=subprocess.PIPE
        )
        for first in (0, 500, 10_000)
    ]
    for child in children:
        _, errors = child.communicate(timeout=60)
        assert child.returncode == 0, errors
    with Store.open(path) as store:
        assert len(store.observations()) == 2500, "overlapping rows are stored once"
        assert store.verify()


def test_a_backup_is_whole_and_overwrites_nothing(store: Store, tmp_path: Path) -> None:
    store.log_values([entry()], actor="ann")
    target = tmp_path / "backups" / "one.db"
    store.backup(target)
    with Store.open(target) as copy:
        assert copy.verify()
        assert copy.observations() == store.observations()
    with pytest.raises(UsageError, match="exists"):
        store.backup(target)


def test_a_file_is_opened_the_same_way_each_time(path: Path) -> None:
    for _ in range(2):
        with Store.open(path) as store:
            assert [row.verb for row in store.ledger()] == ["begin"]
            assert store.database.rows("PRAGMA user_version") == [(SCHEMA_VERSION,)]
            assert store.database.rows("PRAGMA journal_mode") == [("wal",)]
            assert store.database.rows("PRAGMA foreign_keys") == [(1,)]


def test_a_failed_act_leaves_no_trace(store: Store) -> None:
    with pytest.raises(RuntimeError, match="on the way"):
        freeze_and_fail(store)
    assert (store.freeze("p"), store.ledger()[1:]) == (None, [])


def freeze_and_fail(store: Store) -> None:
    with store.database.writing():
        store.save_freeze("p", {}, actor="ann")
        raise RuntimeError("on the way")


LIGHT = """
import sys
from pathlib import Path
from pilotlab.store.store import Store
from tests.unit.store.conftest import entry
with Store.open(Path(sys.argv[1])) as store:
    store.log_values([entry(2.0, team="web")], actor="ann")
    store.observations()
print(sorted({"sqlite_utils", "numpy", "pandas", "scipy"} & set(sys.modules)))
"""


def test_a_current_store_is_used_without_anything_heavy(store: Store, path: Path) -> None:
    code = LIGHT.replace(
        "from tests.unit.store.conftest import entry", "from pilotlab.store.entries import Entry"
    ).replace(
        'entry(2.0, team="web")',
        "Entry('web', __import__('pilotlab.weeks').weeks.Week.parse('2026-W40'), METRIC, 2.0)",
    )
    spec = metric().model_dump_json()
    code = code.replace(
        "with Store",
        f"from pilotlab.spec.metric import MetricSpec\nMETRIC = MetricSpec.model_validate_json({spec!r})\nwith Store",
        1,
    )
    run = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, cwd=ROOT)
    assert run.stdout == "[]\n", run.stderr


def test_the_clock_is_handed_in(path: Path) -> None:
    database = open_database(path, clock=lambda: "then")
    assert database.clock() == "then"
    database.close()
