"""Throw-away environments: one for each peer, outside the repository."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

REQUIREMENTS = {
    "pyfixest": ["pyfixest[numba]", "wildboottest"],
    "diff_diff": ["diff-diff"],
    "moderndid": ["moderndid[didhonest]"],
    "linearmodels": ["linearmodels"],
    "csdid": ["csdid"],
    "ritest": ["ritest-python"],
    "synthdid": ["synthdid-py"],
}
OWN = ("pilotlab", "statsmodels")  # run by the interpreter that runs this


def python_of(program: str, folder: Path) -> Path:
    """Return the interpreter that has a program."""
    return Path(sys.executable) if program in OWN else folder / program / "bin" / "python"


def install(folder: Path, interpreters: dict[str, str]) -> dict[str, str]:
    """Create what is missing; returns what could not be installed, and why.

    Parameters
    ----------
    interpreters : dict
        By program: another Python where its newest release needs one.
    """
    failed = {}
    for program, wanted in REQUIREMENTS.items():
        if python_of(program, folder).exists():
            continue
        subprocess.run(
            [interpreters.get(program, sys.executable), "-m", "venv", folder / program], check=True
        )
        done = subprocess.run(
            [python_of(program, folder), "-m", "pip", "install", "--quiet", *wanted],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            failed[program] = done.stderr.strip().splitlines()[-1]
    return failed
