"""`pilotlab check`: every problem of a declaration, with its place and fix."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pilotlab.cli.options import TEXT, format_option, plain_option, today_option, workspace_option
from pilotlab.cli.output import finding_lines, next_line, said, show, show_json, show_lines, terminal_width
from pilotlab.wording.lists import plural

if TYPE_CHECKING:
    from pilotlab.design.checking import Checked
    from pilotlab.errors import Finding

SCHEMA = "pilotlab/check@1"
_GITHUB = {"error": "error", "warn": "warning", "note": "notice"}


@click.command()
@click.argument("pilot", type=TEXT, required=False)
@workspace_option
@today_option
@format_option("text", "json", "github")
@plain_option
def command(pilot: str | None, workspace: Path | None, today: date, form: str, plain: bool) -> None:
    """Find every problem of PILOT's files, or of all pilots': place, code, value, and what would do.

    Nothing is written. Ends with 1 where there is an error; warnings and notes do not count.

    \b
    Example:
      pilotlab check anchor-days
      pilotlab check --format github      (annotations in a pull request)
    """
    from pilotlab import api

    checked = api.open_workspace(workspace, today=today).checked(pilot)
    if form == "json":
        show_json(as_json(checked))
    elif form == "github":
        show_lines("".join(f"{_annotation(finding)}\n" for finding in _findings(checked)))
    else:
        show(as_text(checked, width=terminal_width()), plain=plain)
    raise SystemExit(1 if any(one.errors for one in checked) else 0)


def as_text(checked: Sequence[Checked], *, width: int | None) -> str:
    """Findings in columns, wrapped to a terminal's width; one a line where `width` is None. Then the summary."""
    findings = _findings(checked)
    lines = finding_lines(findings, width)
    return "\n".join([*lines, *([""] if lines else []), *_summary(checked, findings)])


def as_json(checked: Sequence[Checked]) -> dict[str, Any]:
    """Plain data, as docs/reference/schema/check.json describes it."""
    return {"schema": SCHEMA, "pilots": [_pilot(one) for one in checked]}


def _pilot(one: Checked) -> dict[str, Any]:
    reached = one.strength
    return {
        "pilot": one.pilot,
        "errors": one.errors,
        "warnings": one.warnings,
        "findings": [finding.to_dict() for finding in one.findings],
        "design": None
        if reached is None
        else {
            "teams": reached.teams,
            "grade": reached.grade,
            "strongest_verdict": reached.strongest,
            "contrasts": [
                {"arm": row.arm, "pilot": row.pilot, "control": row.control} for row in reached.contrasts
            ],
        },
    }


def _findings(checked: Sequence[Checked]) -> list[Finding]:
    """All findings, those of a shared file once."""
    return list(dict.fromkeys(finding for one in checked for finding in one.findings))


def _summary(checked: Sequence[Checked], findings: Sequence[Finding]) -> list[str]:
    counts = {
        level: sum(finding.level == level for finding in findings) for level in ("error", "warn", "note")
    }
    worst = next((finding.code for level in counts for finding in findings if finding.level == level), "")
    if not checked:
        return ["No pilot is declared here yet.", next_line("pilotlab init", "writes an example")]
    if counts["error"]:
        return [f"{_counted(counts)}. Nothing was written.", next_line(f"pilotlab explain {worst}")]
    designs = [
        f"{one.strength}." if len(checked) == 1 else f"  {one.pilot}: {one.strength}."
        for one in checked
        if one.strength
    ]
    head = f"{_counted(counts)}."
    follow = next_line(_next(checked[0]) if len(checked) == 1 else "pilotlab status")
    return [" ".join([head, *designs]), follow] if len(checked) == 1 else [head, *designs, follow]


def _next(one: Checked) -> str:
    return {
        "declared": f"pilotlab assign {one.pilot}",
        "assigned": f"pilotlab freeze {one.pilot}",
        "frozen": f"pilotlab status {one.pilot}",
    }[one.stage]


def _counted(counts: dict[str, int]) -> str:
    names = {"error": "error", "warn": "warning", "note": "note"}
    words = [plural(number, names[level]) for level, number in counts.items() if number]
    return ", ".join(words if counts["error"] else ["No errors", *words])


def _annotation(finding: Finding) -> str:
    """One line that GitHub shows beside the code."""
    where = finding.where
    parts = [
        f"file={_escaped(where.file, more=True)}" if where else "",
        f"line={where.line}" if where and where.line else "",
        f"col={where.column}" if where and where.column else "",
        f"title={finding.code}",
    ]
    return f"::{_GITHUB[finding.level]} {','.join(part for part in parts if part)}::{_escaped(said(finding))}"


def _escaped(text: str, *, more: bool = False) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if more else text
