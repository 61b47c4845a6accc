"""`pilotlab import`: a table of team-weeks into the store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pilotlab.cli.options import (
    TEXT,
    actor_option,
    format_option,
    plain_option,
    today_option,
    workspace_option,
)
from pilotlab.cli.output import complain, show, show_json
from pilotlab.wording.lists import plural
from pilotlab.wording.numbers import count

if TYPE_CHECKING:
    from pilotlab.sources.importing import ImportReport

DECIMAL = ("point", "comma", ".", ",")
THOUSANDS = ("point", "comma", "space", "apostrophe", ".", ",")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")
@click.option("--only-good", is_flag=True, help="Take the good rows of a file that has bad ones.")
@click.option("--dayfirst", "order", flag_value="day", help="07/09/2026 is the 7th of September.")
@click.option("--monthfirst", "order", flag_value="month", help="07/09/2026 is the 9th of July.")
@click.option("--decimal", type=click.Choice(DECIMAL), help="The mark before decimals in this file.")
@click.option("--thousands", type=click.Choice(THOUSANDS), help="The mark between thousands in this file.")
@click.option(
    "--source", metavar="NAME", default="", help="Format that an installed package adds; else as FILE ends."
)
@click.option("--why", type=TEXT, metavar="TEXT", default="", help="Reason, where a stored value changes.")
@workspace_option
@actor_option
@today_option
@format_option("text", "json")
@plain_option
def command(
    file: Path,
    dry_run: bool,
    only_good: bool,
    order: str | None,
    decimal: str | None,
    thousands: str | None,
    source: str,
    why: str,
    workspace: Path | None,
    actor: str | None,
    today: Any,
    form: str,
    plain: bool,
) -> None:
    """Read FILE, a CSV table of team-weeks, into the store: whole or not at all.

    \b
    Long:  team,week,metric,value
           and where known [,numerator,denominator,n,slice,gap]
    Wide:  team,week,<metric>,<metric>,...

    The same content again changes nothing. Delimiter, encoding, decimal comma and the order of a date are
    recognised and told; what a column leaves open is asked for (--dayfirst, --decimal).

    \b
    Example:
      pilotlab import week40.csv --dry-run
    """
    from pilotlab import api
    from pilotlab.sources.importing import ImportRefused
    from pilotlab.sources.survey import how_written

    lab = api.open_workspace(workspace, actor=actor, today=today)
    try:
        said = how_written(order or "", decimal or "", thousands or "")
        report = lab.import_file(
            file, dry_run=dry_run, only_good=only_good, why=why, said=said, source=source
        )
    except ImportRefused as refused:
        if form == "json":
            show_json(refused.report.to_dict())
            raise click.exceptions.Exit(1) from None
        _findings(refused.report)
        complain(f"error: {refused}")
        raise click.exceptions.Exit(1) from None
    _report(report, form=form, plain=plain)


def _findings(report: ImportReport) -> None:
    for finding in report.findings:
        complain(f"{finding}\n  fix: {finding.fix}" if finding.fix else str(finding))


def _report(report: ImportReport, *, form: str, plain: bool) -> None:
    if form == "json":
        show_json(report.to_dict(), stored=not report.dry_run)
    else:
        _findings(report)
        show("\n".join(_lines(report)), plain=plain, stored=not report.dry_run)
    if report.dry_run and report.errors:
        raise click.exceptions.Exit(1)


def _lines(report: ImportReport) -> list[str]:
    receipt, would = report.receipt, "would be " if report.dry_run else ""
    head = f"{report.file}: {plural(report.rows, 'row')}"
    if report.layout:
        head += f", {report.layout}"
    if report.bad_rows:
        head += f"; {count(report.bad_rows)} bad"
    if receipt.earlier:
        return [head, f"The same content was imported before ({receipt.earlier}). Nothing changed."]
    lines = [
        head,
        f"{count(receipt.new)} new, {count(receipt.corrected)} corrected, {count(receipt.unchanged)} as before.",
    ]
    if report.dry_run:
        lines[1] = (
            f"{count(receipt.new)} {would}new, {count(receipt.corrected)} corrected, {count(receipt.unchanged)} are there already."
        )
        if receipt.uncompared:
            some = "value is" if receipt.uncompared == 1 else "values are"
            lines.append(
                f"{count(receipt.uncompared)} more {some} there already and not compared: too few people stand behind."
            )
        lines.append(
            "Dry run: nothing was written."
            + (" With these errors the file is refused." if report.errors else "")
        )
    if receipt.code:
        lines.append(f"Receipt {receipt.code}")
    if report.without_n:
        many = plural(report.without_n, "value")
        lines.append(
            f"{many} came without n, the number of people behind a mean: stored, never shown by itself."
        )
    return lines
