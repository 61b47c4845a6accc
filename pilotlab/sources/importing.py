"""Importing: a table of team-weeks into the store, whole or not at all."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pilotlab.errors import Finding, FindingsError, UsageError, nearest
from pilotlab.sources.codes import CODES
from pilotlab.sources.collecting import LONG, Cell, Collector, finder
from pilotlab.sources.findings import SHOWN, Findings
from pilotlab.sources.tables import Table, TableError, read_table
from pilotlab.sources.values import Problem, unknown_name
from pilotlab.store.entries import Columns, NeedsReason, Receipt

if TYPE_CHECKING:
    from pilotlab.spec.metric_catalogue import Catalogue
    from pilotlab.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import read, found and wrote.

    Attributes
    ----------
    findings : tuple of Finding
        The first of each kind, in row order; `counts` has them all.
    """

    file: str
    layout: str  # "long" or "wide"; "" where the header is no use
    rows: int
    values: int  # values and gaps that are good
    receipt: Receipt = field(default_factory=Receipt)
    findings: tuple[Finding, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    bad_rows: int = 0
    dry_run: bool = False

    @property
    def errors(self) -> int:
        """Errors found, shown or not."""
        return sum(count for code, count in self.counts.items() if CODES[code].level == "error")

    def __repr__(self) -> str:
        return f"ImportReport {self.file}: {self.rows} rows, {self.receipt.new} new, {self.receipt.corrected} corrected, {self.errors} errors"

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as `import --format json` prints it."""
        receipt = self.receipt
        return {
            "schema": "pilotlab/import@1",
            "file": self.file,
            "layout": self.layout,
            "dry_run": self.dry_run,
            "rows": self.rows,
            "bad_rows": self.bad_rows,
            "values": self.values,
            "new": receipt.new,
            "corrected": receipt.corrected,
            "unchanged": receipt.unchanged,
            "imported_earlier": receipt.earlier or None,
            "receipt": receipt.code or None,
            "ledger": receipt.seq,
            "counts": dict(sorted(self.counts.items())),
            "findings": [finding.to_dict() for finding in self.findings],
        }


class ImportRefused(FindingsError):  # noqa: N818 - reads as what it says
    """A table with bad rows: nothing was written; `report` has the rest."""

    def __init__(self, report: ImportReport) -> None:
        self.report = report
        many = (
            f"{report.errors} errors in {report.bad_rows} of {report.rows} rows"
            if report.rows
            else "the table can't be used"
        )
        hidden = report.errors - sum(finding.level == "error" for finding in report.findings)
        more = f" ({hidden} more not shown)" if hidden > 0 else ""
        fix = (
            "correct the rows and import again; --only-good takes the rest"
            if report.values and report.bad_rows
            else ""
        )
        super().__init__(f"{report.file}: {many}{more}. Nothing was written.", report.findings, fix=fix)


def import_file(
    path: Path | str,
    store: Store | None,
    catalogue: Catalogue,
    teams: Collection[str],
    *,
    today: date,
    actor: str,
    dry_run: bool = False,
    only_good: bool = False,
    why: str = "",
    shown: str = "",
) -> ImportReport:
    """Read a long or wide CSV file into the store, as one act.

    Parameters
    ----------
    path : Path
        Long: `team, week, metric, value[, numerator, denominator, n, slice, gap]`; wide: `team, week, <metric>...`.
    store : Store or None
        None only for a dry run where there is no store yet.
    teams : collection of str
        Teams that are known; names they were given later are known too.
    only_good : bool
        Take the good rows of a file that has bad ones.
    why : str
        Reason, needed where a stored value changes.
    shown : str
        How findings name the file; else its name.

    Returns
    -------
    ImportReport
        Also for a dry run that would be refused: its `errors` are then above 0.

    Raises
    ------
    ImportRefused
        Where a row is bad and neither `dry_run` nor `only_good` is asked for; nothing is written.
    """
    path = Path(path)
    findings = Findings(shown or path.name)
    collector = Collector(
        findings, teams=_called(store, teams), metrics=catalogue.ids, find=finder(catalogue), today=today
    )
    with _without_collector():
        layout = _collect(path, collector)
    refused = bool(findings.errors) and not (only_good and layout and collector.value)
    receipt = Receipt()
    if collector.value and not (refused and not dry_run):
        receipt = _store(store, collector, actor=actor, source=path.name, why=why, dry_run=dry_run)
        refused = refused or bool(findings.counts["PL426"])
    report = ImportReport(
        file=findings.file,
        layout=layout,
        rows=collector.read,
        values=len(collector.value),
        receipt=receipt,
        findings=findings.shown(),
        counts=dict(findings.counts),
        bad_rows=len(findings.bad_rows),
        dry_run=dry_run,
    )
    if refused and not dry_run:
        raise ImportRefused(report)
    return report


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep Python's garbage collector from walking a million fresh rows again and again; they hold no cycles."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def _called(store: Store | None, teams: Collection[str]) -> set[str]:
    """Known teams, with the other names that each has or had."""
    keys = store.team_names() if store else {}
    ours = {keys[name] for name in teams if name in keys}
    return set(teams) | {name for name, key in keys.items() if key in ours}


def _collect(path: Path, collector: Collector) -> str:
    """Read the file; return its layout, or "" where the header is no use."""
    findings = collector.findings
    layout = ""
    try:
        table = read_table(path)
        layout = _layout(table, collector)
        if layout:
            collector.take(table)
    except TableError as error:
        findings.add(error.misread.problem, error.misread.row)
        return ""
    if layout and not collector.read:
        findings.add(
            Problem("PL403", "the table has a header and no rows", "write a row a value"), table.header_row
        )
    _drop_bad_rows(collector)
    _drop_duplicates(collector)
    _notes(collector)
    return layout


def _layout(table: Table, collector: Collector) -> str:
    """Judge the header."""
    header, findings, row = table.header, collector.findings, table.header_row
    for name, count in Counter(header).items():
        if not name or count > 1:
            what = f"column {name!r} is there {count} times" if name else "a column has no name"
            findings.add(Problem("PL405", what, "rename or remove it"), row)
    wanted = (
        ("team", "week", "metric", "value") if "metric" in header or "value" in header else ("team", "week")
    )
    for name in wanted:
        if name not in header:
            findings.add(_missing_column(name, header), row)
    for name in header:
        if name not in wanted and name.lower() in wanted:
            continue  # said above
        problem = _unknown_column(name, long="metric" in wanted, collector=collector)
        if problem:
            findings.add(problem, row, value=name)
    if "metric" not in wanted and set(header) == {"team", "week"}:
        findings.add(
            Problem("PL404", "there is no column with a metric", "wide: team,week and a column a metric"), row
        )
    if findings.errors:
        return ""
    return "long" if "metric" in wanted else "wide"


def _missing_column(name: str, header: Sequence[str]) -> Problem:
    alike = next((other for other in header if other.lower() == name), None)
    if alike:
        return Problem("PL404", f"column {name!r} is written {alike!r}", f"write it {name}")
    return Problem(
        "PL404",
        f"column {name!r} is missing; the header is {', '.join(header)[:80]}",
        "long: team,week,metric,value; wide: team,week and a column a metric",
    )


def _unknown_column(name: str, *, long: bool, collector: Collector) -> Problem | None:
    if not name or name in (LONG if long else ("team", "week")):
        return None
    if long:
        near = unknown_name("column", name, LONG).what
        return Problem("PL406", near, "columns of a long table: " + ", ".join(LONG))
    if collector.is_metric(name):
        return None
    return Problem(
        "PL406",
        f"column {name!r} is no metric{nearest(name, collector.metric_names)}",
        "see the metric catalogue, or remove the column",
    )


def _drop_bad_rows(collector: Collector) -> None:
    bad = collector.findings.bad_rows
    if bad:
        collector.keep([at for at, row in enumerate(collector.row) if row not in bad])


def _drop_duplicates(collector: Collector) -> None:
    """Count identical rows once; name rows that contradict each other, and drop both."""
    keys = collector.keys()
    if len(set(keys)) == len(keys):
        return
    first: dict[Hashable, int] = {}
    dropped: set[int] = set()
    for at, key in enumerate(keys):
        before = first.setdefault(key, at)
        if before != at:
            dropped |= _duplicate(collector, before, at)
    collector.keep([at for at in range(len(keys)) if at not in dropped])


def _duplicate(collector: Collector, before: int, at: int) -> set[int]:
    rows = collector.row
    where = f"{collector.metrics[collector.metric[at]].id} of {collector.teams[collector.team[at]]}"
    if (collector.value[before], collector.cells.get(before)) == (
        collector.value[at],
        collector.cells.get(at),
    ):
        collector.findings.add(
            Problem("PL424", f"{where}: the same as row {rows[before]}; counted once", ""), rows[at]
        )
        return {at}
    said = [collector.cells.get(place, Cell()).gap or f"{collector.value[place]:g}" for place in (before, at)]
    what = f"{where} is {said[0]} in row {rows[before]} and {said[1]} here"
    collector.findings.add(Problem("PL423", what, "keep the right one"), rows[at])
    collector.findings.bad_rows.add(rows[before])
    return {before, at}


def _notes(collector: Collector) -> None:
    if collector.blank:
        some = "1 cell" if collector.blank == 1 else f"{collector.blank} cells"
        what = f"{some} without a value or a reason: nothing is logged there"
        collector.findings.add(Problem("PL425", what, "give a reason where you know one"))
    denominators = collector.part("denominator") or [None] * len(collector.value)
    bare = Counter(
        at for at, denominator in zip(collector.metric, denominators, strict=True) if denominator is None
    )
    for at, count in sorted(bare.items()):
        if collector.metrics[at].kind == "share":
            what = f"{count} values of {collector.metrics[at].id} without numerator and denominator"
            collector.findings.add(
                Problem(
                    "PL427",
                    what,
                    "give both where you have them: small weeks can then be told from large ones",
                )
            )


def _store(
    store: Store | None, collector: Collector, *, actor: str, source: str, why: str, dry_run: bool
) -> Receipt:
    columns = Columns(
        teams=tuple(collector.teams),
        metrics=tuple(collector.metrics),
        team=collector.team,
        week=collector.week,
        metric=collector.metric,
        value=collector.value,
        **{name: collector.part(name) for name in Cell._fields},
    )
    if store is None:
        if not dry_run:
            raise UsageError("an import needs a store", fix="open one, or ask for a dry run")
        return Receipt(new=len(columns))
    try:
        receipt = (
            store.preview(columns)
            if dry_run
            else store.bulk_import(columns, actor=actor, source=source, why=why)
        )
    except NeedsReason as error:
        _name_corrections(collector, error.corrections, error.count)
        return Receipt(corrected=error.count, corrections=error.corrections)
    if dry_run and receipt.corrected and not why.strip():
        _name_corrections(collector, receipt.corrections, receipt.corrected)
    return receipt


def _name_corrections(collector: Collector, corrections: Sequence[Any], count: int) -> None:
    for correction in corrections[:SHOWN]:
        what = f"{correction.metric} of {correction.team} in {correction.week} is stored as {correction.before}, here {correction.after}"
        collector.findings.add(
            Problem("PL426", what, 'say why with --why "..."; the old value is kept beside the new one'),
            collector.row[correction.position],
        )
    collector.findings.counts["PL426"] = count
