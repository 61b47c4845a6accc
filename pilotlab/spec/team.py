"""Teams: teams.csv to a list of teams, with a finding for every row that can't be read."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pilotlab.errors import Finding, Span, nearest
from pilotlab.spec.codes import found
from pilotlab.spec.pilot import AttributeSpec, PilotSpec
from pilotlab.spec.reading import shown_from
from pilotlab.spec.text_file import read_text
from pilotlab.text.alike import difference, skeleton
from pilotlab.text.names import tidy
from pilotlab.workspace import leads_inside

LIMIT = 20_000_000  # bytes
_KEY = "team"
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
    text = read_text(path, shown=shown, limit=LIMIT)
    if isinstance(text, Finding):
        return TeamList(shown, findings=(_as_team_finding(text),))
    return parse_teams(text, spec, shown=shown)


def parse_teams(text: str, spec: PilotSpec, *, shown: str = "teams.csv") -> TeamList:
    """Read the list of teams from text; see `read_teams`."""
    table = _Table(shown, spec.teams.attributes)
    columns, records = table.read(text)
    if not columns:
        return TeamList(shown, findings=tuple(table.findings))
    rows = tuple(table.teams(columns, records))
    kept = tuple(team for team in rows if _is_kept(team, spec.teams.where))
    return TeamList(
        shown,
        columns,
        rows,
        kept,
        tuple(sorted(table.findings, key=lambda finding: finding.where.line if finding.where else 0)),
    )


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


def _as_team_finding(finding: Finding) -> Finding:
    code = {"PL101": "PL201", "PL103": "PL202"}.get(finding.code, finding.code)
    fix = {
        "PL201": "write teams.csv beside pilot.yaml, or name another with `teams: {file: …}`",
        "PL202": "a header row `team,name,site,size` and a row a team",
    }
    return found(code, finding.what, where=finding.where, value=finding.value, fix=fix.get(code, finding.fix))


@dataclass(slots=True)
class _Table:
    """Reads rows, noting what is wrong on the way."""

    shown: str
    attributes: Mapping[str, AttributeSpec]
    findings: list[Finding] = field(default_factory=list)

    def read(self, text: str) -> tuple[tuple[str, ...], list[tuple[int, list[str]]]]:
        """Return the columns, none where the table is no use, and (row number, cells) of each record."""
        records: list[tuple[int, list[str]]] = []
        try:
            for number, cells in enumerate(csv.reader(io.StringIO(tidy(text)), strict=True), start=1):
                if any(cell.strip() for cell in cells):
                    records.append((number, [cell.strip() for cell in cells]))
        except csv.Error as error:
            number = (records[-1][0] if records else 0) + 1
            what = (
                "a quote is opened and never closed"
                if "unexpected end" in str(error)
                else f"the row can't be read: {error}"
            )
            self._find(
                "PL201",
                what,
                number,
                fix='close the quote; a quote inside a quoted cell is written twice: ""',
            )
            return (), []
        header = tuple(records[0][1])
        if not self._header(header, records[0][0]):
            return (), []
        if len(records) == 1:
            self._find(
                "PL202",
                "the list has a header and no teams",
                records[0][0],
                fix="write a row a team below the header",
            )
        return header, records[1:]

    def _header(self, header: tuple[str, ...], row: int) -> bool:
        for index, column in enumerate(header):
            if not column:
                self._find("PL204", f"column {index + 1} has no name", row, fix="name it, or remove it")
            elif column in header[:index]:
                self._find(
                    "PL204",
                    f"column {column!r} is there twice",
                    row,
                    value=column,
                    fix="rename or remove one",
                )
        if _KEY in header:
            return True
        divided = next((mark for mark in (";", "\t", "|") if len(header) == 1 and mark in header[0]), None)
        hint = (
            f"; the columns seem to be divided by {divided!r}"
            if divided
            else nearest(_KEY, [column.lower() for column in header])
        )
        fix = (
            "save the file with commas"
            if divided
            else "name the column that identifies the team `team`, in small letters"
        )
        self._find("PL203", f"there is no column 'team'{hint}", row, value=",".join(header)[:60], fix=fix)
        return False

    def teams(self, columns: tuple[str, ...], records: list[tuple[int, list[str]]]) -> Iterator[Team]:
        lines: dict[str, int] = {}
        spelled: dict[str, str] = {}
        for number, cells in records:
            if len(cells) != len(columns):
                self._find(
                    "PL205",
                    f"the row has {len(cells)} cells, the header {len(columns)}",
                    number,
                    fix='quote a cell that holds a comma: "a, b"',
                )
                continue
            row = dict(zip(columns, cells, strict=True))
            name = row.pop(_KEY)
            if self._is_usable(name, number, lines, spelled):
                yield self._team(name, row, number)

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
            what = f"{column} of team {name!r} is {text}; its declared range is {low:g} to {high:g}{unit}"
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
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if math.isfinite(value):
            return value
        self._find(
            "PL209",
            f"{column} of team {name!r} is {text[:40]!r}, which is not a number",
            number,
            value=text[:40],
            fix="write digits alone, with a point for decimals",
        )
        return None

    def _find(self, code: str, what: str, row: int, *, value: object = None, fix: str = "") -> None:
        self.findings.append(found(code, what, where=Span(self.shown, row), value=value, fix=fix))
