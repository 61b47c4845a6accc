"""Kills: commands killed at random instants, the first of a workspace among them; what was acknowledged stays, once.

    python -m tests.crash.kills COUNT SEED

After each kill the next command has to work, `db verify` to find all whole, every acknowledged value to be there once,
and the value or file of the killed command to be there whole or not at all. Prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Literal

TODAY = ("--today", "2027-06-01")
WEEKS = [f"2027-W{week:02d}" for week in range(1, 21)]
FILES = (
    "focus_hours",
    "meeting_hours",
    "cycle_time_p50",
    "office_days",
)  # the metric of each import, in turn
Instant = Literal["any", "disk", "answer"]
INSTANTS: tuple[Instant, ...] = ("any", "any", "disk", "disk", "answer")


class Workspace:
    """A workspace that is used and killed, with what it acknowledged so far."""

    def __init__(self, template: Path, number: int) -> None:
        self.root = Path(tempfile.mkdtemp())
        shutil.copytree(template, self.root, dirs_exist_ok=True)
        lines = (self.root / "experiments/anchor-days/teams.csv").read_text(encoding="utf-8").splitlines()[1:]
        teams = [line.split(",")[0] for line in lines if line]
        self.teams = teams
        self.cells = iter([(team, week) for week in WEEKS for team in teams])
        self.files = count(number)
        self.kept: dict[tuple[str, str, str], float] = {}  # team, week, metric: value that was acknowledged
        self.took = 0.7  # seconds of the last command that ran whole: on a busy machine kills come later, too

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PILOTLAB_")}
        return subprocess.Popen(
            [sys.executable, "-m", "pilotlab", *arguments],
            cwd=self.root,
            env={**clean, "PILOTLAB_ACTOR": "amy"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def log(self) -> tuple[list[str], dict[tuple[str, str, str], float]]:
        team, week = next(self.cells)
        value = 1 + len(self.kept) % 80 / 10
        said = ["log", "anchor-days", "--team", team, "--week", week, "--set", f"job_satisfaction={value}"]
        return [*said, *TODAY], {(team, week, "job_satisfaction"): value}

    def load(self) -> tuple[list[str], dict[tuple[str, str, str], float]]:
        number = next(self.files)
        metric = FILES[number % len(FILES)]
        rows = {(team, week, metric): 2.5 for week in WEEKS for team in self.teams}
        lines = ["team,week,metric,value", *(f"{t},{w},{m},{value}" for (t, w, m), value in rows.items())]
        (self.root / f"{number}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return ["import", f"{number}.csv", *TODAY], rows

    def back_up(self) -> tuple[list[str], dict[tuple[str, str, str], float]]:
        return ["db", "backup", f"backups/{next(self.files)}.db"], {}

    def stored(self) -> Counter[tuple[str, str, str, float]]:
        """Every entry, read past the program."""
        with closing(sqlite3.connect(self.root / "data/pilots.db")) as plain:
            return Counter(
                plain.execute(
                    "SELECT t.name, printf('%d-W%02d', e.week / 100, e.week % 100), m.id, e.value "
                    "FROM entries e JOIN teams t ON t.team_id = e.team JOIN metrics m ON m.metric_id = e.metric"
                ).fetchall()
            )


def killed(place: Workspace, arguments: list[str], instant: Instant, share: float) -> tuple[bool, bool]:
    """Kill a command at an instant; say whether it had answered, and whether it died of it.

    `share` is how long after: of the time that a command usually takes for "any", of a quarter of it for "disk".
    """
    before, child = _seen(place.root), place.start(*arguments)
    assert child.stdout is not None
    begun = b""
    if instant == "disk":
        while child.poll() is None and _seen(place.root) == before:
            time.sleep(0.0005)
    if instant == "answer":
        begun = child.stdout.read(1)
    else:
        time.sleep(share * place.took / (4 if instant == "disk" else 1))
    child.kill()
    out, errors = child.communicate()
    out = begun + out
    assert child.returncode <= 0, out + errors
    answered = b"Receipt" in out or b"intact" in out or child.returncode == 0
    return answered, child.returncode < 0


def _seen(root: Path) -> list[tuple[str, int, int]]:
    found = []
    for folder in ("data", "backups"):
        for file in sorted((root / folder).glob("*")) + sorted((root / folder).glob(".*")):
            try:
                status = file.stat()
            except OSError:
                continue
            found.append((file.name, status.st_size, status.st_mtime_ns))
    return found


def faults(place: Workspace, rows: dict[tuple[str, str, str], float], answered: bool) -> list[str]:
    """Say what is wrong after a kill."""
    next_one, mine = place.log()
    for arguments in (next_one, ["db", "verify"]):
        began, child = time.monotonic(), place.start(*arguments)
        out, errors = child.communicate()
        place.took = max(time.monotonic() - began, 0.3)
        if child.returncode:
            return [f"{arguments[0]} after it: exit {child.returncode}: {(out + errors).decode()[-300:]}"]
    place.kept |= mine
    stored = place.stored()
    there = [stored[(*cell, value)] == 1 for cell, value in rows.items()]
    wrong = [] if not rows or all(there) or not (any(there) or answered) else ["half of it, or lost"]
    if rows and all(there):
        place.kept |= rows
    if stored != Counter((*cell, value) for cell, value in place.kept.items()):
        wrong.append("what is stored is not what was acknowledged, each once")
    return wrong


def run(times: int, seed: int) -> dict[str, object]:
    """Kill so many commands; a third of them are the first of a new workspace."""
    rng, template = random.Random(seed), Path(tempfile.mkdtemp())
    subprocess.run(
        [sys.executable, "-m", "pilotlab", "init", str(template), "--today", "2026-10-12"],
        check=True,
        capture_output=True,
    )
    place, wrong, told = Workspace(template, 0), {}, Counter[str]()
    for number in range(times):
        first = number % 3 == 0
        if first:
            shutil.rmtree(place.root)
            place = Workspace(template, 0)
        arguments, rows = rng.choice([place.log, place.load] + [place.back_up] * (not first))()
        instant = rng.choice(INSTANTS)
        answered, died = killed(place, arguments, instant, rng.uniform(0, 1.2))
        found = faults(place, rows, answered)
        told.update({"kills": 1, "first": first, "died": died, "answered": answered, f"of {arguments[0]}": 1})
        told["in the store"] += bool(rows) and set(rows) <= set(place.kept)
        if found:
            wrong[f"{number} {' '.join(arguments)}"] = found
    shutil.rmtree(place.root)
    shutil.rmtree(template)
    return {"seed": seed, **told, "wrong": wrong}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(int(sys.argv[1]), int(sys.argv[2]))) + "\n")
