"""`pilotlab decide`: the verdict, its reasons, and what would change it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pilotlab.cli.options import (
    TEXT,
    actor_option,
    format_option,
    plain_option,
    today_option,
    workspace_option,
)
from pilotlab.cli.output import next_line, page_width, rule, show, show_json, to_plain
from pilotlab.text.width import wrap

if TYPE_CHECKING:
    from pilotlab.decide.decision import ArmDecision, Decision

LABEL = 15  # columns of the row's name


@click.command()
@click.argument("pilot", type=TEXT)
@workspace_option
@actor_option
@today_option
@format_option("text", "json")
@plain_option
def command(
    pilot: str, workspace: Path | None, actor: str | None, today: date, form: str, plain: bool
) -> None:
    """Say what the rule decides about PILOT, why, and what would change it.

    The rule was fixed before the first week. The same data give the same verdict.

    \b
    Example:
      pilotlab decide anchor-days
      pilotlab decide anchor-days --format json
    """
    from pilotlab import api

    found = api.open_workspace(workspace, actor=actor, today=today).decided(pilot)
    if form == "json":
        show_json(found.decision.to_dict())
    else:
        show(decision_text(found.decision, source=found.source), plain=plain)


def decision_text(decision: Decision, *, plain: bool = False, source: str = "") -> str:
    """Write a decision as wide as the page: the leading arm in full, then what every other arm came to.

    Parameters
    ----------
    plain : bool
        Keep to ASCII, in the same columns.
    source : str
        Which stored run it was read from; empty where it was worked out just now.
    """
    lead = decision.leading
    several = len(decision.arms) > 1
    lines = [*_box(lead, several), *_rows(lead, decision, source)]
    for arm in decision.arms:
        if arm.arm != lead.arm:
            lines += ["", *_short(arm)]
    lines += ["", _next(decision)]
    text = "\n".join(lines)
    return to_plain(text) if plain else text


def _box(arm: ArmDecision, several: bool) -> list[str]:
    head = f"  {arm.headline.upper()}" + (f"  (arm {arm.arm})" if several else "")
    return [rule(heavy=True), head, "", *_wrapped(arm.lead, "  "), rule(heavy=True)]


def _rows(arm: ArmDecision, decision: Decision, source: str) -> list[str]:
    rows = {
        "Evidence": arm.grade_words,
        "Trust gate": _gate(arm),
        "Rule": arm.rule,
        "Lowered by": "; ".join(arm.lowered_by) or _nothing(arm),
        "Held": arm.held if arm.lowered_by or not _nothing(arm) else "",
        "Luck": arm.luck,
        "Would change": "  ".join(f"{change.verdict}: {change.what}." for change in arm.would_change),
        "Not made": ", ".join(arm.not_made),
        "Not measured": ", ".join(decision.not_measured),
        "Note": "; ".join(arm.flags),
        "Decides": _decides(decision),
        "Stored": source,
    }
    return [line for name, words in rows.items() if words for line in _row(name, words)]


def _nothing(arm: ArmDecision) -> str:
    """Only a verdict of the table can be lowered."""
    held = f": {arm.held}" if arm.held else ""
    return f"nothing{held}" if any(step.name == "table" for step in arm.steps) else ""


def _gate(arm: ArmDecision) -> str:
    from pilotlab.decide.wording import gate_words

    return gate_words(arm.gate)


def _decides(decision: Decision) -> str:
    who = decision.sponsor or "the sponsor"
    by = f", by {decision.decide_by}" if decision.decide_by else ""
    return f"{who}{by}; going against the rule needs a name and a reason"


def _short(arm: ArmDecision) -> list[str]:
    return [
        rule(),
        f"  {arm.headline.upper()}  (arm {arm.arm})",
        *_wrapped(arm.lead, "  "),
        *_row("Rule", arm.rule),
    ]


def _next(decision: Decision) -> str:
    if decision.verdict == "Not decision-ready":
        return next_line(f"pilotlab status {decision.pilot}")
    return next_line(f"pilotlab readout {decision.pilot}")


def _row(name: str, words: str) -> Iterable[str]:
    return _wrapped(words, " " * LABEL, first=f"{name:<{LABEL}}")


def _wrapped(words: str, indent: str, *, first: str = "") -> list[str]:
    return wrap(words, page_width(), first=first or indent, rest=indent)
