"""`pilotlab demo`: from nothing to a readout on a company whose truth is known."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pilotlab.cli.options import format_option, plain_option
from pilotlab.cli.output import bold, dim, next_line, note, page_width, rule, show, show_json
from pilotlab.text.table import Column, table
from pilotlab.wording.numbers import signed

if TYPE_CHECKING:
    from pilotlab.scaffold.demo import Compared, DemoRun


@click.command()
@click.argument("folder", metavar="[DIR]", default="demo", type=click.Path(path_type=Path))
@click.option(
    "--scenario",
    default="hybrid_strong",
    show_default=True,
    help="What is true; an unknown name lists those there are.",
)
@click.option(
    "--teams", type=click.IntRange(4, 400), default=24, show_default=True, help="Teams in the company."
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=7, show_default=True, help="Another seed, another company."
)
@click.option("--force", is_flag=True, help="Replace a former demo in DIR; nothing else is ever replaced.")
@format_option("text", "json")
@plain_option
def command(folder: Path, scenario: str, teams: int, seed: int, force: bool, form: str, plain: bool) -> None:
    """Run a simulated company's pilot in DIR, from nothing to a readout, and hold the estimates against the truth.

    \b
    Example:
      pilotlab demo
      pilotlab demo mandate --scenario mandate --teams 40
    """
    from pilotlab.scaffold.demo import run_demo

    def tell(line: str) -> None:
        note(dim(line), aside=form == "json")

    run = run_demo(folder, scenario=scenario, teams=teams, seed=seed, force=force, tell=tell)
    if form == "json":
        show_json(run_json(run), stored=True)
    else:
        show(run_text(run), plain=plain, stored=True)


def run_json(run: DemoRun) -> dict[str, object]:
    """Plain data: verdict, estimates beside the truth, files."""
    rows = [row.to_dict() for row in run.compared]
    for row in rows:
        row.update(
            {name: None for name in ("low", "high") if row[name] is not None and math.isinf(row[name])}
        )
    return {
        "scenario": run.scenario,
        "pilot": run.pilot,
        "verdict": run.decision.verdict,
        "compared": rows,
        "files": [path.as_posix() for path in run.files],
    }


def run_text(run: DemoRun) -> str:
    """Verdict, estimates beside the truth, files, and what to do next."""
    shape = (
        Column(least=9),
        Column("Metric", breaks=True, least=26),
        Column("Truth", right=True, least=7),
        Column("Estimate", right=True, least=9),
        Column("95 % interval", least=18),
        Column("Holds the truth", breaks=True),
    )
    lines = [
        "",
        rule(heavy=True),
        bold(f"  {run.decision.verdict.upper()}"),
        rule(heavy=True),
        "",
        f"What is true here: {run.title}.",
        "",
    ]
    lines += [*table(shape, [_row(row) for row in run.compared], page_width(), under=[rule()]), rule()]
    lines += [
        "Effect in the counted weeks, after the wash-in, as measured; the truth is the difference of both potential outcomes.",
        "",
    ]
    lines += ["Written:", *(f"  {path.as_posix()}" for path in run.files), ""]
    lines += [
        f"  open {run.files[0].as_posix()}",
        next_line(f"cd {run.folder.as_posix()} && pilotlab decide {run.pilot}"),
    ]
    return "\n".join(lines)


def _row(row: Compared) -> list[str]:
    better = "" if row.direction == "context" else f" ({row.direction} is better)"
    name = [row.role, f"{row.label}{better}", signed(row.truth, row.decimals)]
    if row.estimate is None or row.low is None or row.high is None:
        return [*name, "-", row.reason]
    interval = f"{signed(row.low, row.decimals)} to {signed(row.high, row.decimals)}"
    holds = "yes" if row.low <= row.truth <= row.high else "no"
    return [*name, signed(row.estimate, row.decimals), interval, holds]
