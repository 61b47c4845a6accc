"""Attacks on what is released, at team sizes 4 to 16: linear algebra on all that is shown, and questions asked twice."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pilotlab.api import Workspace
from pilotlab.errors import PilotlabError
from pilotlab.evaluate.analysis import Analysis
from pilotlab.spec.pilot import CONTROL
from pilotlab.weeks import Week
from tests.pilots import AFTER, PILOT, Lab, make_lab, plain_value

SIZES = (4, 5, 6, 8, 10, 12, 16)  # `range(4, 17)` by hand: each is a company of its own
TEAMS = tuple(f"team-{number:02d}" for number in range(12))
METRIC, LEAST, NEAR = "job_satisfaction", 5, 0.05  # half of the last decimal of a shown team value
DECLARED = (
    PILOT.replace("{use: cycle_time_p50@1, worth_it: -0.5}", "{use: job_satisfaction@1, worth_it: 0.2}")
    .replace("  guardrails: [{use: job_satisfaction@1, margin: 0.5, if_breached: stop}]\n", "")
    .replace("watch: [", "watch: [cycle_time_p50@1, ")
)
SLICES = "slices: {equity: [carer, part_time]}\nanalysis: {sensitivity: none}\n"


@dataclass
class Count:
    """Attempts and leaks of one kind of attack."""

    attempts: int = 0
    leaks: int = 0

    def tried(self, leaked: bool) -> None:
        self.attempts += 1
        self.leaks += bool(leaked)


@dataclass
class Company:
    """Twelve teams of one size; the first of each arm has two who answer."""

    lab: Lab
    arms: dict[str, str]
    n: dict[str, int]
    weeks: tuple[Week, ...]

    def at(self, days: int = 0) -> Workspace:
        return self.lab.at(AFTER + timedelta(days=days))

    def analysis(self, days: int = 0) -> Analysis:
        return self.at(days).analyze("anchor-days")

    def means(self) -> dict[str, float]:
        return self.analysis().results[0].to_dict().get("means") or {}

    def frame(self, days: int = 0) -> pd.DataFrame:
        return self.at(days).panel("anchor-days", METRIC).frame

    def small(self, arm: str) -> str:
        return next(team for team in TEAMS if self.arms[team] == arm and self.n[team] == 2)

    def add(self, text: str, why: str = "") -> None:
        file = self.lab.root / "more.csv"
        file.write_text("team,week,metric,value,n,slice\n" + text)
        self.at().import_file(file, why=why)


def value(team: int, week: Week, treated: bool) -> float:
    return min(max(plain_value(METRIC, team, week, treated), 0.5), 9.5)


def company(
    root: Path, size: int, *, skip: Callable[[str, Week, bool], bool] = lambda *_: False, more: str = SLICES
) -> Company:
    made = make_lab(root, DECLARED + more, teams=TEAMS, size=size)
    drawn = made.agree()
    spec = made.at(AFTER).plan("anchor-days").spec
    arms = {row.team: row.arm for row in drawn.teams}
    first = {arm: min(team for team in TEAMS if arms[team] == arm) for arm in set(arms.values())}
    n = {team: 2 if team in first.values() else size - place % 2 for place, team in enumerate(TEAMS)}
    weeks = (*spec.windows.baseline, *spec.windows.washin, *spec.windows.counted)
    lines = ["team,week,metric,value,n"]
    for place, team in enumerate(TEAMS):
        for week in weeks:
            treated = arms[team] != CONTROL and week >= spec.windows.start
            if not skip(team, week, team in first.values()):
                lines.append(f"{team},{week},{METRIC},{value(place, week, treated)},{n[team]}")
            lines.append(
                f"{team},{week},cycle_time_p50,{plain_value('cycle_time_p50', place, week, treated)},"
            )
    file = root / "all.csv"
    file.write_text("\n".join(lines) + "\n")
    made.at(AFTER).import_file(file)
    return Company(made, arms, n, weeks)


# linear algebra


def equations(made: Company) -> np.ndarray:
    """All that is shown of team values, as if nothing had been rounded: frame, arm means, effects of weeks."""
    place = {
        (team, str(week)): at for at, (team, week) in enumerate((t, w) for t in TEAMS for w in made.weeks)
    }
    spec = made.lab.at(AFTER).plan("anchor-days").spec
    baseline, counted = (
        [str(week) for week in spec.windows.baseline],
        [str(week) for week in spec.windows.counted],
    )
    rows = [*_cells(made, place)]
    result = made.analysis().results[0]
    if result.means:
        rows += [
            _mean(place, [team for team in TEAMS if made.arms[team] == arm], weeks)
            for arm in ("anchor", CONTROL)
            for weeks in (baseline, counted)
        ]
    for effect in result.weeks:
        change = [
            _mean(place, own, [str(effect.week)]) - _mean(place, own, baseline)
            for own in ([team for team in TEAMS if made.arms[team] == arm] for arm in ("anchor", CONTROL))
        ]
        rows.append(change[0] - change[1])
    return np.array(rows) if rows else np.zeros((0, len(place)))


def _mean(place: dict[tuple[str, str], int], teams: list[str], weeks: list[str]) -> np.ndarray:
    row = np.zeros(len(place))
    for team in teams:
        for week in weeks:
            row[place[team, week]] = 1 / (len(teams) * len(weeks))
    return row


def _cells(made: Company, place: dict[tuple[str, str], int]) -> Iterator[np.ndarray]:
    for cell in made.frame().itertuples():
        if not cell.hidden:
            yield _mean(place, [str(cell.team)], _window(cell))


def _window(cell: Any) -> list[str]:
    return [str(Week.parse(cell.week) + more) for more in range(cell.weeks)]


def determined(shown: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether the equations leave one value of what is wanted."""
    if not len(shown):
        return False
    found, *_ = np.linalg.lstsq(shown.T, wanted, rcond=None)
    return bool(np.allclose(shown.T @ found, wanted, atol=1e-8))


@pytest.fixture(scope="module")
def counted() -> Iterator[Counter[str]]:
    found: Counter[str] = Counter()
    yield found
    sys.stdout.write(f"attempts on what is released: {json.dumps(found, sort_keys=True)}\n")


def settle(name: str, count: Count, counted: Counter[str]) -> None:
    counted[name] += count.attempts
    assert count.attempts, f"{name}: nothing was tried"
    assert count.leaks == 0, f"{name}: {count.leaks} of {count.attempts} leaked"


@pytest.mark.parametrize("size", SIZES)
def test_totals_minus_parts_adjacent_weeks_and_frame_against_effects(
    tmp_path: Path, size: int, counted: Counter[str]
) -> None:
    made = company(tmp_path, size)
    shown = equations(made)
    place = {
        (team, str(week)): at for at, (team, week) in enumerate((t, w) for t in TEAMS for w in made.weeks)
    }
    parts, weeks = Count(), Count()
    for cell in made.frame().itertuples():
        if cell.hidden:
            parts.tried(determined(shown, _mean(place, [str(cell.team)], _window(cell))))
    for team in TEAMS:
        for week in made.weeks:
            weeks.tried(determined(shown, _mean(place, [team], [str(week)])))
    settle("totals minus parts, frame against effects", parts, counted)
    settle("adjacent weeks", weeks, counted)
    bands = set(made.frame()["n"].dropna())
    assert all("-" in band or band == "" for band in bands), "no count of people is told"


def test_the_algebra_finds_what_a_careless_table_gives_away() -> None:
    total, one, two = np.array([1.0, 1.0, 1.0]), np.array([1.0, 0, 0]), np.array([0, 1.0, 0])
    assert determined(np.array([total, one, two]), np.array([0, 0, 1.0]))
    assert not determined(np.array([total, one]), np.array([0, 0, 1.0]))


# asked twice


@pytest.mark.parametrize("size", SIZES)
def test_before_and_after_one_small_team_came_in(tmp_path: Path, size: int, counted: Counter[str]) -> None:
    made = company(
        tmp_path, size, skip=lambda _, week, small: small and week.since(Week.parse("2026-W37")) >= 2
    )
    count = Count()
    for arm in ("anchor", CONTROL):
        before, team = made.means(), made.small(arm)
        made.add(f"{team},2026-W41,{METRIC},2.345,2,\n")
        after = made.means()
        key = "pilot_after" if arm == "anchor" else "control_after"
        teams = sum(own == arm for own in made.arms.values())
        if key in before and key in after:
            told = teams * after[key] - (teams - 1) * before[key]
            count.tried(before != after or abs(told - 2.345) < NEAR)
        else:
            count.tried(False)
    settle("before and after a small team", count, counted)


@pytest.mark.parametrize("size", SIZES)
def test_one_member_moved(tmp_path: Path, size: int, counted: Counter[str]) -> None:
    """One leaves a team for another: neither mean is shown anew, nor is what rests on them."""
    made = company(tmp_path, size)
    frame, means = made.frame(), made.analysis().to_dict()
    large = [team for team in TEAMS if made.n[team] > 2]
    count = Count()
    for team, moved in ((large[0], -1), (large[1], 1)):
        made.add(f"{team},2026-W41,{METRIC},5.0,{made.n[team] + moved},\n", why="one moved")
        count.tried(not made.frame().equals(frame))
        count.tried(made.analysis().to_dict() != means)
    settle("one member moved", count, counted)


def _of_people(said: Analysis) -> list[dict[str, Any]]:
    """What is told of answers; values of teams, such as delivery, are read as of the day."""
    return [row.to_dict() for row in said.results if row.metric.level == "person"]


@pytest.mark.parametrize("size", SIZES)
def test_repeated_and_dated_questions(tmp_path: Path, size: int, counted: Counter[str]) -> None:
    made = company(tmp_path, size)
    frame, said = made.frame(), made.analysis()
    plain = _of_people(said)
    count = Count()
    for days in (-90, -30, -1, 1, 400):
        count.tried(not made.frame(days).equals(frame))
        dated = _of_people(made.analysis(days))  # before the planned end goals say nothing at all
        count.tried(any(row not in plain and not row["hidden"] for row in dated))
    for row, line in zip(said.results, said.to_frame().itertuples(), strict=True):
        estimate = row.to_dict().get("estimate") or {}
        if "att" in estimate:
            count.tried(estimate["att"] != line.att)  # JSON against CSV: a second rounding would tell digits
    settle("repeated and dated", count, counted)


@pytest.mark.parametrize("size", SIZES)
def test_overlapping_slices(tmp_path: Path, size: int, counted: Counter[str]) -> None:
    """Groups within teams: none is alone among the hidden of its slice, and no number stands beside a hidden one."""
    made = company(tmp_path, size)
    lines = []
    for place, team in enumerate(TEAMS):
        for week in made.weeks:
            half = max(made.n[team] // 2, 1)
            for name, level, n in (
                ("carer", "yes", half),
                ("carer", "no", made.n[team] - half),
                ("part_time", "yes", 1),
            ):
                lines.append(f"{team},{week},{METRIC},{value(place, week, False)},{n},{name}={level}")
    made.add("\n".join(lines) + "\n")
    count = Count()
    slices = made.analysis().results[0].slices
    for name in ("carer", "part_time"):
        groups = slices.of(name) if slices else ()
        hidden = [group for group in groups if group.hidden]
        count.tried(len(hidden) == 1 and len(groups) > 1)
        for group in hidden:
            count.tried(group.att is not None or group.ci is not None or bool(group.people))
    settle("overlapping slices", count, counted)


@pytest.mark.parametrize("size", SIZES)
def test_refusals_and_dry_runs(tmp_path: Path, size: int, counted: Counter[str]) -> None:
    """A stored value is told by no refusal, and no dry run tells a right guess from a wrong one."""
    made = company(tmp_path, size)
    team, week = made.small(CONTROL), "2026-W41"
    true = value(TEAMS.index(team), Week.parse(week), False)
    with pytest.raises(PilotlabError) as refused:
        made.at().log("anchor-days", team, week, {METRIC: 0.5})
    said = {repr(made.at().form("anchor-days", team, week))}
    reports = []
    for guess in (true, 0.5, 9.0):
        file = tmp_path / "guess.csv"
        file.write_text(f"team,week,metric,value,n\n{team},{week},{METRIC},{guess},2\n")
        reports.append(made.at().import_file(file, dry_run=True).to_dict())
    count = Count()
    count.tried(str(true) in str(refused.value))
    count.tried(any(str(true) in text for text in said))
    count.tried(reports[0] != reports[1] or reports[1] != reports[2])
    settle("refusals and dry runs", count, counted)
