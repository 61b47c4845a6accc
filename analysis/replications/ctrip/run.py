"""Run the Ctrip experiment through the commands, from the published files to a readout beside the published figures.

    python analysis/replications/ctrip/run.py [--data DIR] [--workspace DIR] [--results DIR]

Reads `ctrip_weekly` and `ctrip_course` in DIR where they lie; writes a scratch workspace, `result.json` and `result.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import convert
import pandas as pd
from published import Errors, Row, compare, table, write_results

import pilotlab as pl

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
EXPERIMENTS = REPOSITORY / "experiments"
PILOT = "ctrip-wfh"
DATA = Path(os.environ.get("PILOTLAB_DATA", REPOSITORY.parent / "shared" / "data"))
BEFORE_START = "2010-11-30"  # the plan is frozen before its first week, on the calendar of the experiment
AFTER_END = "2011-08-22"

PLANTED_ATTRIBUTES = ("age", "tenure", "prior_experience")
PLANTED_VALUES = {
    "monthly_score": (1000.0, 3),
    "monthly_calls": (-999999.0, 1),
    "monthly_calls_per_hour": (200.0, 1),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the replication; 0 where every figure agrees, every planted error is named, or the data are not here."""
    arguments = _arguments(argv)
    if not all((arguments.data / name).is_dir() for name in ("ctrip_weekly", "ctrip_course")):
        print(f"skipped: data not here (looked for ctrip_weekly and ctrip_course in {arguments.data.name}/)")
        return 0
    run = Replication(arguments.data, arguments.workspace)
    rows, errors = run.run()
    write_results(arguments.results, rows, errors)
    print(table(rows, errors))
    print(f"readout: {run.readout}")
    good = all(row.agrees for row in rows) and all(
        item.planted == item.named and item.kept == 0 for item in errors
    )
    return 0 if good else 1


class Replication:
    """The experiment in a scratch workspace."""

    def __init__(self, data: Path, root: Path) -> None:
        self.data, self.root = data, root
        self.panel = convert.weekly_panel(data / "ctrip_weekly")
        self.course = convert.course_long(data / "ctrip_course")
        self.teams = root / "experiments" / PILOT / "teams.csv"
        self.readout = root / "analysis" / "readouts" / f"{PILOT}.html"

    def run(self) -> tuple[list[Row], list[Errors]]:
        """Declare, check, assign, freeze, import, analyse, decide, write the readout; return what came out."""
        self.prepare()
        attributes = self.check_and_clean()
        self.command("assign", PILOT, today=BEFORE_START)
        self.command("freeze", PILOT, today=BEFORE_START)
        values = self.import_tables()
        analysis = json.loads(self.command("analyze", PILOT, "--format", "json", "--draws").stdout)
        print(self.command("decide", PILOT).stdout)
        self.command("readout", PILOT, "--format", "html", "--format", "markdown", "--format", "json")
        return compare(analysis, weeks=self.weeks()), [*attributes, *values]

    def prepare(self) -> None:
        """Write the workspace: the committed declaration, and the units with every entry error left in."""
        shutil.rmtree(self.root, ignore_errors=True)
        self.teams.parent.mkdir(parents=True)
        (self.root / "pilotlab.toml").write_text('name = "Ctrip replication"\n', encoding="utf-8")
        shutil.copy(EXPERIMENTS / "metrics.yaml", self.root / "experiments")
        shutil.copy(EXPERIMENTS / PILOT / "pilot.yaml", self.teams.parent)
        convert.units(self.panel, self.data / "ctrip_course").to_csv(self.teams, index=False)
        convert.weekly_long(self.panel).to_csv(self.root / "weekly.csv", index=False)
        self.course.to_csv(self.root / "course.csv", index=False)

    def check_and_clean(self) -> list[Errors]:
        """Let `check` name the planted attributes, then blank the cells it named; the next `check` must pass."""
        report = self.command("check", PILOT, "--format", "json", expect=1, today=BEFORE_START)
        out_of_range = [item for item in _findings(report.stdout) if item["code"] == "PL210"]
        named = {(item["line"], item["what"].split()[0]) for item in out_of_range}
        cells = pd.read_csv(self.teams, dtype=str, keep_default_na=False)
        planted = (cells == "-99").sum()
        for line, column in named:
            cells.loc[line - 2, column] = ""  # a person counts the header as row 1
        cells.to_csv(self.teams, index=False)
        self.command("check", PILOT, today=BEFORE_START)
        left = (cells == "-99").sum()
        return [
            Errors(
                where=f"{name} -99",
                planted=int(planted[name]),
                named=sum(column == name for _, column in named),
                kept=int(left[name]),
            )
            for name in PLANTED_ATTRIBUTES
        ]

    def import_tables(self) -> list[Errors]:
        """Import the weekly panel; the course table is refused whole, and let in without its bad rows when asked to."""
        self.command("import", str(self.root / "weekly.csv"))
        refused = self.command("import", str(self.root / "course.csv"), "--format", "json", expect=1)
        self.command("import", str(self.root / "course.csv"), "--only-good")
        named = [str(item["value"]) for item in _findings(refused.stdout)]
        return [self._values(metric, bad, count, named) for metric, (bad, count) in PLANTED_VALUES.items()]

    def _values(self, metric: str, bad: float, count: int, named: Sequence[str]) -> Errors:
        planted = int(((self.course["metric"] == metric) & (self.course["value"] == bad)).sum())
        if planted != count:
            raise ValueError(f"{metric}: {planted} planted errors in the file, {count} expected")
        hits = sum(_is_number(value, bad) for value in named)
        return Errors(where=f"{metric} {bad:g}", planted=planted, named=hits, kept=self._stored(metric, bad))

    def _stored(self, metric: str, bad: float) -> int:
        """Count a value among the observations, through the library."""
        with pl.open(self.root).store(readonly=True) as store:
            return sum(row.value == bad for row in store.observations(f"{metric}@1"))

    def weeks(self) -> int:
        """Count the weeks that enter the estimate, through the library: those with a value, the blackout left out."""
        panel = pl.open(self.root).panel(PILOT, "weekly_performance")
        expected = {str(week) for week in panel.windows.expected}
        return len(expected & set(panel.frame["week"]))

    def command(
        self, *words: str, expect: int = 0, today: str = AFTER_END
    ) -> subprocess.CompletedProcess[str]:
        """Run one command in the workspace, as a person would; stop where it does not end as expected."""
        dated = ("--today", today) if words[0] not in ("assign",) else ()
        line = [
            sys.executable,
            "-c",
            "from pilotlab.cli.main import main; main()",
            *words,
            "--workspace",
            str(self.root),
            *dated,
        ]
        done = subprocess.run(
            line,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PILOTLAB_ACTOR": "replication"},
        )
        if done.returncode != expect:
            raise RuntimeError(
                f"pilotlab {' '.join(words)} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
            )
        print(
            f"pilotlab {' '.join(Path(word).name if os.sep in word else word for word in words)}  -> exit {done.returncode}"
        )
        return done


def _findings(text: str) -> list[dict[str, Any]]:
    """Return the findings of `check` (by pilot) or `import` as printed in JSON."""
    data = json.loads(text)
    parts = data.get("pilots", [data])
    return [finding for part in parts for finding in part["findings"]]


def _is_number(text: str, number: float) -> bool:
    try:
        return float(text) == number
    except ValueError:
        return False


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, default=DATA, help="folder that holds ctrip_weekly and ctrip_course"
    )
    parser.add_argument(
        "--workspace", type=Path, default=HERE / "workspace", help="scratch workspace; emptied first"
    )
    parser.add_argument("--results", type=Path, default=HERE, help="where result.json and result.md go")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
