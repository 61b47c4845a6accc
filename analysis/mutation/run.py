"""Can the tests of the kernels fail? Change one expression at a time, run the tests that reach it, list what passes.

    python analysis/mutation/run.py [--modules cr2 ols] [--size 420] [--seed 20261122] [--write]
    python analysis/mutation/run.py --again --write

Works on a copy of the last commit in a temporary folder, and never writes into it: a mutant is compiled in memory, in a
process of its own. `--write` puts what was run in the place of the same modules in `survivors.json`; `--again` runs the
survivors stored there, after tests were written. Explanations in the file stay with their mutant.
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
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from math import ceil
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from mutants import Mutant, sample
from page import page
from reach import QUIETLY, record

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
HERE = Path(__file__).resolve().parent
RESULT = HERE / "survivors.json"
ENOUGH = 60.0  # seconds of tests a mutant, of a processor's time
MEMORY = 6 * 2**30
SHOWN = ("module", "function", "line", "column", "kind", "source", "before", "after", "outcome")


def main() -> None:
    """Sample, run, print, and store where asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=420)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--modules", nargs="*", default=[], help="mutants of these modules alone")
    parser.add_argument("--again", action="store_true", help="the stored survivors alone")
    parser.add_argument("--tests", nargs="*", default=TESTS, help="folders, most telling first")
    parser.add_argument("--write", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        commit = go_to_copy_of_last_commit(Path(folder))
        modules = sorted(
            path for path in Path(folder, "pilotlab/stats").glob("*.py") if path.stem != "__init__"
        )
        # Shares move as modules come and go: those stored are among the first of a larger sample.
        drawn = sample(modules, chosen.size * (2 if chosen.again else 1), chosen.seed)
        drawn = [mutant for mutant in drawn if not chosen.modules or mutant.module in chosen.modules]
        if chosen.again:
            drawn = [mutant for mutant in drawn if key(asdict(mutant)) in stored()]
        known = reached(modules, chosen.tests, Path(folder, "reach.json"))
        rows = [judged(mutant, known) for mutant in drawn]
    print(dict(Counter(row["outcome"] for row in rows)))
    if chosen.write:
        store(rows, commit, chosen.seed, chosen.tests, again=chosen.again)


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


def reached(modules: list[Path], tests: list[str], result: Path) -> dict[str, Any]:
    """Seconds of each passing test, and the tests of each line of each module; libraries are loaded once for all."""
    for name in SHARED:
        importlib.import_module(name)
    print("which tests reach which line ...", flush=True)
    in_child(lambda _: record(tests, modules, result), seconds=3600)
    known: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
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
        outcome = {0: "survived", -signal.SIGXCPU: "timeout"}.get(code, "killed")
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
    total, folders = 0.0, {folder: [] for folder in TESTS}
    quick = sorted(tests, key=known["seconds"].get)
    for folder, chosen in folders.items():
        for test in (test for test in quick if test.startswith(folder)):
            total += known["seconds"][test]
            chosen += [test] if total <= ENOUGH else []
    return [chosen for chosen in folders.values() if chosen]


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
            resource.setrlimit(resource.RLIMIT_CPU, (ceil(seconds), ceil(seconds) + 5))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            code = work(write) or 0
        finally:
            os._exit(code)
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as pipe:
        said = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said


def store(rows: list[dict[str, Any]], commit: str, seed: int, tests: list[str], *, again: bool) -> None:
    """Put the modules that were run in the place of theirs; `again`, the survivors alone."""
    old = (
        json.loads(RESULT.read_text(encoding="utf-8"))
        if RESULT.exists()
        else {"modules": {}, "survivors": []}
    )
    why, ran = stored(), {key(row) if again else row["module"] for row in rows}
    kept = [row for row in old["survivors"] if (key(row) if again else row["module"]) not in ran]
    alive = [row for row in rows if row["outcome"] in ("survived", "unreached")]
    kept += [{name: row[name] for name in SHOWN} | {"why": why.get(key(row), "")} for row in alive]
    runs = {} if again else {name: {"commit": commit, "mutants": _kinds(rows, name)} for name in ran}
    result = {
        "date": date.today().isoformat(),
        "pilotlab": importlib.import_module("pilotlab").__version__,
        "python": platform.python_version(),
        "seed": seed,
        "tests": tests,
        "modules": dict(sorted((old["modules"] | runs).items())),
        "survivors": sorted(kept, key=lambda row: (row["module"], row["line"], row["column"], row["after"])),
    }
    text = json.dumps(result, indent=1, ensure_ascii=False)
    RESULT.write_text(text + "\n", encoding="utf-8")
    RESULT.with_suffix(".md").write_text(page(result), encoding="utf-8")


def stored() -> dict[tuple[object, ...], str]:
    """Explanation of each stored survivor."""
    if not RESULT.exists():
        return {}
    return {key(row): row["why"] for row in json.loads(RESULT.read_text(encoding="utf-8"))["survivors"]}


def key(row: dict[str, Any]) -> tuple[object, ...]:
    """What makes a mutant the same one after lines above it moved."""
    return tuple(row[name] for name in ("module", "function", "column", "source", "before", "after"))


def _kinds(rows: list[dict[str, Any]], module: str) -> dict[str, int]:
    return dict(sorted(Counter(row["kind"] for row in rows if row["module"] == module).items()))


if __name__ == "__main__":
    main()
