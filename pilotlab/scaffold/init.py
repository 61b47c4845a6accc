"""Init: a new workspace, with a commented example pilot, from the template shipped with the package."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, timedelta
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from string import Template

from pilotlab.errors import PilotlabError, UsageError
from pilotlab.weeks import Week

LEAD_WEEKS = 12  # from today to the example's first pilot week: time to log a baseline before it is announced
ANNOUNCED_WEEKS, BASELINE_WEEKS, RUNNING_WEEKS = 3, 8, 16
_RENAMED: Mapping[str, str] = {"gitignore": ".gitignore"}  # a dot file would be overlooked in the package


def init_workspace(
    folder: Path | str = ".", *, today: date | None = None, shared: bool = False
) -> tuple[Path, ...]:
    """Make a workspace in `folder`, which may exist and hold other files.

    Parameters
    ----------
    today : date, optional
        The example pilot starts twelve weeks later; else the clock's day.
    shared : bool
        The group of the folder may read and write the database, else its owner alone.

    Returns
    -------
    tuple of Path
        The files written, in the order of their names.

    Raises
    ------
    UsageError
        Where `folder` is a file.
    PilotlabError
        Where a file that would be written is there already. Nothing is overwritten, and nothing half-written is left.
    """
    root = Path(folder)
    if root.exists() and not root.is_dir():
        raise UsageError(f"{str(folder)!r} is a file", fix="name a folder")
    planned = {
        root / path: text
        for path, text in template_files(
            root.resolve().name or "workspace", today or date.today(), shared=shared
        )
    }
    taken = sorted(path for path in planned if path.exists())
    if taken:
        shown = taken[0].relative_to(root).as_posix()
        more = f" and {len(taken) - 1} more" if len(taken) > 1 else ""
        raise PilotlabError(
            f"{shown} is there already{more}; nothing was written",
            fix="choose an empty folder, or move the file away",
        )
    return write_all(planned)


def template_files(name: str, today: date, *, shared: bool = False) -> Iterator[tuple[PurePosixPath, str]]:
    """Yield the template's files by path, filled in for a workspace called `name`."""
    values = {**_values(name, today), "shared": str(shared).lower()}
    for path, source in _walk(resources.files("pilotlab.scaffold") / "template", PurePosixPath()):
        yield path, Template(source.read_text(encoding="utf-8")).substitute(values)


def write_all(planned: Mapping[Path, str]) -> tuple[Path, ...]:
    """Write all files or none: where one fails, those before it are taken away again, their new folders too."""
    made: list[Path] = []
    try:
        for path, text in planned.items():
            for parent in reversed([parent for parent in path.parents if not parent.exists()]):
                parent.mkdir()
                made.append(parent)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                made.append(path)
                file.write(text)
    except OSError as error:
        for path in reversed(made):
            with suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        reason = error.strerror or str(error)
        raise PilotlabError(
            f"{error.filename}: {reason}; nothing was written",
            fix="choose a folder that you may write to",
        ) from None
    return tuple(sorted(planned))


def _values(name: str, today: date) -> dict[str, str]:
    start = Week.of(today) + LEAD_WEEKS
    announced = start - ANNOUNCED_WEEKS
    return {
        "name": name.replace('"', "").replace("\\", ""),
        "seed": start.monday.isoformat().replace("-", ""),
        "start": start.monday.isoformat(),
        "start_week": str(start),
        "announced_on": announced.monday.isoformat(),
        "consulted_on": (announced.monday - timedelta(weeks=2)).isoformat(),
        "baseline": f"{announced - BASELINE_WEEKS} to {announced - 1}",
        "decide_by": ((start + RUNNING_WEEKS).monday + timedelta(weeks=3)).isoformat(),
    }


def _walk(folder: Traversable, at: PurePosixPath) -> Iterator[tuple[PurePosixPath, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _walk(entry, at / entry.name)
        else:
            yield at / _RENAMED.get(entry.name, entry.name), entry
