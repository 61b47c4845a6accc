"""Weekly files as people send them: each is read as it was meant, or refused with what is wrong and where; never misread."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from pilotlab.sources.importing import ImportRefused, ImportReport, import_file
from pilotlab.sources.survey import how_written
from pilotlab.spec.metric_catalogue import Catalogue
from pilotlab.store.store import Store
from tests.app.files.sheets import HEAD, SHEETS, TEAMS, Sheet, Values

CATALOGUE = Catalogue.load(None)
TODAY = date(2026, 10, 12)


def read(path: Path, sheet: Sheet) -> tuple[ImportReport, Values]:
    with Store.open(path.with_suffix(".db")) as store:
        try:
            report = import_file(
                path,
                store,
                CATALOGUE,
                TEAMS,
                today=TODAY,
                actor="ann",
                only_good=True,
                said=how_written(**sheet.options),
            )
        except ImportRefused as refused:
            return refused.report, {}
        rows = store.observations()
        return report, {
            (row.team, str(row.week), row.metric.partition("@")[0]): row.gap or ""
            if row.value is None
            else row.value
            for row in rows
        }


def test_there_are_enough() -> None:
    assert len(SHEETS) > 90


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_is_read_as_it_was_meant(name: str, tmp_path: Path) -> None:
    sheet = SHEETS[name]
    path = tmp_path / "week.csv"
    path.write_bytes(sheet.content.encode() if isinstance(sheet.content, str) else sheet.content)
    report, values = read(path, sheet)
    assert values == pytest.approx(dict(sheet.values)), report.findings
    errors = [finding for finding in report.findings if finding.level == "error"]
    assert [(finding.where.line if finding.where else 0, finding.code) for finding in errors] == [
        (row, code) for row, code, _ in sheet.errors
    ]
    for finding, (_, _, words) in zip(errors, sheet.errors, strict=True):
        assert words in f"{finding.what} {finding.fix}"
        assert finding.fix
    notes = " ".join(finding.what for finding in report.findings if finding.level == "note")
    for words in sheet.told:
        assert words in notes
    said = " ".join(finding.fix for finding in report.findings)
    for words in sheet.not_said:
        assert words not in said


def test_a_pipe_and_a_folder_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    for name, what in (
        ("pipe.csv", "is not a plain file"),
        ("folder.csv", "is a folder"),
        ("none.csv", "is not there"),
    ):
        report, _ = read(tmp_path / name, Sheet(""))
        assert what in report.findings[0].what


def test_a_file_without_permission_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "week.csv"
    path.write_text(HEAD)

    def denied(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)
    report, _ = read(path, Sheet(""))
    assert (report.findings[0].code, report.findings[0].fix) == ("PL401", "check its permissions")


def test_a_correction_in_another_order_of_columns_keeps_n(tmp_path: Path) -> None:
    first = tmp_path / "first.csv"
    first.write_text("team,week,job_satisfaction,job_satisfaction_n\napi,2026-W40,7.4,9\n")
    again = tmp_path / "again.csv"
    again.write_text("week,job_satisfaction,team\n2026-W40,7.1,api\n")
    with Store.open(tmp_path / "pilots.db") as store:
        for path in (first, again):
            import_file(path, store, CATALOGUE, TEAMS, today=TODAY, actor="ann", why="late answers")
        [row] = store.observations()
    assert (row.value, row.n, row.revision) == (7.1, 9, 2)
