"""CONTRIBUTING is true to the tree: its paths are there, and every room is on its list."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_paths_are_there() -> None:
    paths = re.findall(r"`((?:pilotlab|tests|docs|analysis)/[\w./-]*)`", PAGE)
    assert len(paths) > 20
    assert not [path for path in paths if not (REPOSITORY / path).exists()]


def test_every_room_is_listed_once() -> None:
    listed = re.findall(
        r"`([\w.]+)`", "".join(re.findall(r"^\| (`.*?) \|", PAGE.partition("## The rooms")[2], re.MULTILINE))
    )
    package = REPOSITORY / "pilotlab"
    rooms = [folder.parent.name for folder in package.glob("*/__init__.py")]
    modules = [path.name for path in package.glob("*.py") if not path.stem.startswith("__")]
    assert sorted(listed) == sorted([*rooms, *modules])
