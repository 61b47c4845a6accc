"""How far a reader walks: files on the way of each command, circles, modules of one reader, names used twice.

    python analysis/house/measure.py [--at TREE] [--json FILE]

Files on a way are the modules of pilotlab that are loaded once it was gone, on the demo's pilot. What is read from the
source alone (circles, readers, names) counts every import, also those inside functions; a module that a
table names by text is a row of that table, not a module of one reader.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parents[2]
NAME = "hybrid-schedule"
COUNT = "import sys; seen = {m for m in sys.modules if m.split('.')[0] == 'pilotlab'}; "
TELL = "print('files', len({m for m in sys.modules if m.split('.')[0] == 'pilotlab'} - seen))"
NOTHING = "seen = set(); "
COMMAND = (
    "import sys; sys.argv = ['pilotlab', *{arguments!r}]\n"
    "from pilotlab.cli.main import main\n"
    "try:\n    main()\nexcept SystemExit:\n    pass\n"
)
PANEL = f"import pilotlab as pl; ws = pl.open('.'); ws.panel({NAME!r}, 'job_satisfaction').frame\n"
FRAME = (
    "import pandas as pd, pilotlab as pl\n"
    "rows = [(t, w, t * .1 + w * .2 + (t < 4 and w > 5), 6 if t < 4 else 0) for t in range(8) for w in range(1, 11)]\n"
    "frame = pd.DataFrame(rows, columns=['team', 'week', 'y', 'first'])\n"
    "pl.did(frame, outcome='y', unit='team', time='week', cohort='first')\n"
)
WAYS = {
    "check": COMMAND.format(arguments=["check"]),
    "status": COMMAND.format(arguments=["status", NAME]),
    "readout": COMMAND.format(arguments=["readout", NAME]),
    "Panel to Decision": f"{PANEL}{COUNT}ws.decide({NAME!r})\n",
    "did": FRAME,
}


def log(tree: Path, value: float) -> str:
    """Code that corrects a value, so that nothing stored answers for the pilot any more; older trees ask for no count of answers."""
    counted = ["--n", "job_satisfaction=5"] if '"--n"' in (tree / "pilotlab/cli/log.py").read_text() else []
    told = ["--week", "2025-W40", "--set", f"job_satisfaction={value}", "--why", "typo", *counted]
    team = f"open('experiments/{NAME}/teams.csv').read().splitlines()[1].split(',')[0]"
    return COMMAND.replace("*{arguments!r}", f"'log', '{NAME}', '--team', {team}, *{told!r}")


def modules(tree: Path) -> dict[str, Path]:
    """Every module of the package and its file."""
    paths = (tree / "pilotlab").rglob("*.py")
    named = {".".join(path.relative_to(tree).with_suffix("").parts): path for path in paths}
    return {name.removesuffix(".__init__"): path for name, path in named.items()}


def imports(there: dict[str, Path]) -> dict[str, set[str]]:
    """Return what each module imports, at its top or within a function."""
    return {name: set(_imported(path, there)) - {name} for name, path in there.items()}


def _imported(path: Path, there: dict[str, Path]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield from [name for name in (whole, node.module) if name in there][:1]
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in there)


def named(path: Path, there: dict[str, Path]) -> set[str]:
    """Modules that a table names by text, "package.module:name", to be imported when they are asked for."""
    texts = (
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
    )
    return {text.partition(":")[0] for text in texts if isinstance(text, str)} & set(there)


def circles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the sets of modules from each of which every other one is reached."""
    reach = {name: _reached(name, graph) for name in graph}
    found = {
        frozenset(other for other in reach[name] if name in reach[other])
        for name in graph
        if name in reach[name]
    }
    return sorted(sorted(circle) for circle in found)


def _reached(start: str, graph: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += graph[name]
    return seen


def files_on(code: str, tree: Path, workspace: Path) -> int:
    """Walk one way in a process of its own and count what it loaded."""
    code = code if COUNT in code else f"{NOTHING}\n{code}"
    ran = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; {TELL}"],
        cwd=workspace,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )
    told = [line for line in ran.stdout.splitlines() if line.startswith("files ")]
    if not told:
        raise RuntimeError(f"{code}: {ran.stderr[-400:]}")
    return int(told[-1].split()[1])


def measure(tree: Path) -> dict[str, object]:
    """Measure a tree."""
    there = modules(tree)
    graph = imports(there)
    readers = Counter(name for used in graph.values() for name in used)
    rows = {name for path in there.values() for name in named(path, there)}
    lines = sorted(len(path.read_text(encoding="utf-8").splitlines()) for path in there.values())
    names = Counter(name.rpartition(".")[2] for name in there)
    with tempfile.TemporaryDirectory() as room:
        demo = [sys.executable, "-m", "pilotlab", "demo", room + "/demo"]
        subprocess.run(
            demo, cwd=room, env={**os.environ, "PYTHONPATH": str(tree)}, capture_output=True, check=True
        )
        ways = {}
        for k, (way, code) in enumerate(WAYS.items()):
            ways["log"] = files_on(log(tree, 7.0 + k / 10), tree, Path(room) / "demo")
            ways[way] = files_on(code, tree, Path(room) / "demo")
    return {
        "files on the way": ways,
        "modules": len(there),
        "median lines": lines[len(lines) // 2],
        "longest": lines[-1],
        "with one reader": sum(count == 1 and name not in rows for name, count in readers.items()),
        "names used twice": sum(count > 1 for count in names.values()),
        "circles": [len(circle) for circle in circles(graph)],
    }


def main() -> None:
    """Measure a tree and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--at", type=Path, default=HERE, help="root of the tree to measure")
    parser.add_argument("--json", type=Path, help="file to write, too")
    asked = parser.parse_args()
    text = json.dumps(measure(asked.at.resolve()), indent=1)
    print(text)
    if asked.json:
        asked.json.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
