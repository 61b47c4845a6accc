"""What leaves a workspace through commands tells nobody's answer: refusals, dry runs, two analyses that differ by one team-week."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import pilotlab as pl
from pilotlab.cli.main import cli

BEFORE, AFTER = ("--today", "2026-10-12"), ("--today", "2027-06-01")
WEEKS = [f"2026-W{week}" for week in range(43, 54)] + [f"2027-W{week:02d}" for week in range(1, 21)]
Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "ws"


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("PILOTLAB_ACTOR", "ann")
    monkeypatch.delenv("PILOTLAB_DB", raising=False)

    def invoke(*args: str, code: int | None = 0) -> Result:
        where = [] if args[0] == "init" else ["--workspace", str(folder)]
        result = CliRunner().invoke(cli, [*args, *where])
        assert code is None or result.exit_code == code, result.output
        return result

    invoke("init", str(folder), *BEFORE)
    invoke("assign", "anchor-days", "--seed", "7", *BEFORE)
    invoke("freeze", "anchor-days", *BEFORE)
    return invoke


def _table(folder: Path, rows: list[str]) -> str:
    path = folder / "values.csv"
    path.write_text("\n".join(["team,week,metric,value,n", *rows]) + "\n")
    return str(path)


def _teams(folder: Path) -> list[str]:
    lines = (folder / "experiments/anchor-days/teams.csv").read_text().splitlines()[1:]
    return sorted(line.split(",")[0] for line in lines if line)


def _season(folder: Path, n: int, less: tuple[str, str] = ("", "")) -> list[str]:
    return [
        f"{team},{week},job_satisfaction,{6 + i % 5 / 5 + j % 7 / 10:.1f},{n}"
        for i, team in enumerate(_teams(folder))
        for j, week in enumerate(WEEKS)
        if (team, week) != less
    ]


def test_neither_a_refusal_nor_a_dry_run_tells_a_stored_value(run: Run, folder: Path) -> None:
    run("import", _table(folder, ["search,2027-W10,job_satisfaction,7.973,2"]), *AFTER)
    said = run(
        "log",
        "anchor-days",
        "--team",
        "search",
        "--week",
        "2027-W10",
        "--set",
        "job_satisfaction=1",
        *AFTER,
        code=2,
    )
    told = said.output
    guesses = [f"{guess / 1000:.3f}" for guess in (7972, 7973, 7974)]
    answers = [
        run(
            "import",
            _table(folder, [f"search,2027-W10,job_satisfaction,{guess},2"]),
            "--dry-run",
            *AFTER,
            code=None,
        )
        for guess in guesses
    ]
    told += "".join(answer.output for answer in answers if "7.973" not in guesses)
    assert "7.973" not in told
    assert len({answer.output for answer in answers}) == 1, "a right guess is answered as a wrong one"


@pytest.mark.parametrize("n", [1, 2, 4])
def test_two_analyses_that_differ_by_one_team_week_tell_nothing_of_it(run: Run, folder: Path, n: int) -> None:
    hole = ("search", "2027-W08")
    run("import", _table(folder, _season(folder, 9, hole)), *AFTER)

    def seen() -> dict[str, object]:
        out = json.loads(run("analyze", "anchor-days", "--format", "json", *AFTER).output)
        row = next(row for row in out["results"] if row["metric"].startswith("job_satisfaction"))
        return {"means": row.get("means"), "estimate": row.get("estimate", {}).get("att")}

    first = seen()
    run("import", _table(folder, [f"{hole[0]},{hole[1]},job_satisfaction,2.345,{n}"]), *AFTER)
    assert seen() == first, "one team's answers are too few for a release that differs by them"


@pytest.mark.parametrize("n", [4, 5, 8, 16])
def test_the_frame_gives_no_weekly_value_of_a_survey(run: Run, folder: Path, n: int) -> None:
    run("import", _table(folder, _season(folder, n)), *AFTER)
    frame = pl.open(folder, today=date(2027, 6, 1)).panel("anchor-days", "job_satisfaction").frame
    shown = frame["value"].notna()
    assert shown.any() == (n >= 5)
    assert (frame.loc[shown, "weeks"] >= 4).all()
    assert frame.loc[~shown, "hidden"].ne("").all()
