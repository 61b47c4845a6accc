"""Fuzz: mutated declarations and command lines by the thousand; python -m tests.fuzz.fuzz [--seed N] [--declarations N] [--commands N] [--processes N].

Each ends with 0, 1 or 2, says what is wrong in a size that can be read, in bounded time, and never in a traceback.
What fails is printed with the seed that makes it again.
"""

from __future__ import annotations

import argparse
import collections
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from tests.fuzz.command_lines import command_line
from tests.fuzz.mutations import mutated
from tests.fuzz.workspaces import (
    AFTER,
    BEFORE,
    PILOT,
    Base,
    Run,
    bases,
    copied,
    declare,
    prepared,
    run,
    run_process,
)

OWN = "- {id: calm, label: Calm, family: quality_of_life, unit: points, direction: higher, kind: rating, roles: [watch]}\n"
Runner = Callable[..., Run]
LATER = ("status", "analyze", "decide", "readout", "explain", "assign", "freeze", "check")


def declarations(folder: Path, seed: int, count: int, run: Runner = run) -> Iterator[tuple[str, Run]]:
    """Check mutated declarations, and run a later command on every eighth of them."""
    new, frozen = prepared(folder)
    texts = bases()
    for number in range(count):
        chance = Random(f"{seed}/{number}")
        name = chance.choice(list(texts))
        later = number % 8 == 0
        root = copied(frozen if later and chance.random() < 0.7 else new, folder / "work")
        _spoil(chance, root, texts[name])
        yield f"declaration {seed}/{number} ({name})", run(["check", *_form(chance), "--today", BEFORE], root)
        if later:
            command = chance.choice(LATER)
            yield f"declaration {seed}/{number} ({name})", run([command, PILOT, "--today", AFTER], root)


def _form(chance: Random) -> list[str]:
    return chance.choice(([], [PILOT], ["--format", "json"], ["--format", "github"], ["--plain"]))


def _spoil(chance: Random, root: Path, base: Base) -> None:
    """Write a mutated declaration; now and then its neighbours are mutated too."""
    place = declare(root, base)
    _mutate(chance, place / "pilot.yaml")
    if chance.random() < 0.15:
        _mutate(chance, place / "teams.csv")
    metrics = place.parent / "metrics.yaml"
    if chance.random() < 0.1:
        metrics.write_text(base.metrics or OWN * chance.choice((1, 2)), encoding="utf-8")
        _mutate(chance, metrics)
    if chance.random() < 0.05:
        _mutate(chance, root / "pilotlab.toml")


def _mutate(chance: Random, path: Path) -> None:
    path.write_bytes(mutated(chance, path.read_text(encoding="utf-8")))


def command_lines(folder: Path, seed: int, count: int, run: Runner = run) -> Iterator[tuple[str, Run]]:
    """Run command lines in a workspace that is new or frozen."""
    new, frozen = prepared(folder)
    table = "team,week,job_satisfaction\nsearch,2027-W10,7.4\n"
    for number in range(count):
        chance = Random(f"{seed}/c{number}")
        root = copied(chance.choice((new, frozen)), folder / "work")
        (root / "week.csv").write_bytes(mutated(chance, table) if chance.random() < 0.5 else table.encode())
        typed = chance.choice(
            ("", "\n" * 40, "y\n" * 40, "7\n" * 40, "search\n2027-W10\n7\n7\n", "-\n?\nx\n" * 9)
        )
        yield f"command {seed}/c{number}", run(command_line(chance), root, typed=typed)


def main() -> int:
    """Run both, print what failed and the counts."""
    parser = argparse.ArgumentParser()
    for name, default in (("seed", 1), ("declarations", 5_000), ("commands", 1_000), ("processes", 40)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    failed: collections.Counter[str] = collections.Counter()
    for kind, made, count, runner in (
        ("declarations", declarations, asked.declarations, run),
        ("commands", command_lines, asked.commands, run),
        ("declarations in processes", declarations, asked.processes, run_process),
        ("commands in processes", command_lines, asked.processes, run_process),
    ):
        codes: collections.Counter[int] = collections.Counter()
        slowest = longest = 0.0
        with tempfile.TemporaryDirectory() as place:
            for label, done in made(Path(place), asked.seed, count, runner):
                codes[done.code] += 1
                slowest, longest = max(slowest, done.seconds), max(longest, len(done.output))
                if done.fault:
                    failed[_kind(done.fault)] += 1
                    if failed[_kind(done.fault)] <= 3:
                        print(
                            f"FAIL {label}: {' '.join(done.args)[:200]!r}\n{done.fault[-1_500:]}", flush=True
                        )
        ends = ", ".join(f"{codes[code]} with {code}" for code in sorted(codes))
        print(
            f"{kind}: {sum(codes.values())} runs, {ends}; slowest {slowest:.1f} s, longest output {longest:,.0f}",
            flush=True,
        )
    for kind, many in failed.most_common():
        print(f"{many:5} {kind}")
    return 1 if failed else 0


def _kind(fault: str) -> str:
    last = fault.strip().splitlines()[-1][:90]
    where = re.findall(r'File ".*?/(pilotlab/[^"]+)", line (\d+)', fault)
    return f"{last}  {':'.join(where[-1])}" if where else re.sub(r"[0-9.,]+", "N", last)


if __name__ == "__main__":
    sys.exit(main())
