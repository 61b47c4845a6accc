"""Layout: what each column of a table holds, long or wide, by its header."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pilotlab.errors import nearest
from pilotlab.sources.findings import Findings, Problem
from pilotlab.spec.metric import MetricSpec
from pilotlab.tables.dates import meant, numbered
from pilotlab.tables.delimited import Table
from pilotlab.tables.headings import folded, offered

LONG = ("team", "week", "metric", "value", "numerator", "denominator", "n", "slice", "gap")
SUFFIXES = ("n", "numerator", "denominator")  # `<metric>_n` in a wide table
PLACE = ("team", "week")
Find = Callable[[str], MetricSpec | None]


@dataclass(frozen=True, slots=True)
class Measure:
    """The columns of one metric in a wide table; -1 where one is not there."""

    name: str  # as a finding names the column
    metric: MetricSpec
    value: int = -1
    n: int = -1
    numerator: int = -1
    denominator: int = -1


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand in a row.

    Attributes
    ----------
    at : mapping
        Column to its position: all of a long table, team and week of a wide one.
    measures : tuple of Measure
        The metrics of a wide table.
    blank : tuple of int
        Columns at the end that have no name, and must hold nothing.
    """

    kind: str  # "long" or "wide"
    width: int
    at: Mapping[str, int]
    measures: tuple[Measure, ...] = ()
    blank: tuple[int, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """Positions of columns that hold numbers."""
        if self.kind == "long":
            return tuple(self.at[name] for name in ("value", *SUFFIXES) if name in self.at)
        columns = (getattr(measure, name) for measure in self.measures for name in ("value", *SUFFIXES))
        return tuple(column for column in columns if column >= 0)


@dataclass(frozen=True, slots=True)
class Names:
    """What a column may be called: the metrics of the catalogue, by name and by label."""

    find: Find
    ids: Sequence[str]
    labels: Mapping[str, str]  # label to metric

    def metric(self, name: str) -> str:
        """Return the metric whose label or name a heading is, written another way; nothing where there is none."""
        word = folded(name)
        by_name = {folded(metric): metric for metric in self.ids}
        by_label = {folded(label): metric for label, metric in self.labels.items()}
        return by_name.get(word) or by_label.get(word) or by_label.get(word.partition(" in ")[0], "")


def judge(table: Table, names: Names, findings: Findings) -> Layout | None:
    """Judge the header; None where it is no use."""
    header = list(table.header)
    while header and not header[-1]:
        header.pop()
    row, blank = table.header_row, tuple(range(len(header), len(table.header)))
    if _weeks_in_columns(header, findings, row):
        return None
    _named_once(header, findings, row)
    long = _is_long(header)
    wanted = LONG[:4] if long else PLACE
    missing = [name for name in wanted if name not in header]
    stand_in = {
        name: next((cell for cell in header if cell not in LONG and offered(cell, (name,))), "")
        for name in missing
    }
    for name in missing:
        findings.add(_missing(name, stand_in[name], header), row)
    at = {name: place for place, name in enumerate(header) if name and name not in stand_in.values()}
    if long:
        _strangers(at, findings, row)
        layout = Layout("long", len(table.header), {name: at[name] for name in LONG if name in at}, (), blank)
    else:
        measures = _measures(
            {name: place for name, place in at.items() if name not in PLACE}, names, findings, row
        )
        if not measures and not findings.errors:
            findings.add(
                Problem("PL404", "there is no column with a metric", "wide: team,week and a column a metric"),
                row,
            )
        layout = Layout(
            "wide", len(table.header), {name: at[name] for name in PLACE if name in at}, measures, blank
        )
    return None if findings.errors else layout


def _is_long(header: Sequence[str]) -> bool:
    if "metric" in header or "value" in header:
        return True
    return all(any(offered(cell, (name,)) for cell in header) for name in ("metric", "value"))


def _weeks_in_columns(header: Sequence[str], findings: Findings, row: int) -> bool:
    """Name a table with a column a week: it has no place for a metric."""
    weeks = [cell for cell in header if cell and (meant(cell) or numbered(cell))]
    if "week" in header or len(weeks) < 2:
        return False
    what = f"weeks stand in columns ({', '.join(weeks[:3])}{', ...' if len(weeks) > 3 else ''})"
    fix = "write a row a team and week: team,week,focus_hours; a spreadsheet calls it unpivot, or transpose and stack"
    findings.add(Problem("PL404", what, fix), row)
    return True


def _named_once(header: Sequence[str], findings: Findings, row: int) -> None:
    for name, count in Counter(header).items():
        if not name or count > 1:
            what = f"column {name!r} is there {count} times" if name else "a column has no name"
            findings.add(Problem("PL405", what, "rename or remove it"), row)


def _missing(name: str, stand_in: str, header: Sequence[str]) -> Problem:
    if stand_in.lower() == name:
        return Problem("PL404", f"column {name!r} is written {stand_in!r}", f"write it {name}")
    if stand_in:
        what = f"column {name!r} is missing; column {stand_in!r}: did you mean {name!r}?"
        return Problem("PL404", what, f"name the column {name}")
    what = f"column {name!r} is missing; the header is {', '.join(header)[:80]}"
    if len(header) == 1:
        what += ", in one cell"
    return Problem("PL404", what, "long: team,week,metric,value; wide: team,week and a column a metric")


def _strangers(at: Mapping[str, int], findings: Findings, row: int) -> None:
    for name in at:
        if name not in LONG:
            column = offered(name, [column for column in LONG if column not in at])
            near = f"; did you mean {column!r}?" if column else nearest(name, LONG)
            fix = "columns of a long table: " + ", ".join(LONG)
            findings.add(Problem("PL406", f"column {name!r} is not known{near}", fix), row, value=name)


def _measures(at: Mapping[str, int], names: Names, findings: Findings, row: int) -> tuple[Measure, ...]:
    """Sort the columns of a wide table by metric, each with its parts."""
    columns: dict[str, dict[str, int]] = {}
    for name, place in at.items():
        metric, _, part = _part(name, names)
        if metric is None:
            findings.add(_no_metric(name, at, names), row, value=name)
        elif part in columns.setdefault(metric, {}):
            what = f"column {name!r}: metric {metric!r} is there twice"
            findings.add(Problem("PL405", what, "rename or remove one"), row, value=name)
        else:
            columns[metric][part] = place
    return tuple(
        measure
        for metric, parts in columns.items()
        if (measure := _measure(metric, parts, names, findings, row))
    )


def _part(name: str, names: Names) -> tuple[str | None, str, str]:
    """Return the metric a column belongs to, and what of it the column holds."""
    if spec := names.find(name):
        return spec.key, name, "value"
    stem, mark, part = name.rpartition("_")
    if mark and part in SUFFIXES and (spec := names.find(stem)):
        return spec.key, stem, part
    return None, name, ""


def _measure(
    key: str, parts: Mapping[str, int], names: Names, findings: Findings, row: int
) -> Measure | None:
    spec = names.find(key)
    assert spec is not None
    if "value" not in parts and not {"numerator", "denominator"} <= set(parts):
        name = f"{spec.id}_{next(iter(parts))}"
        findings.add(
            Problem(
                "PL404",
                f"column {name!r} stands without {spec.id!r}",
                f"add column {spec.id}, or remove {name}",
            ),
            row,
        )
        return None
    return Measure(spec.id, spec, **parts)


def _no_metric(name: str, at: Mapping[str, int], names: Names) -> Problem:
    metrics = [other for other in at if names.find(other)]
    if metrics and offered(name, ("n",)):
        what = f"column {name!r}: how many people answered which metric? did you mean {metrics[0] + '_n'!r}?"
        return Problem("PL406", what, f"name it {metrics[0]}_n, one such column a metric")
    metric = names.metric(name)
    near = f"; did you mean {metric!r}?" if metric else nearest(name, names.ids)
    return Problem(
        "PL406", f"column {name!r} is no metric{near}", "see the metric catalogue, or remove the column"
    )
