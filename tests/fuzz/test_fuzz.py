"""A short run of the fuzz, the same in every run; tests/fuzz/fuzz.py does it by the thousand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.fuzz import command_lines, declarations
from tests.fuzz.workspaces import BEFORE, bases, copied, declare, prepared, run


@pytest.mark.parametrize("name", bases())
def test_what_is_mutated_is_sound(name: str, tmp_path: Path) -> None:
    new, _ = prepared(tmp_path)
    root = copied(new, tmp_path / "work")
    declare(root, bases()[name])
    done = run(["check", "--today", BEFORE], root)
    assert done.code == 0, done.output


def test_no_mutated_declaration_breaks_a_command(tmp_path: Path) -> None:
    done = list(declarations(tmp_path, 7, 100))
    assert [(label, run.args, run.fault) for label, run in done if run.fault] == []
    assert {run.code for _, run in done} >= {0, 1}


def test_no_command_line_breaks(tmp_path: Path) -> None:
    done = list(command_lines(tmp_path, 7, 80))
    assert [(label, run.args, run.fault) for label, run in done if run.fault] == []
    assert {run.code for _, run in done} == {0, 1, 2}
