"""Can the tests of the kernels fail? Change one expression at a time, run the tests that reach it, list what passes.

    python analysis/mutation/run.py [--size 400] [--seed 20261122] [--modules cr2 ols] [--write]

Works on a copy of the last commit in a temporary folder, and never writes into it: a mutant is compiled in memory, in a
process of its own. `--write` stores `survivors.json`; explanations written there stay with their mutant.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import platform
import resource
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from mutants import Mutant, sample  # noqa: E402 - beside this file
from reach import QUIETLY, record  # noqa: E402

SHARED = [
    "hypothesis",
    "matplotlib.pyplot",
    "pandas",
    "pydantic",
    "scipy.optimize",
    "scipy.stats",
    "statsmodels.api",
]
TESTS = ["tests/unit/stats", "tests/golden", "tests/property", "tests/unit/estimate", "tests/unit/design"]
RESULT = HERE / "survivors.json"
ENOUGH = 60.0  # seconds of tests a mutant
MEMORY = 6 * 2**30
KEY = ("module", "function", "source", "before", "after")


def main() -> None:
    """Sample, run, print, and store where asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=400)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--modules", nargs="*", default=[], help="mutants of these modules alone")
    parser.add_argument("--reach", type=Path, help="file that keeps which test reaches which line")
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        commit = go_to_copy_of_last_commit(Path(folder))
        modules = sorted(
            path for path in Path(folder, "pilotlab/stats").glob("*.py") if path.stem != "__init__"
        )
        known = reached(modules, chosen.reach or Path(folder, "reach.json"))
        drawn = sample(modules, chosen.size, chosen.seed)
        rows = [
            judged(mutant, known) for mutant in drawn if not chosen.modules or mutant.module in chosen.modules
        ]
        result = summary(rows, chosen.seed, commit, time.perf_counter() - start)
    print(json.dumps({key: value for key, value in result.items() if key != "survivors"}, indent=1))
    if chosen.write:
        RESULT.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def go_to_copy_of_last_commit(folder: Path) -> str:
    """Unpack HEAD into `folder`, work there, and give the commit: colleagues may edit the checkout meanwhile."""
    git = ["git", "-C", str(HERE)]
    top = subprocess.run([*git, "rev-parse", "--show-toplevel"], capture_output=True, check=True, text=True)
    git = ["git", "-C", top.stdout.strip()]
    archive = subprocess.run([*git, "archive", "HEAD"], capture_output=True, check=True)
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    return subprocess.run(
        [*git, "rev-parse", "HEAD"], capture_output=True, check=True, text=True
    ).stdout.strip()


def reached(modules: list[Path], kept: Path) -> dict[str, Any]:
    """Seconds of each passing test, and the tests of each line of each module; libraries are loaded once for all."""
    for name in SHARED:
        importlib.import_module(name)
    if not kept.exists():
        print("which tests reach which line ...", flush=True)
        in_child(lambda _: record(TESTS, modules, kept), seconds=3600)
    known: dict[str, Any] = json.loads(kept.read_text(encoding="utf-8"))
    print(
        f"{len(known['seconds'])} tests; not used because they fail as it is: {known['failed']}", flush=True
    )
    return known


def judged(mutant: Mutant, known: dict[str, Any]) -> dict[str, Any]:
    """Run one mutant: killed (by a test, or at import), timeout, survived, or unreached by any test."""
    outcome, by = "unreached", ""
    for tests in those_that_reach(mutant, known):
        usual = sum(known["seconds"][test] for test in tests)
        code, by = in_child(lambda pipe, tests=tests: run_tests(mutant, tests, pipe), seconds=30 + 5 * usual)
        outcome = {0: "survived", -signal.SIGALRM: "timeout"}.get(code, "killed")
        if outcome != "survived":
            by = by or ("import" if code > 0 else "time")
            break
    print(f"{outcome:10}{mutant.module}:{mutant.line}  {mutant.before} -> {mutant.after}  {by}", flush=True)
    return {**asdict(mutant), "outcome": outcome, "by": by}


def those_that_reach(mutant: Mutant, known: dict[str, Any]) -> list[list[str]]:
    """Tests by folder, quick ones first; what runs at import is reached by every test of the module."""
    lines = known["lines"][mutant.module]
    span = range(mutant.line, mutant.line + mutant.before.count("\n") + 1)
    tests = {test for line in span for test in lines.get(str(line), [])}
    if not tests and any(str(line) in lines for line in span):
        tests = {test for names in lines.values() for test in names}
    total, folders = 0.0, []
    for folder in TESTS:
        folders.append([])
        for test in sorted((test for test in tests if test.startswith(folder)), key=known["seconds"].get):
            total += known["seconds"][test]
            folders[-1] += [test] if total <= ENOUGH else []
    return [chosen for chosen in folders if chosen]


def run_tests(mutant: Mutant, tests: list[str], pipe: int) -> int:
    """Put the mutant in the module's place before anything imports it, and run tests until one fails."""
    install(mutant)
    return int(pytest.main([*tests, "-x", *QUIETLY], plugins=[Says(pipe)]))


def install(mutant: Mutant) -> None:
    """Import the mutated text under the module's name."""
    name = f"pilotlab.stats.{mutant.module}"
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    text = mutant.apply(Path(spec.origin).read_text(encoding="utf-8"))
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    with warnings.catch_warnings(action="ignore", category=SyntaxWarning):
        exec(compile(text, spec.origin, "exec"), module.__dict__)
    setattr(sys.modules["pilotlab.stats"], mutant.module, module)


class Says:
    """Writes the first test that fails to the pipe."""

    def __init__(self, pipe: int) -> None:
        self.pipe = pipe

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            os.write(self.pipe, report.nodeid.encode())


def in_child(work: Callable[[int], int | None], seconds: float) -> tuple[int, str]:
    """Fork, work there in silence; give the exit code (or minus the signal) and what it wrote to the pipe."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        code = 70
        try:
            silence = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(silence, stream)
            signal.setitimer(signal.ITIMER_REAL, seconds)  # ends the process, whatever it is in
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            code = work(write) or 0
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as pipe:
        said = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said


def summary(rows: list[dict[str, Any]], seed: int, commit: str, seconds: float) -> dict[str, Any]:
    """Killed and all by kind and by module, and each survivor with the explanation stored for it."""
    stored = json.loads(RESULT.read_text(encoding="utf-8"))["survivors"] if RESULT.exists() else []
    why = {tuple(row[key] for key in KEY): row["why"] for row in stored}
    survivors = [row for row in rows if row["outcome"] in ("survived", "unreached")]
    shown = (*KEY, "line", "column", "kind", "outcome")
    return {
        "date": date.today().isoformat(),
        "pilotlab": importlib.import_module("pilotlab").__version__,
        "commit": commit,
        "python": platform.python_version(),
        "seed": seed,
        "minutes": round(seconds / 60),
        "mutants": len(rows),
        "outcomes": dict(Counter(row["outcome"] for row in rows)),
        "killed_of": {by: _killed_of(rows, by) for by in ("kind", "module")},
        "survivors": [
            {key: row[key] for key in shown} | {"why": why.get(tuple(row[key] for key in KEY), "")}
            for row in survivors
        ],
    }


def _killed_of(rows: list[dict[str, Any]], by: str) -> dict[str, list[int]]:
    every = Counter(row[by] for row in rows)
    killed = Counter(row[by] for row in rows if row["outcome"] in ("killed", "timeout"))
    return {name: [killed[name], every[name]] for name in sorted(every)}


if __name__ == "__main__":
    main()
