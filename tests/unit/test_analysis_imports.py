"""Analyses are written as any analyst would: against `pl.*` and the documented modules of `stats`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import pilotlab as pl

REPOSITORY = Path(__file__).parents[2]
ANALYSIS = REPOSITORY / "analysis"
PAGES = REPOSITORY / "docs" / "reference" / "api"
SCRIPTS = sorted(ANALYSIS.rglob("*.py"))
# The verdict studies take the rule apart, the study of the checks runs their table, and the sentences are the catalogue's:
# they read the code itself.
INSIDE = frozenset(
    {
        "calibration/threats.py",
        "calibration/verdict_card.py",
        "calibration/verdict_lean.py",
        "calibration/verdict_pilots.py",
        "readouts/sentences.py",
    }
)


def name_of(path: Path) -> str:
    return path.relative_to(ANALYSIS).as_posix()


def not_public(text: str) -> Iterator[str]:
    """Yield what a script takes of pilotlab beside its public names and the documented kernels."""
    tree = ast.parse(text)
    doors: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name == "pilotlab":
                    doors.add(alias.asname or alias.name)
                elif alias.name.startswith("pilotlab."):
                    yield alias.name
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "pilotlab":
            yield from _not_public(node.module, [alias.name for alias in node.names])
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in doors:
            yield from () if node.attr in pl.__all__ else (f"pl.{node.attr}",)


def _not_public(module: str, names: list[str]) -> Iterator[str]:
    known = pl.__all__ if module == "pilotlab" else documented().get(module, frozenset())
    yield from (f"{module}.{name}" for name in names if name not in known)


@cache
def documented() -> dict[str, frozenset[str]]:
    """The kernels that docs/reference/api describes, by module."""
    pages = (page.read_text(encoding="utf-8") for page in PAGES.glob("stats*.md"))
    parts = [part.partition("`\n") for page in pages for part in page.split("\n## `")[1:]]
    return {module: frozenset(re.findall(r"^### `(\w+)`$", text, re.MULTILINE)) for module, _, text in parts}


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_an_analysis_uses_public_names_alone(path: Path) -> None:
    found = sorted(not_public(path.read_text(encoding="utf-8")))
    if name_of(path) in INSIDE:
        assert found, f"{name_of(path)} needs no leave to read the code itself any more"
    else:
        assert not found, f"not public: {found}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import pilotlab as pl\npl.did", []),
        ("import pilotlab as pl\npl.api", ["pl.api"]),
        ("from pilotlab import did", []),
        ("from pilotlab import api", ["pilotlab.api"]),
        ("from pilotlab.stats.variance.wild import wild_bootstrap", []),
        ("from pilotlab.stats.variance.wild import _signs", ["pilotlab.stats.variance.wild._signs"]),
        ("from pilotlab.decide.judge import judge", ["pilotlab.decide.judge.judge"]),
        ("import pilotlab.decide.judge", ["pilotlab.decide.judge"]),
    ],
)
def test_what_is_not_public_is_found(text: str, found: list[str]) -> None:
    assert list(not_public(text)) == found


def test_every_public_name_is_there_and_listed() -> None:
    assert {name for name in pl.__all__ if not hasattr(pl, name)} == set()
    assert sorted(pl.__all__) == dir(pl)
