"""The pages of the Python interface: current, and every public name is on them with what its docstring says."""

from __future__ import annotations

import ast
import runpy
from pathlib import Path

import pytest

import pilotlab as pl

REPOSITORY = Path(__file__).parents[2]
FOLDER = REPOSITORY / "docs" / "reference" / "api"
STATS = REPOSITORY / "pilotlab" / "stats"
KERNELS = sorted(path for path in STATS.rglob("*.py") if not path.name.startswith("_"))


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    pages: dict[str, str] = runpy.run_path(str(REPOSITORY / "docs" / "api_pages.py"))["pages"]()
    return pages


def test_pages_are_current(made: dict[str, str]) -> None:
    """Write them again: make api."""
    stored = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert sorted(stored) == sorted(made)
    stale = [name for name, text in made.items() if text != stored[name]]
    assert not stale, "run `make api`"


@pytest.mark.parametrize("name", [name for name in pl.__all__ if name != "__version__"])
def test_every_public_name_is_described(name: str, made: dict[str, str]) -> None:
    _, heading, rest = made["pilotlab.md"].partition(f"## `pl.{name}`\n\n```pyi\n")
    assert heading, f"{name} has no heading"
    said = rest.partition("\n```\n\n")[2]
    assert said[0] not in "#*`", f"{name} has no docstring"


@pytest.mark.parametrize("path", KERNELS, ids=lambda path: path.relative_to(STATS).as_posix())
def test_every_kernel_is_listed(path: Path, made: dict[str, str]) -> None:
    module = ".".join(("pilotlab.stats", *path.relative_to(STATS).with_suffix("").parts))
    page = next(text for text in made.values() if f"\n## `{module}`\n" in text)
    part = page.partition(f"\n## `{module}`\n")[2].partition("\n## ")[0]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    missing = [name for name in names if not name.startswith("_") and f"\n### `{name}`\n" not in part]
    assert not missing
