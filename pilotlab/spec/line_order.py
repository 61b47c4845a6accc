"""Line order: the findings of one file from its first line to its last, without those that another explains."""

from __future__ import annotations

from pilotlab.errors import Finding, Span

_UNREAD = {"PL106", "PL107", "PL122", "PL126"}


def in_line_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """Sort the findings of one file from its first line to its last; what another at its place explains is left out."""
    at: dict[Span | None, set[str]] = {}
    for finding in findings:
        at.setdefault(finding.where, set()).add(finding.code if finding.level == "error" else "")
    return tuple(
        sorted(
            (finding for finding in findings if not _is_explained(finding, at[finding.where])),
            key=lambda f: (f.where.line, f.where.column, f.code) if f.where else (0, 0, f.code),
        )
    )


def _is_explained(finding: Finding, codes: set[str]) -> bool:
    """Whether an error at the same place says why: YAML that could not be read, or a key that can't be without value."""
    if finding.code == "PL117":
        return bool(codes - {""})
    unread = codes & _UNREAD
    return (
        bool(unread) and finding.code not in unread and finding.where is not None and finding.where.column > 0
    )
