"""Pages: the documentation that is shipped with the package, found and cut into entries."""

from __future__ import annotations

import re
from pathlib import Path

from pilotlab.errors import NotFound, unknown

_PACKAGE = Path(__file__).parents[1]
_ENTRY = re.compile(r"^## (PL\d{3})\b.*$", re.MULTILINE)


def page(name: str) -> str:
    """Return a page such as `reference/findings.md`: beside the package as installed, else of the source tree."""
    for folder in (_PACKAGE / "docs", _PACKAGE.parent / "docs"):
        if (folder / name).is_file():
            return (folder / name).read_text(encoding="utf-8")
    raise NotFound(f"the page {name!r} is not installed", fix="install pilotlab again")


def finding_entries() -> dict[str, str]:
    """Return the entry of each code in `reference/findings.md`, heading included."""
    text = page("reference/findings.md")
    starts = [*_ENTRY.finditer(text)]
    ends = [match.start() for match in starts[1:]] + [len(text)]
    return {match[1]: text[match.start() : end].strip() for match, end in zip(starts, ends, strict=True)}


def finding_entry(code: str) -> str:
    """Return what the documentation says of a code.

    Raises
    ------
    UsageError
        For a code that is not there; it names the nearest.
    """
    entries = finding_entries()
    if code.upper() not in entries:
        raise unknown("code", code, entries)
    return entries[code.upper()]
