"""`pilotlab import`: an analyst brings a table."""

from __future__ import annotations

import json
from pathlib import Path

from tests.app.test_log import TODAY, Run, run, stored, workspace

__all__ = ["run", "workspace"]
GOOD = "team,week,metric,value\napi,2026-W40,focus_hours,21.5\ndata,2026-W40,focus_hours,18\n"


def write(workspace: Path, text: str, name: str = "week40.csv") -> str:
    path = workspace / name
    path.write_text(text)
    return str(path)


def test_a_table_goes_in_once(run: Run, workspace: Path) -> None:
    file = write(workspace, GOOD)
    first = run("import", file, *TODAY)
    assert first.exit_code == 0
    assert "week40.csv: 2 rows, long\n2 new, 0 corrected, 0 as before.\nReceipt " in first.output
    again = run("import", file, *TODAY)
    assert again.exit_code == 0
    assert "The same content was imported before (ann, " in again.output
    assert len(stored(run, workspace)) == 2


def test_a_bad_row_refuses_the_file(run: Run, workspace: Path) -> None:
    result = run("import", write(workspace, GOOD + "apii,2026-W40,focus_hours,1\n"), *TODAY)
    assert result.exit_code == 1
    assert (
        "week40.csv:4  PL408 error column team: team 'apii' is not known; did you mean 'api'?"
        in result.output
    )
    assert "1 errors in 1 of 3 rows. Nothing was written." in result.output
    assert stored(run, workspace) == []


def test_only_good_takes_the_rest_and_names_the_bad(run: Run, workspace: Path) -> None:
    result = run("import", write(workspace, GOOD + "apii,2026-W40,focus_hours,1\n"), "--only-good", *TODAY)
    assert result.exit_code == 0
    assert "PL408" in result.output
    assert len(stored(run, workspace)) == 2


def test_a_dry_run_makes_no_database(run: Run, workspace: Path) -> None:
    result = run("import", write(workspace, GOOD), "--dry-run", *TODAY)
    assert result.exit_code == 0
    assert "2 would be new" in result.output
    assert not (workspace / "data").exists()
    bad = run("import", write(workspace, GOOD + "apii,2026-W40,focus_hours,1\n"), "--dry-run", *TODAY)
    assert bad.exit_code == 1
    assert "With these errors the file is refused." in bad.output


def test_a_changed_value_needs_a_reason(run: Run, workspace: Path) -> None:
    run("import", write(workspace, GOOD), *TODAY)
    changed = write(workspace, GOOD.replace(",18", ",12"), "again.csv")
    refused = run("import", changed, *TODAY)
    assert refused.exit_code == 1
    assert (
        "again.csv:3  PL426 error focus_hours of data in 2026-W40 is stored as a value that is not told here, here 12"
        in refused.output
    )
    assert run("import", changed, "--why", "late hours", *TODAY).exit_code == 0
    assert ("focus_hours@1", "2026-W40", 12.0, None, 2) in stored(run, workspace)


def test_json_of_good_and_bad(run: Run, workspace: Path) -> None:
    good = json.loads(run("import", write(workspace, GOOD), "--format", "json", *TODAY).output)
    assert (good["schema"], good["new"], good["findings"]) == ("pilotlab/import@1", 2, [])
    result = run(
        "import", write(workspace, GOOD + "api,2026-W49,focus_hours,1\n"), "--format", "json", *TODAY
    )
    assert result.exit_code == 1
    bad = json.loads(result.output)
    assert bad["counts"] == {"PL413": 1}
    assert bad["findings"][0]["line"] == 4


def test_files_that_are_not_there_or_no_table(run: Run, workspace: Path) -> None:
    assert "the file is not there" in run("import", "none.csv", *TODAY).output
    (workspace / "x.csv").write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
    result = run("import", str(workspace / "x.csv"), *TODAY)
    assert result.exit_code == 1
    assert "PL402 error the file is not text" in result.output


def test_a_damaged_database_is_named(run: Run, workspace: Path) -> None:
    (workspace / "data").mkdir()
    (workspace / "data" / "pilots.db").write_bytes(b"no database" * 99)
    for args in (
        ("import", write(workspace, GOOD)),
        ("status", "anchor-days"),
        ("log", "anchor-days", "--team", "api", "--set", "focus_hours=1"),
    ):
        result = run(*args, *TODAY)
        assert result.exit_code == 1
        assert "pilots.db is damaged or no SQLite database" in result.output


def test_db_verify_and_backup(run: Run, workspace: Path) -> None:
    run("import", write(workspace, GOOD), *TODAY)
    said = run("db", "verify").output
    assert said.startswith("The database is intact: 2 records and 2 values checked.\nTo note elsewhere: 2:")
    noted = said.split()[-1]
    assert run("db", "verify", "--noted", noted).exit_code == 0
    refused = run("db", "verify", "--noted", f"1:{noted[2:]}")
    assert refused.exit_code == 1
    assert "record 1 is not the one noted elsewhere" in refused.output
    assert run("db", "verify", "--noted", "abc").exit_code == 2
    assert json.loads(run("db", "verify", "--format", "json").output)["ok"] is True
    target = workspace / "copy.db"
    assert "intact, 2 records and 2 values checked." in run("db", "backup", str(target)).output
    assert run("db", "backup", str(target)).exit_code == 2
    assert target.is_file()
