"""Imports go one way: a room imports from its own row or a lower one."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "pilotlab"
UPWARD = """
errors text weeks whole_file
tables spec release store workspace wording
design panel sources simulate
estimate
evaluate
decide
forecast
readout
api pipeline scaffold
cli web
"""
ROWS = {room: row for row, rooms in enumerate(UPWARD.strip().splitlines()) for room in rooms.split()}
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


def test_every_room_has_its_row() -> None:
    assert {room_of(path) for path in MODULES} <= {*ROWS, "stats", "__init__", "__main__"}
