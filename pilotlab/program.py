"""What a number was made with: the program's version and code, the libraries that did the arithmetic, data, plan."""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

from pilotlab import plugins
from pilotlab.spec.frozen import Frozen, digest
from pilotlab.version import __version__


class Libraries(Frozen):
    """Versions of the libraries that do the arithmetic."""

    numpy: str
    scipy: str
    pandas: str
    statsmodels: str


class MadeWith(Frozen):
    """What a number was made with.

    Attributes
    ----------
    pilotlab : str
        Version.
    program : str
        Digest of everything but plan and data that a result depends on: code, Python, libraries, plug-ins.
    data : str
        Digest of every observation that was read.
    plan : str
        Digest of the declaration in force.
    run : int or None
        Number of the stored run; None before it is kept.
    """

    pilotlab: str
    program: str
    python: str
    libraries: Libraries
    data: str
    plan: str
    run: int | None = None


def made_with(*, data: str, plan: str) -> MadeWith:
    """Say what this program makes of some data and a plan, both named by their digests."""
    return MadeWith(
        pilotlab=__version__,
        program=program_digest(),
        python=_python(),
        libraries=_libraries(),
        data=data,
        plan=plan,
    )


def program_digest() -> str:
    """Digest of everything but plan and data that a result depends on.

    The version alone would not do: whoever edits the code keeps its version.
    """
    added = [str(plugins.plugin("estimator", name)) for name in plugins.added("estimator")]
    return digest(
        {
            "version": __version__,
            "code": _code_digest(),
            "python": _python(),
            "libraries": _libraries().to_dict(),
            "added": added,
        }
    )


def _python() -> str:
    return ".".join(map(str, sys.version_info[:3]))


def _libraries() -> Libraries:
    return Libraries(**{name: metadata.version(name) for name in Libraries.model_fields})


@cache
def _code_digest() -> str:
    root = Path(__file__).parent
    found = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        found.update(path.relative_to(root).as_posix().encode())
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()
