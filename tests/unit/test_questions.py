"""Ten questions of a new reader, each answered by a name in the tree."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "analysis" / "house" / "README.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (.+\?) \| `(pilotlab/[\w/]+\.py)` \| `(\w+)` \|$", PAGE, flags=re.MULTILINE)


def test_there_are_ten() -> None:
    assert len({question for question, _, _ in ROWS}) == len(ROWS) == 10


@pytest.mark.parametrize(("question", "file", "name"), ROWS, ids=[row[0] for row in ROWS])
def test_the_file_defines_what_answers(question: str, file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    named: set[str] = set()
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            named.add(node.name)
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        named |= {
            each.id for target in targets if target for each in ast.walk(target) if isinstance(each, ast.Name)
        }
    assert name in named, question
