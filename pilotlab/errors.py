"""What went wrong, where it was written, and what to do next: the exception tree and the findings of `check`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pilotlab.text.alike import difference, skeleton

Level = Literal["error", "warn", "note"]

# PilotlabError
# ├── UsageError          a wrong argument; names the argument, the value and the fix (exit code 2 at the command line)
# ├── NotFound            a pilot, team, metric or file that is not there
# ├── NotYet              a key or method that is declared correctly and that this version can't run
# ├── FindingsError       a declaration or a file with problems, all of them
# └── StoreError          the database: locked, damaged, read-only, full


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a file, as an editor counts it: lines and columns start at 1."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        parts = [self.file, *(str(number) for number in (self.line, self.column) if number)]
        return ":".join(parts)


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem of a file: a code to look up, where it stands, and what would do.

    Examples
    --------
    >>> finding = Finding("PL101", "error", "'desgin' is not a key", Span("pilot.yaml", 7, 1), fix="write 'design'")
    >>> print(finding)
    pilot.yaml:7:1  PL101 error 'desgin' is not a key
    >>> finding.fix
    "write 'design'"
    """

    code: str
    level: Level
    what: str
    where: Span | None = None
    value: Any = None
    fix: str = ""
    rows: tuple[int, ...] = ()  # all rows of a table that have it, where it is told once for many
    mends: bool = False  # the sentence itself names what would do: the fix need not stand behind it

    def __str__(self) -> str:
        head = f"{self.where}  " if self.where else ""
        return f"{head}{self.code} {self.level:<5} {self.what}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as `check --format json` prints it."""
        where, rows = self.where, {"rows": list(self.rows)} if self.rows else {}
        return {
            "code": self.code,
            "level": self.level,
            "what": self.what,
            "file": where.file if where else None,
            "line": where.line or None if where else None,
            "column": where.column or None if where else None,
            "value": None if self.value is None else str(self.value),
            "fix": self.fix or None,
            **rows,
        }


class PilotlabError(Exception):
    """Base class: what happened, where it was written, what to do next.

    Examples
    --------
    >>> try:
    ...     raise PilotlabError("no team has reported", fix="import the weeks")
    ... except PilotlabError as error:
    ...     print(error)
    no team has reported
      fix: import the weeks
    """

    def __init__(self, what: str, *, where: Span | None = None, fix: str = "") -> None:
        what = bounded(what)
        self.what, self.where, self.fix = what, where, fix
        head = f"{where}: {what}" if where else what
        super().__init__(f"{head}\n  fix: {fix}" if fix else head)


class UsageError(PilotlabError):
    """A wrong argument: its name, its value, and what would do.

    Examples
    --------
    >>> raise unknown("arm", "pilto", ["pilot", "control"])
    Traceback (most recent call last):
    pilotlab.errors.UsageError: arm 'pilto' is not known; did you mean 'pilot'?
      fix: one of: control, pilot
    """


class NotFound(PilotlabError):  # noqa: N818 - reads as what it says
    """A pilot, team, metric or file that is not there."""


class NotYet(PilotlabError):  # noqa: N818
    """Declared correctly, but this version can't run it."""


class StoreError(PilotlabError):
    """The database is locked, damaged, read-only or full."""


class FindingsError(PilotlabError):
    """A declaration or a file with problems; `findings` holds all of them, in line order."""

    def __init__(self, what: str, findings: Iterable[Finding], *, fix: str = "") -> None:
        self.findings = tuple(findings)
        super().__init__(what, fix=fix)


def nearest(word: object, known: Iterable[object], *, cutoff: float = 0.6) -> str:
    """Return a "; did you mean 'x'?" suffix, or nothing where no name is close, 1 being the same."""
    listed = [str(name) for name in known]
    if alike := _look_alike(word, listed):
        return f"; did you mean {alike!r}? What differs: {difference(str(word), alike)}"
    near = nearest_name(word, listed, cutoff=cutoff)
    return f"; did you mean {near!r}?" if near else ""


def nearest_name(word: object, known: Iterable[object], *, cutoff: float = 0.6) -> str:
    """Return the name that a word most likely stands for; empty where none is close. Capitals do not part two words."""
    listed = [str(name) for name in known]
    if alike := _look_alike(word, listed):
        return alike
    names = {name.casefold(): name for name in reversed(listed)}
    asked = str(word)[:MOST].casefold()
    close = difflib.get_close_matches(asked, names, n=1, cutoff=cutoff)
    close = close or [name for name in names if len(name) > 2 and asked.startswith(name)][:1]
    return names[close[0]] if close else ""


def _look_alike(word: object, listed: list[str]) -> str:
    """Return a name that a reader takes for the word."""
    asked = skeleton(str(word)[:MOST])
    return next((name for name in listed if name != str(word) and skeleton(name) == asked), "")


def shortened(value: object) -> str:
    """Quote a value as it was written, cut where it is long."""
    text = repr(str(value)) if not isinstance(value, int | float) else str(value)
    return text if len(text) <= MOST else f"{text[: MOST - 3]}…{text[-1]}"


def bounded(text: str) -> str:
    """Keep a message to a size that can be read, whatever value it quotes."""
    text = _LONG_WORD.sub(lambda match: f"{match[0][: MOST - 3]}…", text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


MOST, LONGEST = 60, 900  # characters of a value, and of a message
_LONG_WORD = re.compile(r"\S{200,}")


def unknown(kind: str, value: object, known: Iterable[object], *, where: Span | None = None) -> UsageError:
    """Build the error for a name that is not in a table: quotes it, suggests the nearest, lists what would do."""
    names = sorted(str(name) for name in known)
    listed = ", ".join(names) if names else "none yet"
    return UsageError(
        f"{kind} {value!r} is not known{nearest(value, names)}", where=where, fix=f"one of: {listed}"
    )
