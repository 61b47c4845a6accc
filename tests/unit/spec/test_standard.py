"""The constants of the rule: each is written down once, and everything that judges by one reads it there."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from pilotlab.spec import standard

PACKAGE = Path(standard.__file__).parents[1]
CONSTANTS = {name for name in vars(standard) if name.isupper()}


def assigned(path: Path) -> set[str]:
    """Names that a module sets at its top."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    targets = [
        target
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    ]
    return {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}


def test_every_constant_of_the_rule_is_set_in_one_place() -> None:
    others = [path for path in PACKAGE.rglob("*.py") if path != Path(standard.__file__)]
    twice = {
        path.name: found
        for path in others
        if path.parent.name != "scaffold" and (found := assigned(path) & CONSTANTS)
    }
    assert not twice


def test_every_constant_of_the_rule_is_read() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    assert [name for name in sorted(CONSTANTS) if text.count(name) < 2] == []


@pytest.mark.parametrize(
    ("planned", "declared", "needed"), [(-2.0, None, -1.0), (1.5, None, 0.75), (1.5, 1.0, 1.0)]
)
def test_the_least_gap_is_half_of_the_planned_one_unless_declared(
    planned: float, declared: float | None, needed: float
) -> None:
    assert standard.least_gap(planned, declared) == needed
