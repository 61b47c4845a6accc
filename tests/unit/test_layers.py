"""Imports go one way: a room imports from its own row or a lower one."""

from __future__ import annotations

import ast
from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "pilotlab"
UPWARD = """
errors note plain plugins stored text version weeks whole_file wording
tables spec release store workspace program
design panel sources simulate
estimate
evaluate
decide
readout
api pipeline scaffold verbs
cli
"""
# Rooms of estimate: results stand below everything that makes, uses or plots them.
WITHIN_ESTIMATE = """
notes results
plots options data
estimators
inference
defaults
finish
did
sensitivity heterogeneity
"""


def rows_of(upward: str) -> dict[str, int]:
    return {room: row for row, rooms in enumerate(upward.strip().splitlines()) for room in rooms.split()}


ROWS, ROWS_WITHIN_ESTIMATE = rows_of(UPWARD), rows_of(WITHIN_ESTIMATE)
MODULES = sorted(PACKAGE.rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Every module a file imports, at its top or inside a function."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_imports_come_from_the_same_row_or_a_lower_one(path: Path) -> None:
    room = room_of(path)
    if room in ("__init__", "__main__"):
        return
    rooms = {name.split(".")[1] for name in imported(path) if name.startswith("pilotlab.")}
    if room == "stats":
        assert rooms <= {"stats"}, "kernels know nothing of pilotlab"
        return
    upward = {other for other in rooms - {"stats"} if ROWS[other] > ROWS[room]}
    assert not upward, f"{room} imports from above: {upward}"


@pytest.mark.parametrize(
    "path", [path for path in MODULES if room_of(path) == "stats"], ids=lambda path: path.name
)
def test_kernels_need_numpy_scipy_and_statsmodels_alone(path: Path) -> None:
    outside = {name.split(".")[0] for name in imported(path)} - {"pilotlab", "numpy", "scipy", "statsmodels"}
    standard = {
        "__future__",
        "collections",
        "dataclasses",
        "functools",
        "itertools",
        "math",
        "typing",
        "fractions",
        "abc",
        "enum",
        "contextlib",
        "warnings",
    }
    assert outside <= standard


def test_every_room_has_its_row_and_every_row_its_rooms() -> None:
    assert {room_of(path) for path in MODULES} == {*ROWS, "stats", "__init__", "__main__"}


ESTIMATE = [path for path in MODULES if room_of(path) == "estimate" and path.stem != "__init__"]


@pytest.mark.parametrize("path", ESTIMATE, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_results_stand_below_what_makes_and_reads_them(path: Path) -> None:
    own = path.relative_to(PACKAGE / "estimate").parts[0].removesuffix(".py")
    rooms = {name.split(".")[2] for name in modules_imported(path) if name.startswith("pilotlab.estimate.")}
    upward = {other for other in rooms if ROWS_WITHIN_ESTIMATE[other] > ROWS_WITHIN_ESTIMATE[own]}
    assert not upward, f"{own} imports from above: {upward}"


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


NAMES = {name_of(path) for path in MODULES}


def modules_imported(path: Path) -> set[str]:
    """Modules of pilotlab that a file imports, for types and inside functions too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names} & NAMES
        elif isinstance(node, ast.ImportFrom) and node.module in NAMES:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inner & NAMES) or {node.module}
    return found - {name_of(path)}


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = {name_of(path): modules_imported(path) for path in MODULES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(reversed(error.args[1])))


def test_no_two_modules_of_a_layer_have_the_same_name() -> None:
    named: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path in MODULES:
        if path.stem != "__init__":
            named[room_of(path), path.stem].append(path.relative_to(PACKAGE).as_posix())
    assert not [paths for paths in named.values() if len(paths) > 1]
