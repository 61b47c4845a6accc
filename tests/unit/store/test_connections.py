"""Every connection is closed by the command that opened it, whatever becomes of the command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

COUNTED = """
import json, sqlite3, sys
from pilotlab.cli.main import main

opened = []
class Counted(sqlite3.Connection):
    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        opened.append(self)

connect = sqlite3.connect
sqlite3.connect = lambda *arguments, **options: connect(*arguments, **{**options, "factory": Counted})

def is_open(connection):
    try:
        connection.total_changes
    except sqlite3.ProgrammingError:
        return False
    return True

told, streams = [], (sys.stdout, sys.stderr)
for line in json.loads(sys.argv[1]):
    opened.clear()
    sys.stdout, sys.stderr = streams
    sys.argv = ["pilotlab", *line]
    try:
        main()
    except SystemExit as ended:
        code = ended.code or 0
    told.append([" ".join(line[:2]), code, len(opened), sum(map(is_open, opened))])
with open("told.json", "w") as file:
    json.dump(told, file)
"""

BEFORE, AFTER = ("--today", "2026-10-12"), ("--today", "2027-06-01")
LOG = ("log", "anchor-days", "--team", "search", "--week", "2027-W10", *AFTER, "--set")
LINES = (
    ("init", ".", *BEFORE),
    ("assign", "anchor-days", "--seed", "7", *BEFORE),
    ("freeze", "anchor-days", *BEFORE),
    (*LOG, "job_satisfaction=7.4"),
    (*LOG, "job_satisfaction=6.4"),  # refused: no reason
    ("status", "anchor-days", *AFTER),
    ("decide", "anchor-days", *AFTER),
    ("db", "verify"),
    ("db", "backup", "copy.db"),
    ("db", "backup", "copy.db"),  # refused: exists
    ("db", "restore", "copy.db", "--why", "disk failed"),
    ("db", "restore", "pilotlab.toml"),  # refused: no database
)


@pytest.mark.slow
def test_no_connection_outlives_its_command(tmp_path: Path) -> None:
    command = [sys.executable, "-X", "dev", "-c", COUNTED, json.dumps(LINES)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, encoding="utf-8")
    assert "ResourceWarning" not in run.stderr
    told = json.loads((tmp_path / "told.json").read_text(encoding="utf-8"))
    assert [row[0] for row in told if row[3]] == []
    assert [row[0] for row in told if row[1]] == ["log anchor-days", "db backup", "db restore"], run.stderr
    assert all(row[2] for row in told if row[0] not in ("init .", "db restore")), told
