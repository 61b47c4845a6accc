"""Importing: a table of team-weeks into the store, whole or not at all."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Collection, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pilotlab.errors import Finding, FindingsError, UsageError
from pilotlab.sources.collecting import Collector, finder
from pilotlab.sources.findings import CODES, Findings, Problem
from pilotlab.sources.layout import Names, judge
from pilotlab.sources.survey import Said
from pilotlab.sources.table_file import TableError, note_trouble, read_table, tell_reading
from pilotlab.sources.taken import BARE, PARTS, Taken
from pilotlab.store.entries import Columns, NeedsReason, Receipt
from pilotlab.wording.numbers import typed

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
    without_n: int = 0  # means that came without the number of people behind them

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
            "without_n": self.without_n,
            "new": receipt.new,
            "corrected": receipt.corrected,
            "unchanged": receipt.unchanged,
            "uncompared": receipt.uncompared,
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
    said: Said | None = None,
    source: str = "",
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
    said : Said
        What options say of how numbers and dates are written; else the cells of a column settle it.
    source : str
        Format that a package adds under `pilotlab.sources`; else the ending of the file's name tells.

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
    labels = {metric.label: metric.id for metric in catalogue.metrics.values()}
    names = Names(finder(catalogue), catalogue.ids, labels)
    called = _called(store, teams)
    collector = Collector(findings, teams=called, names=names, today=today, said=said or Said())
    with _without_collector():
        layout = _collect(path, collector, called, source)
    refused = bool(findings.errors) and not (only_good and layout and collector.taken.value)
    receipt = Receipt()
    if collector.taken.value and not (refused and not dry_run):
        receipt = _store(store, collector, actor=actor, source=path.name, why=why, dry_run=dry_run)
        refused = refused or bool(findings.counts["PL426"])
    report = ImportReport(
        file=findings.file,
        layout=layout,
        rows=collector.read,
        values=len(collector.taken.value),
        receipt=receipt,
        findings=findings.shown(),
        counts=dict(findings.counts),
        bad_rows=len(findings.bad_rows),
        dry_run=dry_run,
        without_n=_without_n(collector.taken),
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


def _collect(path: Path, collector: Collector, teams: Collection[str], source: str) -> str:
    """Read the file; return its layout, or "" where the header is no use."""
    findings, layout = collector.findings, None
    try:
        table = read_table(path, teams, source=source)
        tell_reading(findings, table)
        layout = judge(table, collector.names, findings)
        if layout:
            collector.take(table, layout)
    except TableError as error:
        note_trouble(findings, error.trouble)
        return ""
    if layout and not collector.read:
        what = "the table has a header and no rows"
        findings.add(Problem("PL403", what, "write a row a value"), table.header_row)
    _drop_bad_rows(collector)
    _drop_duplicates(collector)
    _notes(collector)
    return layout.kind if layout else ""


def _drop_bad_rows(collector: Collector) -> None:
    bad, taken = collector.findings.bad_rows, collector.taken
    if bad:
        taken.keep([at for at, row in enumerate(taken.row) if row not in bad])


def _drop_duplicates(collector: Collector) -> None:
    """Count identical rows once; name rows that contradict each other, and drop both."""
    keys = collector.taken.keys()
    if len(set(keys)) == len(keys):
        return
    first: dict[Hashable, int] = {}
    dropped: set[int] = set()
    for at, key in enumerate(keys):
        before = first.setdefault(key, at)
        if before != at:
            dropped |= _duplicate(collector, before, at)
    collector.taken.keep([at for at in range(len(keys)) if at not in dropped])


def _duplicate(collector: Collector, before: int, at: int) -> set[int]:
    taken, findings = collector.taken, collector.findings
    rows = taken.row
    where = f"{taken.metrics[taken.metric[at]].id} of {taken.teams[taken.team[at]]}"
    if taken.said(before) == taken.said(at):
        problem = Problem("PL424", f"{where}: the same as row {rows[before]}; counted once", "", "same row")
        findings.add(problem, rows[at])
        return {at}
    said = [taken.cells.get(place, BARE).gap or typed(taken.value[place] or 0.0) for place in (before, at)]
    if said[0] == said[1]:
        said = [
            f"{text} (n {taken.n[place] or 'not given'})"
            for text, place in zip(said, (before, at), strict=True)
        ]
    what = f"{where} is {said[0]} in row {rows[before]} and {said[1]} here"
    findings.add(Problem("PL423", what, "keep the right one", "contradicts"), rows[at])
    findings.bad_rows.add(rows[before])
    return {before, at}


def _notes(collector: Collector) -> None:
    findings, taken = collector.findings, collector.taken
    if collector.blank:
        some = "1 cell" if collector.blank == 1 else f"{collector.blank} cells"
        what = f"{some} without a value or a reason: nothing is logged there"
        findings.add(Problem("PL425", what, "give a reason where you know one"))
    for at, count in sorted(_bare(taken.metric, taken.part("denominator")).items()):
        if taken.metrics[at].kind == "share":
            what = f"{count} values of {taken.metrics[at].id} without numerator and denominator"
            fix = "give both where you have them: small weeks can then be told from large ones"
            findings.add(Problem("PL427", what, fix))


def _without_n(taken: Taken) -> int:
    """Count means that came without the number of people behind them."""
    bare = _bare(
        taken.metric, [n or gap for n, gap in zip(taken.n, taken.part("gap") or repeat(None), strict=False)]
    )
    return sum(count for at, count in bare.items() if taken.metrics[at].of_people)


def _bare(metric: Sequence[int], part: Sequence[object] | None) -> Counter[int]:
    """Count the rows of each metric that lack a part."""
    if part is None:
        return Counter(metric)
    return Counter(at for at, said in zip(metric, part, strict=True) if said is None)


def _store(
    store: Store | None, collector: Collector, *, actor: str, source: str, why: str, dry_run: bool
) -> Receipt:
    taken = collector.taken
    columns = Columns(
        teams=tuple(taken.teams),
        metrics=tuple(taken.metrics),
        team=taken.team,
        week=taken.week,
        metric=taken.metric,
        value=taken.value,
        **{name: taken.part(name) for name in PARTS},
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
    findings = collector.findings
    for correction in corrections:
        what = f"{correction.metric} of {correction.team} in {correction.week} is stored as {correction.before}, here {correction.after}"
        fix = 'say why with --why "..."; the old value is kept beside the new one'
        findings.add(Problem("PL426", what, fix, what), collector.taken.row[correction.position])
    findings.counts["PL426"] = count
