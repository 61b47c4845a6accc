"""The program that made a number: its version, its code, and the libraries that did the arithmetic."""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

from pilotlab import plugins
from pilotlab.spec.frozen import digest
from pilotlab.version import __version__

ARITHMETIC = ("numpy", "scipy", "pandas", "statsmodels")


def program_digest() -> str:
    """Digest of everything but plan and data that a result depends on.

    The version alone would not do: whoever edits the code keeps its version.
    """
    libraries = {name: metadata.version(name) for name in ARITHMETIC}
    added = [str(plugins.plugin("estimator", name)) for name in plugins.added("estimator")]
    python = ".".join(map(str, sys.version_info[:3]))
    return digest(
        {
            "version": __version__,
            "code": _code_digest(),
            "python": python,
            "libraries": libraries,
            "added": added,
        }
    )


@cache
def _code_digest() -> str:
    root = Path(__file__).parent
    found = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        found.update(path.relative_to(root).as_posix().encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()
