"""Findings in a terminal: place, code and level in columns, then what is wrong and how to fix it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pilotlab.text.width import columns, pad, wrap

if TYPE_CHECKING:
    from pilotlab.errors import Finding

ROOM = 30  # columns that the sentence needs beside its place; with fewer it stands below


def finding_lines(findings: Sequence[Finding], width: int | None) -> list[str]:
    """Findings in columns, wrapped to a terminal's width; one a line where `width` is None."""
    if not width:
        return [f"{_place(finding)}{finding.code} {finding.level:<5} {said(finding)}" for finding in findings]
    place = max((columns(_place(finding)) for finding in findings), default=0)
    lines = []
    for finding in findings:
        head = f"{pad(_place(finding), place)}{finding.code} {finding.level:<5} "
        if width - columns(head) < ROOM:  # a long path
            lines += [head.rstrip(), *wrap(said(finding), width, first="  ")]
        else:
            lines += wrap(said(finding), width, first=head)
    return lines


def _place(finding: Finding) -> str:
    return f"{finding.where}  " if finding.where else ""


def said(finding: Finding) -> str:
    """What is wrong and how to fix it, in one sentence; the fix is left out where the first half says it already."""
    told = (
        not finding.fix
        or "did you mean" in finding.what
        or "it belongs under" in finding.what
        or _repeats(finding.fix.partition(" ")[2], finding.what)
    )
    return finding.what if told else f"{finding.what}; {finding.fix}"


def _repeats(words: str, what: str) -> bool:
    """Whether a fix says in other words what was said; a number stands in what it mends, and is no repetition."""
    return words in what and any(character.isalpha() for character in words)
