"""The workspace: finds it and names its folders."""

from __future__ import annotations

import getpass
import os
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pilotlab.errors import NotFound, PilotlabError, Span, UsageError, nearest
from pilotlab.text.names import accept, tidy

MARK = "pilotlab.toml"
KNOWN_KEYS = {"schema", "name", "database", "shared"}


@dataclass(frozen=True, slots=True)
class Folders:
    """Where things lie in one workspace; `root` holds `pilotlab.toml`, or a `pyproject.toml` with `[tool.pilotlab]`."""

    root: Path
    name: str = ""
    database_file: str = "data/pilots.db"
    shared: bool = False  # a group may read and write the database, else its owner alone

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
        shared = settings.get("shared", False)
        if not isinstance(shared, bool):
            raise PilotlabError(
                f"shared is {shared!r}, neither true nor false", where=Span(MARK), fix="shared = true"
            )
        database = str(settings.get("database", "data/pilots.db"))
        return cls(root, str(settings.get("name", "")), database, shared)

    @property
    def experiments(self) -> Path:
        """Where pilots are declared."""
        return self.root / "experiments"

    @property
    def database(self) -> Path:
        """The SQLite file; `PILOTLAB_DB` names another.

        Raises
        ------
        UsageError
            Where `PILOTLAB_DB` names no file that every folder would find again.
        PilotlabError
            Where the setting `database` leads out of the workspace.
        """
        if named := os.environ.get("PILOTLAB_DB"):
            accept(named, "PILOTLAB_DB")
            return _named_database(named)
        return self._inside(self.database_file)

    def _inside(self, name: str) -> Path:
        path = self.root / name
        if _keeps_nothing(name):
            what = f"database is {name!r}, which keeps nothing"
        elif not name.strip() or "\0" in name:
            what = f"database is {name!r}, which is no name of a file"
        elif not leads_inside(path, self.root):
            what = f"database is {name!r}, which leads out of the workspace to {path.resolve().as_posix()}"
        else:
            return path
        raise PilotlabError(
            what,
            where=Span(MARK),
            fix='name a file inside, as "data/pilots.db"; PILOTLAB_DB may name one elsewhere',
        )

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


def leads_inside(path: Path, root: Path) -> bool:
    """Whether a path, links followed, lies in a folder."""
    return path.resolve().is_relative_to(root.resolve())


def _keeps_nothing(name: str) -> bool:
    """Whether SQLite would take a name for a database in memory, or for an address."""
    return ":memory:" in name or name.startswith("file:")


def _named_database(named: str) -> Path:
    path = Path(named)
    if _keeps_nothing(named):
        what = "which keeps nothing"
    elif "\0" in named or not path.is_absolute():
        what = "which is another file in every folder"
    else:
        return path
    raise UsageError(
        f"PILOTLAB_DB is {named!r}, {what}", fix="write the whole path of a file, as /srv/pilots/pilots.db"
    )


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


def login() -> str:
    """Return the login name: the system's own, which no variable can change; empty where it has none."""
    try:
        import pwd

        return pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):  # Windows; a container's user without a name
        with suppress(OSError, KeyError, ImportError):
            return getpass.getuser()
    return ""
