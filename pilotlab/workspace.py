"""The workspace: finds it and names its folders."""

from __future__ import annotations

import getpass
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pilotlab.errors import NotFound, PilotlabError, Span, UsageError, nearest
from pilotlab.text.names import accept, tidy

MARK = "pilotlab.toml"
KNOWN_KEYS = {"schema", "name", "database"}


@dataclass(frozen=True, slots=True)
class Folders:
    """Where things lie in one workspace; `root` holds `pilotlab.toml`, or a `pyproject.toml` with `[tool.pilotlab]`."""

    root: Path
    name: str = ""
    database_file: str = "data/pilots.db"

    @classmethod
    def find(cls, start: Path | str | None = None) -> Folders:
        """Find the workspace of `start`, else of `PILOTLAB_WORKSPACE`, else of the current folder and those above it.

        Raises
        ------
        NotFound
            Where no folder on the way up is a workspace.
        """
        begin = Path(start or os.environ.get("PILOTLAB_WORKSPACE") or ".").resolve()
        accept(str(begin), "the path of the workspace")
        for folder in (begin, *begin.parents):
            settings = _settings(folder)
            if settings is not None:
                return cls._of(folder, settings)
        raise NotFound(
            f"no workspace at {str(start or '.')!r} or above it",
            fix="run `pilotlab init` there, or name one with --workspace DIR",
        )

    @classmethod
    def _of(cls, root: Path, settings: Mapping[str, Any]) -> Folders:
        for key in settings.keys() - KNOWN_KEYS:
            raise PilotlabError(
                f"unknown key {key!r}{nearest(key, KNOWN_KEYS)}",
                where=Span(MARK),
                fix="known keys: " + ", ".join(sorted(KNOWN_KEYS)),
            )
        database = str(settings.get("database", "data/pilots.db"))
        return cls(root, str(settings.get("name", "")), database)

    @property
    def experiments(self) -> Path:
        """Where pilots are declared."""
        return self.root / "experiments"

    @property
    def database(self) -> Path:
        """The SQLite file; `PILOTLAB_DB` names another."""
        named = os.environ.get("PILOTLAB_DB") or ""
        accept(named, "PILOTLAB_DB")
        return Path(named or self.root / self.database_file)

    @property
    def metrics_file(self) -> Path | None:
        """The workspace's own metrics, where it has some."""
        path = self.experiments / "metrics.yaml"
        return path if path.is_file() else None

    def pilots(self) -> tuple[str, ...]:
        """Names of the declared pilots, alphabetical."""
        return tuple(sorted(self._pilot_files()))

    def _pilot_files(self) -> dict[str, Path]:
        """Return the files of pilots by name; a Mac writes the name of a folder decomposed."""
        found = {path.parent.name: path for path in self.experiments.glob("*/pilot.yaml")}
        return {accept(name, "the name of the folder"): path for name, path in found.items()}

    def pilot_file(self, pilot: str) -> Path:
        """Return the path of a pilot's `pilot.yaml`; `NotFound`, naming the nearest, where there is none."""
        files = self._pilot_files()
        if tidy(pilot) in files:
            return files[tidy(pilot)]
        known = tuple(sorted(files))
        raise NotFound(
            f"no pilot {pilot!r} in {self.shown(self.experiments)}{nearest(pilot, known)}",
            fix="one of: " + ", ".join(known)
            if known
            else "write experiments/<pilot>/pilot.yaml, see `pilotlab init`",
        )

    def shown(self, path: Path) -> str:
        """Write a path as people know it: from the workspace's root, with forward slashes."""
        try:
            return path.resolve().relative_to(self.root.resolve()).as_posix()
        except ValueError:
            return path.as_posix()


def _settings(folder: Path) -> Mapping[str, Any] | None:
    """Read `pilotlab.toml`, or `[tool.pilotlab]` of `pyproject.toml`; None where a folder has neither."""
    if (folder / MARK).is_file():
        return _toml(folder / MARK)
    if (folder / "pyproject.toml").is_file():
        table = _toml(folder / "pyproject.toml").get("tool", {}).get("pilotlab")
        return table if isinstance(table, dict) else None
    return None


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PilotlabError(
            f"not valid TOML: {error}", where=Span(path.name), fix="see `pilotlab init` for a valid one"
        ) from None


def actor(named: str | None = None) -> str:
    """Return who acts: as named, else `PILOTLAB_ACTOR`, else the login name."""
    if known := named or os.environ.get("PILOTLAB_ACTOR"):
        return accept(known, "--actor" if named else "PILOTLAB_ACTOR")
    try:
        return accept(getpass.getuser(), "the login name")
    except (OSError, KeyError, ImportError):  # a container's user without a name
        raise UsageError(
            "nobody is named as acting, and this login has no name",
            fix="pass --actor NAME, or set PILOTLAB_ACTOR",
        ) from None
