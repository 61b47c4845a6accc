"""Commands that people type all day start at once: they load nothing heavy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HEAVY = {"pandas", "numpy", "scipy", "statsmodels", "matplotlib"}


def modules_loaded_by(code: str, cwd: Path) -> set[str]:
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print('LOADED', *sys.modules)"],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
    )
    assert "LOADED" in run.stdout, run.stderr
    return set(run.stdout.rpartition("LOADED")[2].split())


def call(*args: str) -> str:
    return f"from pilotlab.cli.main import cli\ntry:\n    cli({list(args)!r})\nexcept SystemExit as stop:\n    assert not stop.code, stop.code"


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    loaded = modules_loaded_by(call("--help"), tmp_path)
    assert not (HEAVY | {"pydantic", "ruamel"}) & loaded


def test_importing_the_package_loads_nothing_heavy(tmp_path: Path) -> None:
    assert not (HEAVY | {"pydantic", "click"}) & modules_loaded_by("import pilotlab", tmp_path)
