"""Import of a million observation rows in one call, beside a plain sqlite3 executemany of the same rows.

    python analysis/benchmarks/import_rows.py [ROWS] [--write]

Without --write nothing is kept; with it the result goes to import_rows.json beside this file.
"""

from __future__ import annotations

import csv
import gc
import json
import platform
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path

import pilotlab as pl

RUNS = 3
KEYED = ", PRIMARY KEY (metric, week, team)) WITHOUT ROWID"
TODAY = date(2026, 10, 5)
TEAMS = "experiments/anchor-days/teams.csv"  # of the pilot that a new workspace starts with


def rows_of(count: int) -> Iterator[tuple[str, str, str, float]]:
    """Yield a company's rows: teams by weeks by 20 metrics, values within their ranges."""
    rng, first = random.Random(20260901), pl.Week.parse("2026-W40") - 103
    weeks = [first + later for later in range(104)]
    with tempfile.TemporaryDirectory() as folder:
        catalogue = pl.init(folder).catalogue()
    metrics = [catalogue.get(name) for name in catalogue.ids][:20]
    made = 0
    for team in range(count):
        for week in weeks:
            for metric in metrics:
                if made == count:
                    return
                low, high = metric.range or (0, 100)
                yield f"team-{team:04d}", str(week), metric.id, round(rng.uniform(low, high), metric.decimals)
                made += 1


def company(root: Path, teams: list[str]) -> pl.Workspace:
    """Make a workspace whose example pilot lists these teams."""
    pl.init(root)
    rows = [f"{team},{team},product,berlin,DE,10,lead@example.com" for team in teams]
    (root / TEAMS).write_text("\n".join(["team,name,function,site,country,size,lead", *rows]) + "\n")
    return pl.open(root, actor="bench", today=TODAY)


def timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def plain(path: Path, rows: list[tuple[int, int, int, float]], key: str) -> None:
    """Write rows that are parsed already, by executemany, in one durable transaction."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"CREATE TABLE o (team INTEGER, week INTEGER, metric INTEGER, value REAL{key}")
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO o VALUES (?, ?, ?, ?)", rows)
    connection.execute("COMMIT")
    connection.close()


def measure(count: int) -> dict[str, object]:
    rows = list(rows_of(count))
    teams = sorted({row[0] for row in rows})
    metrics = sorted({row[2] for row in rows})
    team_at, metric_at = ({name: at for at, name in enumerate(names)} for names in (teams, metrics))
    parsed = [
        (team_at[team], pl.Week.parse(week).code, metric_at[metric], value)
        for team, week, metric, value in rows
    ]
    times: dict[str, list[float]] = {"import": [], "again": [], "executemany": [], "executemany_keyed": []}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.csv"
        with file.open("w", newline="") as handle:
            csv.writer(handle).writerows([("team", "week", "metric", "value"), *rows])
        del rows
        gc.collect()
        gc.freeze()  # what the benchmark itself holds is nobody's cost
        for run in range(RUNS):
            workspace = company(Path(folder) / str(run), teams)
            bring = partial(workspace.import_file, file)
            times["import"].append(timed(bring))
            times["again"].append(timed(bring))
            with workspace.store(readonly=True) as store:
                assert len(store.database.rows("SELECT 1 FROM observations")) == count
            times["executemany"].append(timed(partial(plain, Path(folder) / f"{run}.plain", parsed, ")")))
            times["executemany_keyed"].append(
                timed(partial(plain, Path(folder) / f"{run}.keyed", parsed, KEYED))
            )
    best = {name: min(taken) for name, taken in times.items()}
    return {
        "rows": count,
        "runs": RUNS,
        "seconds_best": {name: round(value, 2) for name, value in best.items()},
        "rows_per_second": {name: round(count / value, -3) for name, value in best.items()},
        "ratio_to_executemany": round(best["import"] / best["executemany"], 2),
        "ratio_to_executemany_keyed": round(best["import"] / best["executemany_keyed"], 2),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }


def main() -> None:
    numbers = [int(word.replace(",", "")) for word in sys.argv[1:] if not word.startswith("--")]
    result = measure(numbers[0] if numbers else 1_000_000)
    text = json.dumps(result, indent=2)
    print(text)
    if "--write" in sys.argv:
        Path(__file__).with_suffix(".json").write_text(text + "\n")


if __name__ == "__main__":
    main()
