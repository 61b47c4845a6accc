"""`pilotlab log`: a team lead types one week."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pilotlab.cli.main import cli
from tests.app.test_startup import HEAVY, call, modules_loaded_by

PILOT = """\
schema: pilotlab/pilot@1
title: Two anchor days
question: Do two anchor days help?
policy: {control: {office_days: as-is}, anchor: {office_days: 2}}
design: {recruitment: lottery, assign: {method: complete, seed: 7}}
teams: {file: teams.csv}
calendar: {start: 2026-W37, baseline_weeks: 8, washin_weeks: 2, pilot_weeks: 6}
metrics:
  goals: [{use: job_satisfaction@1, worth_it: 0.3}]
  guardrails: [{use: focus_hours@1, margin: 1.0, if_breached: stop}]
  watch: [burnout_level@1, belonging@1, cross_team_share@1]
"""
TEAMS = ("api", "checkout", "data", "edge", "identity", "ledger", "maps", "mobile")
TODAY = ("--today", "2026-10-05")  # the Monday of 2026-W41
Run = Callable[..., Result]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "experiments" / "anchor-days"
    folder.mkdir(parents=True)
    (tmp_path / "pilotlab.toml").write_text("")
    (folder / "pilot.yaml").write_text(PILOT)
    (folder / "teams.csv").write_text("team,size\n" + "".join(f"{team},8\n" for team in TEAMS))
    return tmp_path


@pytest.fixture
def run(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("PILOTLAB_ACTOR", "ann")
    monkeypatch.delenv("PILOTLAB_DB", raising=False)

    def invoke(*args: str, typed: str | None = None) -> Result:
        result = CliRunner().invoke(cli, [*args, "--workspace", str(workspace)], input=typed)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoke


def log(run: Run, *args: str, week: str = "2026-W40", typed: str | None = None) -> Result:
    return run("log", "anchor-days", "--team", "api", "--week", week, *TODAY, *args, typed=typed)


def stored(run: Run, workspace: Path) -> list[tuple[object, ...]]:
    from pilotlab.store.store import Store

    if not (workspace / "data" / "pilots.db").exists():
        return []
    with Store.open(workspace / "data" / "pilots.db", readonly=True) as store:
        assert store.verify()
        return [(row.metric, str(row.week), row.value, row.gap, row.revision) for row in store.observations()]


def test_values_and_gaps_by_flags(run: Run, workspace: Path) -> None:
    result = log(run, "--set", "focus_hours=21.5", "--gap", "burnout_level=holiday")
    assert result.exit_code == 0
    assert "Saved for api, 2026-W40: 2 new, 0 corrected, 0 as before." in result.output
    assert "Receipt " in result.output
    assert stored(run, workspace) == [
        ("burnout_level@1", "2026-W40", None, "holiday", 1),
        ("focus_hours@1", "2026-W40", 21.5, None, 1),
    ]


def test_a_second_tap_on_save_changes_nothing(run: Run, workspace: Path) -> None:
    log(run, "--set", "focus_hours=21.5")
    again = log(run, "--set", "focus_hours=21.50")
    assert "all of this was stored already. Nothing changed." in again.output
    assert len(stored(run, workspace)) == 1


def test_a_mean_without_its_count_is_warned_of_with_the_command_that_adds_it(run: Run) -> None:
    bare = log(run, "--set", "job_satisfaction=7.4", "--set", "focus_hours=21.5", "--n", "focus_hours=8")
    assert (
        "warning: job_satisfaction came without --n, how many people answered: stored, counted in the result, "
        "never shown.\n  fix: pilotlab log anchor-days --team api --week 2026-W40 --set job_satisfaction=7.4 "
        '--n job_satisfaction=ANSWERS --why "the count was missing"\n'
    ) in bare.output
    fix = bare.output.partition("fix: pilotlab ")[2].splitlines()[0].replace("ANSWERS", "8")
    mended = run(*shlex.split(fix), *TODAY)
    assert "1 corrected" in mended.output
    assert "warning" not in mended.output
    again = log(run, "--set", "job_satisfaction=7.6", "--why", "typo")
    assert "warning" not in again.output, "the count that is stored stays"
    assert json.loads(log(run, "--set", "belonging=3.5", "--format", "json").output)["without_n"] == 1


def test_a_correction_asks_why(run: Run, workspace: Path) -> None:
    log(run, "--set", "focus_hours=21.5")
    refused = log(run, "--set", "focus_hours=12.5")
    assert refused.exit_code == 2
    assert (
        "focus_hours of api in 2026-W40 is stored as a value that is not told here, now 12.5"
        in refused.output
    )
    assert "--why" in refused.output
    assert log(run, "--set", "focus_hours=12.5", "--why", "typo").exit_code == 0
    assert stored(run, workspace) == [("focus_hours@1", "2026-W40", 12.5, None, 2)]


def test_a_late_week_is_fine_and_a_future_one_is_not(run: Run) -> None:
    assert log(run, "--set", "focus_hours=20", week="2026-W30").exit_code == 0
    refused = log(run, "--set", "focus_hours=20", week="2026-W42")
    assert refused.exit_code == 2
    assert "week 2026-W42 has not begun" in refused.output


@pytest.mark.parametrize(
    ("args", "what"),
    [
        (["--set", "focus_hours=12h"], "'12h' has 'h' behind the number"),
        (["--set", "focus_hours=1,250"], "for decimals or for thousands?"),
        (["--set", "focus_hours=-1"], "its range is 0 to 50"),
        (["--set", "focus_hours=nan"], "is not a finite number"),
        (["--set", "focus_hour=3"], "did you mean 'focus_hours'?"),
        (["--set", "office_days=3"], "metric of this pilot 'office_days' is not known"),
        (["--set", "focus_hours"], "is not of the form metric=number"),
        (["--gap", "focus_hours=beach"], "reason 'beach' is not on the list"),
        (["--set", "focus_hours=3", "--gap", "focus_hours=leave"], "focus_hours is given twice"),
    ],
)
def test_bad_flags_write_nothing(run: Run, workspace: Path, args: list[str], what: str) -> None:
    result = log(run, *args)
    assert result.exit_code == 2
    assert what in result.output
    assert "fix:" in result.output
    assert stored(run, workspace) == []


def test_an_unknown_team_names_the_nearest(run: Run) -> None:
    result = run("log", "anchor-days", "--team", "chekout", *TODAY, "--set", "focus_hours=3")
    assert result.exit_code == 2
    assert "--team 'chekout' is not known; did you mean 'checkout'?" in result.output


def test_the_prompt_shows_last_week_and_keeps_only_what_was_typed(run: Run, workspace: Path) -> None:
    log(run, "--set", "job_satisfaction=7", week="2026-W39")
    result = log(run, typed="7.5\n9\n\n?\nabc\nH\n\n\ny\n")
    assert result.exit_code == 0, result.output
    assert "last: hidden: how many answered was not said in 2026-W39" in result.output
    assert "'abc' is neither a number nor a reason" in result.output
    assert [row for row in stored(run, workspace) if row[1] == "2026-W40"] == [
        ("burnout_level@1", "2026-W40", None, "holiday", 1),
        ("job_satisfaction@1", "2026-W40", 7.5, None, 1),
    ]


def test_the_prompt_says_first_whose_week_it_is_and_takes_a_reason_as_a_word(
    run: Run, workspace: Path
) -> None:
    result = log(run, typed="no work\n\n\n\n\ny\n")
    assert result.output.startswith("api, 2026-W40 (28 Sep to 4 Oct 2026)\n")
    assert "Time with other teams, share, 0 to 1:" in result.output
    assert stored(run, workspace) == [("job_satisfaction@1", "2026-W40", None, "no_work", 1)]


def test_the_prompt_asks_again_for_a_team_it_does_not_know(run: Run, workspace: Path) -> None:
    result = run(
        "log", "anchor-days", "--week", "2026-W40", *TODAY, typed="chekout\n?\ncheckout\n7\n\n\n\n\n\ny\n"
    )
    assert "no team 'chekout'; did you mean 'checkout'?; ? lists them" in result.output
    assert "api, checkout, data, edge" in result.output
    assert "Saved for checkout, 2026-W40: 1 new" in result.output


def test_the_prompt_keeps_words_whole_on_a_narrow_screen(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    lines = log(run, typed="7\n" + "\n" * 5).output.splitlines()
    assert max(map(len, lines[:4])) <= 40
    assert lines[1].endswith("a point for decimals.")


def test_nothing_typed_writes_nothing(run: Run, workspace: Path) -> None:
    result = log(run, typed="\n" * 5)
    assert "Nothing was typed. Nothing was written." in result.output
    assert "next: pilotlab log anchor-days --team api --week 2026-W40" in result.output
    assert stored(run, workspace) == []


@pytest.mark.parametrize("typed", ["7.5\n20\n", "7.5\n\n\n\n\n\nn\n"], ids=["left half way", "not saved"])
def test_leaving_writes_nothing(run: Run, workspace: Path, typed: str) -> None:
    result = log(run, typed=typed)
    assert result.exit_code == 1
    assert (
        "error: nothing was saved; 1 answer is kept\n  fix: `pilotlab log anchor-days --team api"
        in result.output
    )
    assert stored(run, workspace) == []


def test_the_prompt_asks_why_a_value_changes(run: Run, workspace: Path) -> None:
    log(run, "--set", "job_satisfaction=7")
    result = log(run, typed="8\n\n\n\n\n\ny\n\nread the wrong line\n")
    assert "a reason is needed" in result.output
    assert "was hidden: how many answered was not said" in " ".join(result.output.split())
    assert stored(run, workspace) == [("job_satisfaction@1", "2026-W40", 8.0, None, 2)]


def test_one_can_go_back_and_change_a_line_before_saving(run: Run, workspace: Path) -> None:
    back = ["7.5", "9", "<", "8", "", "21", "", "", "", ""]  # back from the second question
    typed = "\n".join([*back, "2", "22", "", "", ""])  # line 2 changed in the review
    result = log(run, typed=typed)
    assert result.exit_code == 0, result.output
    assert "[7.5]" in result.output
    assert "1  job_satisfaction            8 points (0-10)" in result.output
    assert [(row[0], row[2]) for row in stored(run, workspace)] == [
        ("focus_hours@1", 22.0),
        ("job_satisfaction@1", 8.0),
    ]


def test_how_many_answered_is_asked_of_a_mean_and_kept_by_a_correction(run: Run, workspace: Path) -> None:
    result = log(run, typed="7.5\nnine\n9\n\n\n\n\ny\n")
    assert "mean of how many answers?" in result.output
    assert "7.5 points (0-10), mean of 9 answers" in result.output
    log(run, "--set", "job_satisfaction=7.4", "--why", "typo")
    assert answered(workspace) == 9
    log(run, "--set", "job_satisfaction=7.4", "--n", "job_satisfaction=8", "--why", "recounted")
    assert answered(workspace) == 8


def answered(workspace: Path) -> int | None:
    from pilotlab.store.store import Store

    with Store.open(workspace / "data" / "pilots.db", readonly=True) as store:
        return store.observations("job_satisfaction@1")[0].n


@pytest.mark.parametrize(
    ("args", "what"),
    [
        (["--set", "focus_hours=20", "--n", "job_satisfaction=8"], "no value of it is set"),
        (["--set", "job_satisfaction=7", "--n", "job_satisfaction=many"], "n is 'many'"),
        (["--set", "cross_team_share=.2", "--n", "cross_team_share=8"], "is no mean of answers"),
        (["--set", "job_satisfaction=7/9"], "is neither a count nor a share"),
    ],
)
def test_answers_that_stand_behind_nothing_are_refused(run: Run, args: list[str], what: str) -> None:
    result = log(run, *args)
    assert result.exit_code == 2
    assert what in result.output


def test_what_was_typed_is_there_again_after_leaving(run: Run, workspace: Path) -> None:
    left = log(run, typed="7.5\n9\n20\n")
    assert "nothing was saved; 2 answers are kept" in left.output
    (draft,) = (workspace / "data" / "drafts").iterdir()
    assert draft.stat().st_mode & 0o777 == 0o600
    again = log(run, typed="\n\n\n21\n\n\n\n\ny\n")
    assert "Typed before and not saved: job_satisfaction, focus_hours." in again.output
    assert [(row[0], row[2]) for row in stored(run, workspace)] == [
        ("focus_hours@1", 21.0),
        ("job_satisfaction@1", 7.5),
    ]
    assert not draft.exists()


def test_a_draft_can_be_put_away_and_one_that_is_broken_is_none(run: Run, workspace: Path) -> None:
    log(run, typed="7.5\n9\n")
    anew = log(run, typed="new\n\n\n\n\n\n")
    assert "Nothing was typed." in anew.output
    log(run, typed="7.5\n9\n")
    (draft,) = (workspace / "data" / "drafts").iterdir()
    draft.write_text('{"schema": "pilotlab/draft@1", "team": "api", "answers": [1]}')
    assert "Typed before" not in log(run, typed="\n\n\n\n\n").output


def test_exits_are_typed_as_people(run: Run, workspace: Path) -> None:
    pilot = workspace / "experiments" / "anchor-days" / "pilot.yaml"
    pilot.write_text(PILOT.replace("watch: [burnout_level@1, belonging@1,", "watch: [voluntary_exits@1,"))
    result = log(run, typed="\n\n1.5\n1\n0\n6\n\ny\n")
    assert "1.5 is no number of people who left by their own choice" in result.output
    assert "1 people who left by their own choice, of 6 people in the team" in result.output
    flags = log(run, "--set", "voluntary_exits=1/6", week="2026-W39")
    assert flags.exit_code == 0, flags.output
    values = [row[2] for row in stored(run, workspace)]
    assert values == [pytest.approx(869.643, abs=0.001)] * 2
    assert log(run, "--set", "voluntary_exits=1", week="2026-W38").exit_code == 2


def test_json(run: Run) -> None:
    data = json.loads(log(run, "--set", "focus_hours=21.5", "--format", "json").output)
    assert (data["team"], data["week"], data["new"], data["ledger"]) == ("api", "2026-W40", 1, 2)


def test_log_and_status_load_nothing_heavy(run: Run, workspace: Path) -> None:
    log(run, "--set", "focus_hours=21.5")
    for args in (
        ("log", "anchor-days", "--team", "api", "--set", "focus_hours=20", "--week", "2026-W39"),
        ("status", "anchor-days"),
    ):
        loaded = modules_loaded_by(call(*args, *TODAY, "--workspace", str(workspace)), workspace)
        assert not HEAVY & loaded
