"""Mends of lines: an indent, a colon, a dash or a character that keeps a line from being read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pilotlab.spec.stand_ins import first_lookalike, plain
from pilotlab.spec.trouble import Mend, Trouble, content, indent, short
from pilotlab.wording.lists import plural

_ENTRY = r"(\s*(?:- +)*(?:\{\s*)?)"
_GLUED = re.compile(_ENTRY + r"([A-Za-z_][\w-]*):(?=[^\s:/\\])(.*)")
_EQUALS = re.compile(_ENTRY + r"([A-Za-z_][\w-]*)\s*=\s*(.*)")
_BARE = re.compile(_ENTRY + r"([A-Za-z_][\w-]*)[ ;]+(?!=)(\S.*)")
_ALONE = re.compile(_ENTRY + r"([A-Za-z_][\w-]*)(\s*(?: #.*)?)")
_FOREIGN = re.compile(r"<<<<<<<|=======|>>>>>>>|```|~~~|</?[a-zA-Z!?]")
_DASHED = re.compile(r"(\s*)-(?=[A-Za-z{\[\"'])(.*)")
_BLOCK = re.compile(_ENTRY + r"([\w-]+): *([|>])(.*)")


def tabs(trouble: Trouble) -> Iterator[Mend]:
    """A tab in the indent, or where a space parts key and value."""
    line = trouble.lines[trouble.line] if trouble.line < len(trouble.lines) else ""
    margin = line[: len(line) - len(line.lstrip())]
    if "\t" not in margin:
        if "\t" in line:
            what = "a tab stands between key and value, where a space is needed"
            written = line.replace("\t", " ")
            yield Mend(trouble.line, written, what, "type a space instead", line.index("\t"), "PL107")
        return
    below = (row for row in trouble.lines[trouble.line + 1 :] if content(row))
    above = (row for row in reversed(trouble.lines[: trouble.line]) if content(row))
    beside = [
        len(row.expandtabs(2)) - len(row.expandtabs(2).lstrip()) for row in (*_first(below), *_first(above))
    ]
    for width in dict.fromkeys((*beside, *(len(margin.replace("\t", " " * each)) for each in (2, 4, 8)))):
        what, fix = "a tab can't indent YAML", "use spaces, two a level"
        written = " " * width + line.lstrip()
        yield Mend(trouble.line, written, what, fix, margin.index("\t"), "PL107")


def _first(rows: Iterator[str]) -> list[str]:
    return [row for row in (next(rows, None),) if row is not None]


def documents(trouble: Trouble) -> Iterator[Mend]:
    """A mark that begins or ends a document."""
    for at in trouble.near:
        if trouble.lines[at].startswith(("---", "...")):
            what, fix = f"a second document begins here (`{trouble.lines[at][:3]}`)", "keep one pilot a file"
            yield Mend(at, "", what, fix, 0, "PL121")


def foreign(trouble: Trouble) -> Iterator[Mend]:
    """A line of a merge that was not finished, of a page or of a chat."""
    for at in trouble.near:
        if match := _FOREIGN.match(trouble.lines[at]):
            kind = (
                "a merge that was not finished"
                if match[0][0] in "<=>" and len(match[0]) > 2
                else "another format"
            )
            yield Mend(at, "", f"this line is of {kind}", "remove it, and keep one side of a merge", 0)


def lookalikes(trouble: Trouble) -> Iterator[Mend]:
    """A character that only looks like the one YAML needs."""
    for at in trouble.near:
        line = trouble.lines[at]
        if (odd := first_lookalike(line)) is not None:
            what = f"{odd[1]} stands where YAML needs a plain character"
            yield Mend(at, plain(line), what, f"write `{short(plain(line))}`", odd[0])


def dashes(trouble: Trouble) -> Iterator[Mend]:
    """An entry of a list whose dash has no space behind it, or is missing."""
    for at in trouble.near:
        if match := _DASHED.fullmatch(trouble.lines[at]):
            written = f"{match[1]}- {match[2]}"
            what = "no space after the dash"
            yield Mend(at, written, what, f"write `{short(written)}`", match.end(1) + 1)
    for at in dict.fromkeys((*trouble.near, trouble.line)):
        line = trouble.lines[at] if at < len(trouble.lines) else ""
        entry = next((row for row in reversed(trouble.lines[:at]) if content(row)), "")
        if line.lstrip().startswith("{") and entry.lstrip().startswith("- "):
            written = " " * indent(entry) + "- " + line.lstrip()
            yield Mend(
                at,
                written,
                "an entry of a list begins with a dash",
                f"write `{short(written)}`",
                indent(line),
            )


def blocks(trouble: Trouble) -> Iterator[Mend]:
    """Text that begins beside its > or |, or is not indented below it."""
    for at in trouble.near:
        if (match := _BLOCK.fullmatch(trouble.lines[at])) and content(match[4]).strip():
            written = f"{match[1]}{match[2]}: {match[3]}"
            what = f"after {match[3]} text begins on the line below"
            yield Mend(at, written, what, "move it down, indented by 2 spaces", match.start(4))
    above = [at for at in range(min(trouble.line, len(trouble.lines))) if content(trouble.lines[at])]
    for at in {row for row in (*trouble.near, trouble.line) if row < len(trouble.lines)}:
        head = next((row for row in reversed(above) if row < at), at)
        if (match := _BLOCK.fullmatch(trouble.lines[head])) and indent(trouble.lines[at]) <= len(match[1]):
            deeper = len(match[1]) + 2
            what = f"the text of {match[2]!r} is not indented below it"
            written = " " * deeper + trouble.lines[at].lstrip()
            yield Mend(at, written, what, f"indent it by {deeper} spaces", indent(trouble.lines[at]))


def colons(trouble: Trouble) -> Iterator[Mend]:
    """A key without its colon, or without the space behind it."""
    for at in trouble.near:
        line = trouble.lines[at]
        if match := _GLUED.fullmatch(line):
            what = f"no space after the colon of {match[2]!r}"
            yield _key(at, match, what, match.end(2) + 1)
        elif match := _EQUALS.fullmatch(line):
            yield _key(at, match, f"{match[2]!r} is followed by = and not by a colon", line.index("="))
        elif (match := _BARE.fullmatch(line)) and ": " not in line[: match.start(3)]:
            yield _key(at, match, f"no colon after {match[2]!r}", match.end(2))
        if (match := _ALONE.fullmatch(line)) and _below(trouble.lines, at) > indent(line):
            yield _key(at, match, f"no colon after {match[2]!r}", match.end(2))


def _key(at: int, match: re.Match[str], what: str, column: int) -> Mend:
    written = f"{match[1]}{match[2]}: {match[3].strip()}"
    return Mend(at, written, what, f"write `{short(written)}`", column)


def indents(trouble: Trouble) -> Iterator[Mend]:
    """A key that stands further right or left than those around it."""
    if trouble.line >= len(trouble.lines):
        return
    above = [at for at in range(trouble.line) if content(trouble.lines[at])][-2:]
    here = indent(trouble.lines[trouble.line])
    if len(above) == 2 and indent(trouble.lines[above[0]]) == here != indent(trouble.lines[above[1]]):
        yield _moved(trouble, above[1], here)
    rows = [trouble.lines[at] for at in reversed(above)]
    beside = [each for row in rows for each in (_inside(row), indent(row))] + [0]
    if trouble.lines[trouble.line].rstrip().endswith(":"):  # what stands below it is deeper
        beside = [each for each in beside if each < _below(trouble.lines, trouble.line)]
    for each in sorted(dict.fromkeys(beside), key=lambda each: abs(each - here)):
        if each != here:
            yield _moved(trouble, trouble.line, each)


def _moved(trouble: Trouble, at: int, to: int) -> Mend:
    line = trouble.lines[at]
    what = f"the line begins in column {indent(line) + 1}, those it belongs with in column {to + 1}"
    fix = f"indent it by {plural(to, 'space')}" if to else "begin it in column 1"
    return Mend(at, " " * to + line.lstrip(), what, fix, indent(line))


def _inside(line: str) -> int:
    """The column in which the keys of a list's entry begin."""
    dashes = re.match(r"\s*(?:- +)*", line)
    return dashes.end() if dashes else 0


def _below(lines: Sequence[str], at: int) -> int:
    return next((indent(line) for line in lines[at + 1 :] if content(line)), 0)
