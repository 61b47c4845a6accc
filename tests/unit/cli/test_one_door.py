"""Nothing is printed past the writer."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

CLI = Path(__file__).parents[3] / "pilotlab" / "cli"
PACKAGE = sorted(CLI.parent.rglob("*.py"))
DOORS = {"output.py", "stream.py", "ask.py"}
BARRED = {
    "click": {"echo", "secho", "style", "prompt", "confirm", "getchar", "pause", "progressbar", "wrap_text"},
    "sys": {"stdout", "stderr", "__stdout__", "__stderr__"},
}


@pytest.mark.parametrize("path", PACKAGE, ids=lambda path: path.relative_to(CLI.parent).as_posix())
def test_commands_print_through_the_writer_alone(path: Path) -> None:
    if (path.parent == CLI and path.name in DOORS) or path.name == "reference.py":  # run by hand
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    past = [
        f"{node.lineno}: {node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.attr in BARRED.get(node.value.id, ())
    ]
    past += [
        f"{node.lineno}: {node.func.id}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("print", "input")
    ]
    assert past == []
