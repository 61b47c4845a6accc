"""Codes: every finding that `check` can make, with its level, its entry in docs/reference/findings.md and its place among others."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from pilotlab.errors import Finding, Level, NotFound, Span, UsageError, bounded, nearest


class Code(NamedTuple):
    """What a code stands for."""

    level: Level
    title: str


# 1xx the files and their keys, 2xx the teams, 3xx the design. A number is never given to something else.
CODES: Mapping[str, Code] = MappingProxyType(
    {
        "PL101": Code("error", "the file can't be read"),
        "PL102": Code("error", "the file is not UTF-8 text"),
        "PL103": Code("error", "the file is empty"),
        "PL104": Code("error", "an unknown key"),
        "PL105": Code("error", "a key given twice"),
        "PL106": Code("error", "not valid YAML"),
        "PL107": Code("error", "a tab where spaces are needed"),
        "PL108": Code("error", "the file is too large"),
        "PL109": Code("error", "nested too deep"),
        "PL110": Code("error", "aliases that multiply"),
        "PL111": Code("error", "no keys and values at the top"),
        "PL112": Code("error", "a required key is missing"),
        "PL113": Code("error", "a value of the wrong kind"),
        "PL114": Code("error", "not one of the words that would do"),
        "PL115": Code("error", "a number out of range"),
        "PL116": Code("error", "not a finite number"),
        "PL117": Code("warn", "a key without a value"),
        "PL118": Code("error", "neither a Monday nor an ISO week"),
        "PL119": Code("error", "not a date"),
        "PL120": Code("error", "a template that is not there"),
        "PL121": Code("error", "two documents in one file"),
        "PL122": Code("error", "a YAML tag"),
        "PL123": Code("error", "a metric is defined twice"),
        "PL124": Code("error", "a metric lowers a protection"),
        "PL125": Code("error", "a metric contradicts itself"),
        "PL126": Code("error", "a number that readers of YAML take for different ones"),
        "PL127": Code("error", "a sentence that can't be filled"),
        "PL128": Code("error", "text that runs from right to left"),
        "PL129": Code("warn", "a label that no table has room for"),
        "PL130": Code("note", "a metric without its sentence"),
        "PL201": Code("error", "the list of teams can't be read"),
        "PL202": Code("error", "the list of teams has no rows"),
        "PL203": Code("error", "no column `team`"),
        "PL204": Code("error", "a column without a name, or named twice"),
        "PL205": Code("error", "a row of the wrong length"),
        "PL206": Code("error", "a team without a name"),
        "PL207": Code("error", "keep_together across arms"),
        "PL208": Code("error", "a team listed twice"),
        "PL209": Code("error", "not a number"),
        "PL210": Code("error", "a value out of its declared range"),
        "PL211": Code("error", "a column that is not there"),
        "PL212": Code("warn", "a `where` value that no row has"),
        "PL213": Code("error", "`where` leaves no team"),
        "PL214": Code("error", "an arm that is not declared"),
        "PL215": Code("error", "a pilot arm without teams"),
        "PL216": Code("error", "a team that is not in the list"),
        "PL217": Code("error", "a team in two groups"),
        "PL218": Code("warn", "team names that look alike"),
        "PL219": Code("error", "a team is in two pilots at once"),
        "PL220": Code("error", "arms can't be formed from the list"),
        "PL221": Code("warn", "values of a column, or arms, that look alike"),
        "PL222": Code("note", "how the list was read"),
        "PL223": Code("error", "a row that is no team"),
        "PL224": Code("warn", "a column that may be meant as another"),
        "PL301": Code("error", "no control arm"),
        "PL302": Code("error", "no pilot arm"),
        "PL303": Code("error", "no goal"),
        "PL304": Code("error", "more than two goals"),
        "PL305": Code("error", "more than two deciding guardrails"),
        "PL306": Code("error", "an unknown metric"),
        "PL307": Code("error", "an unknown version of a metric"),
        "PL308": Code("error", "a role the metric can't have"),
        "PL309": Code("error", "attendance or activity as an outcome"),
        "PL310": Code("error", "a goal without a better side"),
        "PL311": Code("warn", "a blackout week is a counted week"),
        "PL312": Code("warn", "a blackout week outside the pilot"),
        "PL313": Code("error", "a goal without worth_it"),
        "PL314": Code("error", "worth_it points to the worse side"),
        "PL315": Code("error", "worth_it or margin where the claim takes the other"),
        "PL316": Code("error", "a guardrail without margin"),
        "PL317": Code("error", "a bar or margin that can't be"),
        "PL318": Code("error", "a percentage on a metric in plain units"),
        "PL319": Code("error", "a metric used twice"),
        "PL320": Code("warn", "quality of life is not protected"),
        "PL321": Code("warn", "no collaboration metric"),
        "PL323": Code("warn", "the start has passed"),
        "PL324": Code("error", "decided before the end"),
        "PL325": Code("warn", "a baseline too short to decide"),
        "PL326": Code("warn", "a short baseline"),
        "PL327": Code("warn", "wash-in shorter than a metric's window"),
        "PL328": Code("note", "public holidays in the baseline"),
        "PL329": Code("warn", "no announcement date"),
        "PL330": Code("error", "announced after the start"),
        "PL331": Code("warn", "the baseline ends long before the start"),
        "PL332": Code("error", "more anchor days than office days"),
        "PL333": Code("warn", "the design allows no recommendation"),
        "PL334": Code("note", "the design caps the verdict"),
        "PL335": Code("warn", "unequal arms"),
        "PL336": Code("warn", "teams that volunteered"),
        "PL337": Code("note", "arms that were not drawn"),
        "PL338": Code("warn", "teams too small for a metric"),
        "PL339": Code("error", "persons as units"),
        "PL340": Code("note", "a design that is not there yet"),
        "PL341": Code("note", "a slice that comes with the rows"),
        "PL342": Code("warn", "no intent"),
        "PL343": Code("warn", "no promise on what the data is never used for"),
        "PL344": Code("warn", "nobody was consulted"),
        "PL345": Code("warn", "nobody stands for the employees"),
        "PL346": Code("warn", "data kept too short or too long"),
        "PL347": Code("error", "an unknown estimator or inference"),
        "PL348": Code("error", "an estimator that runs on frames only"),
        "PL349": Code("warn", "an unusual alpha"),
        "PL350": Code("note", "alpha is split"),
        "PL351": Code("warn", "too few draws for a goal"),
        "PL352": Code("warn", "too few draws for a guardrail"),
        "PL353": Code("error", "gaps that contradict each other"),
        "PL354": Code("warn", "too few counted weeks"),
        "PL355": Code("warn", "a metric that comes too seldom"),
        "PL356": Code("warn", "a fix that is missing, or not asked for"),
        "PL357": Code("warn", "before and after only"),
        "PL358": Code("error", "an unknown holiday calendar"),
        "PL359": Code("error", "stratified by nothing"),
        "PL360": Code("error", "arms are declared, but where is not said"),
        "PL361": Code("warn", "an assign key the method does not use"),
        "PL362": Code("warn", "adherence is not measured"),
        "PL363": Code("warn", "a slice that will be hidden"),
        "PL364": Code("warn", "a frozen plan was edited"),
        "PL365": Code("error", "a guardrail without if_breached"),
        "PL366": Code("error", "a slice that can't be"),
        "PL367": Code("warn", "holidays for a site that no team has"),
        "PL368": Code("warn", "a key that the metric's role does not use"),
    }
)


def found(
    code: str,
    what: str,
    *,
    where: Span | None = None,
    value: Any = None,
    fix: str = "",
    level: Level | None = None,
    mends: bool = False,
) -> Finding:
    """Make a finding; its level is the code's. Whatever was written is quoted in a size that can be read."""
    said = value if value is None or isinstance(value, bool | int | float) else bounded(str(value))
    return Finding(code, level or CODES[code].level, bounded(what), where, said, bounded(fix), mends=mends)


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


_PACKAGE = Path(__file__).parents[1]
_FINDINGS = ("reference/findings.md", "reference/findings-import.md")
_ENTRY = re.compile(r"^#{2,3} (PL\d{3})\b.*?(?=^#{2,3} |\Z)", re.MULTILINE | re.DOTALL)


def page(name: str) -> str:
    """Return a page such as `reference/findings.md`: beside the package as installed, else of the source tree."""
    for folder in (_PACKAGE / "docs", _PACKAGE.parent / "docs"):
        if (folder / name).is_file():
            return (folder / name).read_text(encoding="utf-8")
    raise NotFound(f"the page {name!r} is not installed", fix="install pilotlab again")


def finding_entries() -> dict[str, str]:
    """Return the entry of each code, of declarations and of imports, heading included."""
    return {code: entry for name in _FINDINGS for code, entry in _entries(page(name)).items()}


def _entries(text: str) -> dict[str, str]:
    return {match[1]: match[0].strip() for match in _ENTRY.finditer(text)}


def finding_entry(code: str) -> str:
    """Return what the documentation says of a code.

    Raises
    ------
    UsageError
        For a code that is not there; it names one that differs by a slip of one character.
    """
    entries = finding_entries()
    if code.upper() not in entries:
        raise UsageError(
            f"code {code!r} is not known{nearest(code, entries, cutoff=0.8)}",
            fix=f"codes run from {min(entries)} to {max(entries)}; each finding names its own",
        )
    return entries[code.upper()]
