"""Teams: teams.csv to a list of teams, with a finding for every row that can't be read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pilotlab.errors import Finding, Span, nearest
from pilotlab.spec.codes import found
from pilotlab.spec.pilot import AttributeSpec, PilotSpec
from pilotlab.spec.text_file import shown_from
from pilotlab.tables.delimited import Table, parse_table, read_table
from pilotlab.tables.faults import EACH, TableError, Trouble, listed, stray
from pilotlab.tables.headings import offered
from pilotlab.tables.marks import Marks, Survey, plainly, settle, written
from pilotlab.text.alike import difference, skeleton
from pilotlab.wording.numbers import typed
from pilotlab.workspace import leads_inside

LIMIT = 20_000_000  # bytes
_KEY = "team"
_KNOWN = ("team", "name", "function", "site", "country", "size", "lead")  # columns by pilotlab's own names
_ANY = (-math.inf, math.inf)
_FETCH = "copy it in beside pilot.yaml: what is read is what is kept and frozen with the pilot"


@dataclass(frozen=True, slots=True)
class Team:
    """One row of teams.csv; `line` counts rows as a person sees them, the header being row 1."""

    name: str  # column `team`: what every other file calls it
    attributes: Mapping[str, str]  # all further columns, as text
    size: int | None = None
    site: str = ""
    function: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class TeamList:
    """The teams of a pilot, in file order.

    Attributes
    ----------
    teams : tuple of Team
        Rows that `teams.where` keeps.
    rows : tuple of Team
        All rows that could be read.
    """

    file: str
    columns: tuple[str, ...] = ()
    rows: tuple[Team, ...] = ()
    teams: tuple[Team, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the pilot's teams, in file order."""
        return tuple(team.name for team in self.teams)

    def row(self, name: str) -> Team | None:
        """Return a team's row, whether or not `where` keeps it."""
        return next((team for team in self.rows if team.name == name), None)


def read_teams(path: Path, spec: PilotSpec, root: Path) -> TeamList:
    """Read the list of teams.

    Parameters
    ----------
    path : Path
        The CSV file; `spec.teams.file`, from the pilot's folder.
    spec : PilotSpec
        Says which rows belong to the pilot (`teams.where`) and which columns have a range (`teams.attributes`).
    root : Path
        The workspace, from which findings name the file.
    """
    shown = shown_from(path, root)
    if not leads_inside(path, root):
        what = f"the list of teams lies outside the workspace, at {path.resolve().as_posix()}"
        outside = found("PL201", what, where=Span(shown), value=spec.teams.file, fix=_FETCH)
        return TeamList(shown, findings=(outside,))
    try:
        table = read_table(path, limit=LIMIT, wanted=(_KEY,))
    except TableError as error:
        return TeamList(shown, findings=(_no_list(error.trouble, shown),))
    return _listed(table, spec, shown)


def parse_teams(text: str, spec: PilotSpec, *, shown: str = "teams.csv") -> TeamList:
    """Read the list of teams from text; see `read_teams`."""
    try:
        return _listed(parse_table(text, wanted=(_KEY,)), spec, shown)
    except TableError as error:
        return TeamList(shown, findings=(_no_list(error.trouble, shown),))


def _listed(table: Table, spec: PilotSpec, shown: str) -> TeamList:
    reader = _Reader(shown, spec.teams.attributes, table)
    if not reader.header():
        return TeamList(shown, findings=reader.told())
    rows: tuple[Team, ...] = ()
    try:
        rows = tuple(reader.teams())
    except TableError as error:
        reader.findings.append(_no_list(error.trouble, shown))
        return TeamList(shown, findings=reader.told())
    kept = tuple(team for team in rows if _is_kept(team, spec.teams.where))
    return TeamList(shown, table.header, rows, kept, reader.told())


def team_file(pilot_file: Path, spec: PilotSpec) -> Path:
    """Return where the list of teams lies: named from the pilot's folder."""
    return pilot_file.parent / spec.teams.file


def _is_kept(team: Team, where: Mapping[str, tuple[str, ...]]) -> bool:
    known = {
        column: allowed for column, allowed in where.items() if column in team.attributes or column == _KEY
    }
    return all(
        (team.name if column == _KEY else team.attributes[column]) in allowed
        for column, allowed in known.items()
    )


_CODES = {"unreadable": "PL201", "too large": "PL108", "not text": "PL102", "empty": "PL202"}
_FIXES = {
    "PL201": "write teams.csv beside pilot.yaml, or name another with `teams: {file: …}`",
    "PL202": "a header row `team,name,site,size` and a row a team",
}


def _no_list(trouble: Trouble, shown: str) -> Finding:
    code = _CODES[trouble.kind]
    fix = trouble.fix if trouble.row else _FIXES.get(code, trouble.fix)
    return found(code, trouble.what, where=Span(shown, trouble.row), fix=fix)


@dataclass(slots=True)
class _Reader:
    """Reads rows, noting what is wrong on the way."""

    shown: str
    attributes: Mapping[str, AttributeSpec]
    table: Table
    findings: list[Finding] = field(default_factory=list)
    _faults: dict[tuple[str, str], list[Finding]] = field(default_factory=dict)
    _marks: dict[str, Marks] = field(default_factory=dict)

    def header(self) -> bool:
        """Judge the header; False where it is no use."""
        header, row = self.table.header, self.table.header_row
        if self.table.told:
            self._find("PL222", "read with " + ", ".join(self.table.told), row)
        for index, column in enumerate(header):
            if not column and any(header[index:]):
                self._find("PL204", f"column {index + 1} has no name", row, fix="name it, or remove it")
            elif column and column in header[:index]:
                what = f"column {column!r} is there twice"
                self._find("PL204", what, row, value=column, fix="rename or remove one")
        if _KEY in header:
            self._meant(header, row)
            return True
        alike = next((name for name in header if offered(name, (_KEY,))), "")
        near = nearest(_KEY, [column.lower() for column in header])
        hint = f"; column {alike!r}: did you mean {_KEY!r}?" if alike else near
        fix = f"name the column that identifies the team `{_KEY}`, in small letters"
        what, value = f"there is no column 'team'{hint}", ",".join(header)[:60]
        self._find("PL203", what, row, value=value, fix=fix, mends=bool(hint))
        return False

    def _meant(self, header: tuple[str, ...], row: int) -> None:
        """Offer the names by which pilotlab knows columns that people call otherwise."""
        for name in header:
            wanted = [column for column in _KNOWN if column not in header]
            if name not in _KNOWN and name not in self.attributes and (column := offered(name, wanted)):
                what = f"column {name!r}: did you mean {column!r}?"
                fix = f"name it {column}, if it is; by its own name it is an attribute like any other"
                self._find("PL224", what, row, value=name, fix=fix, mends=True)

    def teams(self) -> Iterator[Team]:
        """Read the rows below the header."""
        records = [(number, [cell.strip() for cell in cells]) for number, cells in self.table.rows()]
        if not records:
            what, fix = "the list has a header and no teams", "write a row a team below the header"
            self._find("PL202", what, self.table.header_row, fix=fix)
        self._survey([cells for _, cells in records])
        columns = self.table.header
        lines: dict[str, int] = {}
        spelled: dict[str, str] = {}
        for number, cells in records:
            if self._is_row(number, cells):
                row = {name: cell for name, cell in zip(columns, cells, strict=True) if name}
                name = row.pop(_KEY)
                if self._is_usable(name, number, lines, spelled):
                    yield self._team(name, row, number)

    def _survey(self, rows: list[list[str]]) -> None:
        """Look how the columns of numbers are written, before any of them is read."""
        for place, name in enumerate(self.table.header):
            if name == "size" or name in self.attributes:
                survey = Survey()
                survey.look(cells[place] for cells in rows if place < len(cells))
                self._marks[name] = survey.marks(doubted=self.table.delimiter != ",", elsewhere=False)

    def _is_row(self, number: int, cells: list[str]) -> bool:
        """Whether a row is a team's; one that is not is named for what it is."""
        columns = self.table.header
        while len(cells) > len(columns) and not cells[-1]:
            cells.pop()
        at = columns.index(_KEY)
        team = cells[at] if at < len(cells) else ""
        if self._is_stray(number, cells, team):
            return False
        if len(cells) == len(columns):
            return True
        what = f"the row has {len(cells)} cells, the header {len(columns)}"
        self._find(
            "PL205", what, number, fix='quote a cell that holds a comma: "a, b"', fault=f"{len(cells)} cells"
        )
        return False

    def _is_stray(self, number: int, cells: list[str], team: str) -> bool:
        row = stray(cells, self.table.header, team, (), top=False)
        if row is None or row.kind not in ("header again", "totals", "note") or (row.kind == "note" and team):
            return False
        self._find(
            "PL223", row.what, number, value=team, fix="remove the row; a row a team is read", fault=row.kind
        )
        return True

    def _is_usable(self, name: str, number: int, lines: dict[str, int], spelled: dict[str, str]) -> bool:
        if not name:
            self._find(
                "PL206", "the row has no team", number, fix="name it in column `team`, or remove the row"
            )
            return False
        if name in lines:
            self._find(
                "PL208",
                f"team {name!r} is listed twice; the first is in row {lines[name]}",
                number,
                value=name,
                fix="keep one of the two",
            )
            return False
        if (other := spelled.setdefault(skeleton(name), name)) != name:
            self._find(
                "PL218",
                f"team {name!r} looks like {other!r} (row {lines[other]}); what differs: {difference(name, other)}",
                number,
                value=name,
                fix="one team? then keep one row",
            )
        lines[name] = number
        return True

    def _team(self, name: str, row: dict[str, str], number: int) -> Team:
        size = self._number(name, "size", row.get("size", ""), number)
        if size is not None and (size < 1 or size != int(size)):
            self._find(
                "PL210",
                f"size of team {name!r} is {row['size']}; it must be a whole number from 1",
                number,
                value=row["size"],
                fix="write the number of people",
            )
            size = None
        for column, attribute in self.attributes.items():
            self._in_range(name, column, row.get(column, ""), attribute, number)
        return Team(
            name,
            row,
            int(size) if size is not None else None,
            row.get("site", ""),
            row.get("function", ""),
            number,
        )

    def _in_range(self, name: str, column: str, text: str, attribute: AttributeSpec, number: int) -> None:
        backwards = attribute.range is not None and attribute.range[0] > attribute.range[1]
        if (
            attribute.range is None
            or backwards
            or (value := self._number(name, column, text, number)) is None
        ):
            return
        low, high = attribute.range
        if not low <= value <= high:
            unit = f" {attribute.unit}" if attribute.unit else ""
            what = f"{column} of team {name!r} is {text}; its declared range is {typed(low)} to {typed(high)}{unit}"
            self._find(
                "PL210",
                what,
                number,
                value=text,
                fix="correct the cell, or leave it empty where it is not known",
            )

    def _number(self, name: str, column: str, text: str, number: int) -> float | None:
        if not text:
            return None
        read, said = written(text), f"{column} of team {name!r} is {text[:40]!r}"
        settled = settle(read, self._marks.get(column, Marks()), _ANY) if read else None
        if settled and settled.value is not None and math.isfinite(settled.value):
            return settled.value
        what, fix = f"{said}, which is not a number", "write digits alone, with a point for decimals"
        if read and settled and settled.value is None:
            what = f"{said}: for decimals or for thousands?"
            fix = f"write {' or '.join(plainly(value) for value in read.values)}"
        self._find("PL209", what, number, value=text[:40], fix=fix, fault=f"{column} no number")
        return None

    def _find(
        self,
        code: str,
        what: str,
        row: int,
        *,
        value: object = None,
        fix: str = "",
        fault: str = "",
        mends: bool = False,
    ) -> None:
        finding = found(code, what, where=Span(self.shown, row), value=value, fix=fix, mends=mends)
        if fault:
            self._faults.setdefault((code, fault), []).append(finding)
        else:
            self.findings.append(finding)

    def told(self) -> tuple[Finding, ...]:
        """All findings in row order; the same fault in many rows once, with its rows."""
        findings = [*self.findings]
        for same in self._faults.values():
            rows = tuple(finding.where.line for finding in same if finding.where)
            first = replace(same[0], what=f"{same[0].what}; the same in {listed(rows)}", rows=rows)
            findings += [first] if len(same) > EACH else same
        return tuple(sorted(findings, key=lambda finding: finding.where.line if finding.where else 0))
