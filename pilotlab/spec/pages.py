"""Pages: the documentation that is shipped with the package, found and cut into entries."""

from __future__ import annotations

import re
from pathlib import Path

from pilotlab.errors import NotFound, UsageError, nearest

_PACKAGE = Path(__file__).parents[1]
_FINDINGS = ("reference/findings.md", "reference/findings-import.md")
_ENTRY = re.compile(r"^#{2,3} (PL\d{3})\b.*?(?=^#{2,3} |\Z)", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    """Return a page such as `reference/findings.md`: beside the package as installed, else of the source tree."""
    for folder in (_PACKAGE / "docs", _PACKAGE.parent / "docs"):
        if (folder / name).is_file():
            return (folder / name).read_text(encoding="utf-8")
    raise NotFound(f"the page {name!r} is not installed", fix="install pilotlab again")


def finding_entries() -> dict[str, str]:
    """Return the entry of each code, of declarations and of imports, heading included."""
    return {code: entry for name in _FINDINGS for code, entry in _entries(page(name)).items()}


def _entries(text: str) -> dict[str, str]:
    return {match[1]: match[0].strip() for match in _ENTRY.finditer(text)}


def finding_entry(code: str) -> str:
    """Return what the documentation says of a code.

    Raises
    ------
    UsageError
        For a code that is not there; it names the nearest.
    """
    entries = finding_entries()
    if code.upper() not in entries:
        raise UsageError(
            f"code {code!r} is not known{nearest(code, entries)}",
            fix=f"codes run from {min(entries)} to {max(entries)}; each finding names its own",
        )
    return entries[code.upper()]
