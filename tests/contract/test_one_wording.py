"""Numbers, per cents, dates and lists are written by `pilotlab.wording` alone, so that every surface agrees."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "pilotlab"
MODULES = sorted(
    path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] not in ("wording", "stats")
)  # kernels know nothing of pilotlab: their errors are for whoever calls them with arrays
EXCEPT = {
    "readout/charts/marks.py": "coordinates of a drawing",
    "readout/render/filters.py": "millimetres of a style sheet",
    "readout/build/analysis_json.py": "rounds what is stored",
    "readout/document/model.py": "rounds what is stored",
    "estimate/sensitivity/honest_did.py": "rounds a grid",
}
NUMBER = re.compile(r"(\.(\d|\{.*\})*[eEfFgG%])$|[gGeEfF%]$|,")
DAY = re.compile(r"%-?[aAbBdje]")
MINUS = re.compile("\u2212")


def specs(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Find every format specification, its holes written as {}."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FormattedValue) and isinstance(node.format_spec, ast.JoinedStr):
            parts = (
                part.value if isinstance(part, ast.Constant) else "{}" for part in node.format_spec.values
            )
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "format":
            yield node.lineno, ast.unparse(node.args[1]).strip("'\"") if len(node.args) > 1 else ""


def formatted(source: str) -> list[str]:
    """Find what formats numbers, dates, minus signs or lists by hand."""
    tree = ast.parse(source)
    found = [f"line {line}: {spec}" for line, spec in specs(tree) if NUMBER.search(spec) and "%" not in spec]
    found += [f"line {line}: {spec}" for line, spec in specs(tree) if DAY.search(spec)]
    found += [
        f"line {line}: {spec}"
        for line, spec in specs(tree)
        if spec.endswith("%") and re.search(r"\.\d+%$", spec)
    ]
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("strftime", "replace")
        ):
            words = [each.value for each in node.args if isinstance(each, ast.Constant)]
            if node.func.attr == "strftime" or any(
                isinstance(word, str) and MINUS.search(word) for word in words
            ):
                found.append(f"line {node.lineno}: {ast.unparse(node)[:60]}")
        if isinstance(node, ast.IfExp) and {"", "s"} == {
            each.value for each in (node.body, node.orelse) if isinstance(each, ast.Constant)
        }:
            found.append(f"line {node.lineno}: plural {ast.unparse(node)[:60]}")
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_other_module_writes_numbers(path: Path) -> None:
    if path.relative_to(PACKAGE).as_posix() in EXCEPT:
        return
    assert formatted(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        'f"{x:.2f}"',
        'f"{x:+.{places}f}"',
        'f"{x:g}"',
        'f"{x:,}"',
        'f"{x:.0%}"',
        'f"{x:>7.1%}"',
        'f"{day:%d %b}"',
        'format(x, ".3g")',
        "x.strftime('%Y')",
        'x.replace("-", "\u2212")',
        "f\"team{'' if n == 1 else 's'}\"",
    ],
)
def test_formatting_by_hand_is_found(source: str) -> None:
    assert formatted(source)


@pytest.mark.parametrize(
    "source", ['f"{x:<12}"', 'f"{x:>{wide}}"', 'f"{x:02d}"', 'f"{at:%H:%M}"', 'f"{x!r}"']
)
def test_widths_and_codes_are_none(source: str) -> None:
    assert formatted(source) == []


def test_every_exception_is_needed() -> None:
    assert [name for name in EXCEPT if not formatted((PACKAGE / name).read_text(encoding="utf-8"))] == []
