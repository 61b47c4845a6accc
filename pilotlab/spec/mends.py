"""Mends: for a text that YAML can't read, the small changes that would let it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from pilotlab.spec.keys import every_key
from pilotlab.spec.meant import number
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import PilotSpec
from pilotlab.spec.slips import first_lookalike, plain
from pilotlab.spec.trouble import LONGEST, Mend, Trouble, content, indent, short
from pilotlab.wording.lists import plural

_ENTRY = r"(\s*(?:- +)*(?:\{\s*)?)"
_GLUED = re.compile(_ENTRY + r"([A-Za-z_][\w-]*):(?=[^\s:/\\])(.*)")
_EQUALS = re.compile(_ENTRY + r"([A-Za-z_][\w-]*)\s*=\s*(.*)")
_BARE = re.compile(_ENTRY + r"([A-Za-z_][\w-]*)[ ;]+(?!=)(\S.*)")
_ALONE = re.compile(_ENTRY + r"([A-Za-z_][\w-]*)(\s*(?: #.*)?)")
_FOREIGN = re.compile(r"<<<<<<<|=======|>>>>>>>|```|~~~|</?[a-zA-Z!?]")
_DASHED = re.compile(r"(\s*)-(?=[A-Za-z{\[\"'])(.*)")
_BLOCK = re.compile(_ENTRY + r"([\w-]+): *([|>])(.*)")


def mends(trouble: Trouble) -> Iterator[Mend]:
    """Propose changes, the likeliest first; none is sure until the text has been read again with it."""
    for propose in _PROPOSALS:
        yield from propose(trouble)


def _tabs(trouble: Trouble) -> Iterator[Mend]:
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


def _documents(trouble: Trouble) -> Iterator[Mend]:
    """A mark that begins or ends a document."""
    for at in trouble.near:
        if trouble.lines[at].startswith(("---", "...")):
            what, fix = f"a second document begins here (`{trouble.lines[at][:3]}`)", "keep one pilot a file"
            yield Mend(at, "", what, fix, 0, "PL121")


def _foreign(trouble: Trouble) -> Iterator[Mend]:
    """A line of a merge that was not finished, of a page or of a chat."""
    for at in trouble.near:
        if match := _FOREIGN.match(trouble.lines[at]):
            kind = (
                "a merge that was not finished"
                if match[0][0] in "<=>" and len(match[0]) > 2
                else "another format"
            )
            yield Mend(at, "", f"this line is of {kind}", "remove it, and keep one side of a merge", 0)


def _lookalikes(trouble: Trouble) -> Iterator[Mend]:
    """A character that only looks like the one YAML needs."""
    for at in trouble.near:
        line = trouble.lines[at]
        if (odd := first_lookalike(line)) is not None:
            what = f"{odd[1]} stands where YAML needs a plain character"
            yield Mend(at, plain(line), what, f"write `{short(plain(line))}`", odd[0])


def _dashes(trouble: Trouble) -> Iterator[Mend]:
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


def _blocks(trouble: Trouble) -> Iterator[Mend]:
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


def _colons(trouble: Trouble) -> Iterator[Mend]:
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


def _indents(trouble: Trouble) -> Iterator[Mend]:
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


_VALUE = re.compile(_ENTRY + r"([\w\"'-]+:) +(.*?)(\s+#.*)?")


def _commas(trouble: Trouble) -> Iterator[Mend]:
    """A comma too few before a key in braces, or one too many."""
    line, at = trouble.lines[trouble.line] if trouble.line < len(trouble.lines) else "", trouble.column
    if line[at : at + 1] == ",":
        yield Mend(trouble.line, line[:at] + line[at + 1 :], "a comma too many", "remove it", at)
    before = line[:at] if line[at : at + 1] == ":" else ""
    match = re.search(r"(?<=[^\s,{])([ ;]+)([A-Za-z_]\w*)$", before)
    if (
        match
        and match[2] in every_key(PilotSpec, MetricSpec)
        and _open(trouble.lines, trouble.line, until=at)
    ):
        written = f"{line[: match.start()]}, {match[2]}{line[at:]}"
        what = f"a comma is missing before {match[2]!r}"
        yield Mend(trouble.line, written, what, f"write `, {match[2]}:`", match.start())


def _brackets(trouble: Trouble) -> Iterator[Mend]:
    """A bracket that is not closed, or closes nothing."""
    if trouble.line < len(trouble.lines):
        yield from _stray(trouble)
    if trouble.begun is None or ("flow" not in trouble.problem and "node content" not in trouble.problem):
        return
    line = trouble.begun[0]
    for last in dict.fromkeys((line, *trouble.near)):
        if last < line or last > trouble.line:
            continue
        text = trouble.lines[last]
        body = content(text)
        open_ = _open(trouble.lines, last)
        if open_ and last >= line:
            closers = "".join({"[": "]", "{": "}"}[mark] for mark, _, _ in reversed(open_))
            mark, row, place = open_[-1]
            what = f"the {mark} that opens here is never closed"
            if last != trouble.line:
                what += f"; line {trouble.line + 1} begins something else"
            written = body.rstrip(", ") + closers + text[len(body) :]
            fix = f"add {closers} at the end of line {last + 1}"
            yield Mend(last, written, what, fix, place, row=row)


def _stray(trouble: Trouble) -> Iterator[Mend]:
    """A bracket that closes nothing, or closes one of the other kind."""
    line, at = trouble.lines[trouble.line], trouble.column
    mark = line[at : at + 1]
    if mark in ("]", "}"):
        opened = _open(trouble.lines, trouble.line, until=at)
        if opened:
            wanted = {"[": "]", "{": "}"}[opened[-1][0]]
            what = f"{mark} closes a {opened[-1][0]} that is open since line {opened[-1][1] + 1}"
            yield Mend(trouble.line, line[:at] + wanted + line[at + 1 :], what, f"write {wanted} here", at)
            yield Mend(trouble.line, line[:at] + wanted + line[at:], what, f"write {wanted} before it", at)
        written = line[:at] + line[at + 1 :]
        yield Mend(trouble.line, written, f"{mark} closes nothing that is open", "remove it", at)


def _quotes(trouble: Trouble) -> Iterator[Mend]:
    """A quote that opens a value and isn't closed on its line; YAML reads on to the next one, far below."""
    first = trouble.begun[0] if trouble.begun and "quoted" in trouble.problem else max(0, trouble.line - 40)
    for at in range(first, min(trouble.line + 1, len(trouble.lines))):
        line = trouble.lines[at][:LONGEST]
        for match in re.finditer(r"(?:[:,\[{-] *)(([\"'])(?:(?!\2).)*)$", line):
            what, mark = "the quote that opens here is not closed on its line", match[2]
            if inner := re.fullmatch(r"(.[^,\[\]{}]*?)(\s*[,\]}].*)", match[1]):
                written = line[: match.start(1)] + inner[1] + mark + inner[2]
                yield Mend(at, written, what, f"close it: `{short(inner[1] + mark)}`", match.start(1))
            yield Mend(
                at,
                line.rstrip() + mark,
                what,
                f"close it: `{short(match[1].strip() + mark)}`",
                match.start(1),
            )
            for closer in "}", "]", "}]":
                if line.rstrip().endswith(closer):
                    written = line.rstrip()[: -len(closer)] + mark + closer
                    yield Mend(at, written, what, f"close it with {mark}", match.start(1))


def _values(trouble: Trouble) -> Iterator[Mend]:
    """A value that holds `: `, or begins with a character that YAML keeps for itself."""
    if trouble.line >= len(trouble.lines):
        return
    line = trouble.lines[trouble.line]
    if len(line) > LONGEST:
        return
    match = _VALUE.fullmatch(line)
    if match and not (match[3][:1] in ("[", "{") and match[3][-1:] in ("]", "}")):  # a whole list is no text
        value = match[3]
        quoted = "'" + value.strip("\"'").replace("'", "''") + "'"
        written = line[: match.start(3)] + quoted + (match[4] or "")
        if "escape character" in trouble.problem:
            what = "in double quotes \\ begins a special character"
        elif value[:1] == "*":
            what = f"{value} repeats an anchor that is not defined; text that begins with * needs quotes"
        elif value[:1] in "@`%*&!|>?[]{},\"'#-":
            what = f"a value that begins with {value[:1]} needs quotes"
        else:
            what = "a value that holds ': ' needs quotes"
        yield Mend(trouble.line, written, what, f"write `{short(match[2] + ' ' + quoted)}`", trouble.column)
    for match in re.finditer(r"([\w-]+): ([^\s,{}\[\]\"'][^,{}\[\]\"']*)(?=[,}])", line):
        if (
            ": " in match[2] or match[2][0] in "@`%*&!|>?"
        ) and match.start() <= trouble.column <= match.end():
            value = number(match[2]) if match[2][0] == ">" else None
            value, what = value or f'"{match[2].strip()}"', "is no number" if value else "needs quotes"
            written = line[: match.start(2)] + value + line[match.end(2) :]
            fix = f"write `{match[1]}: {value}`"
            yield Mend(trouble.line, written, f"the value of {match[1]!r} {what}", fix, trouble.column)


def _open(lines: Sequence[str], last: int, *, until: int | None = None) -> list[tuple[str, int, int]]:
    """Brackets still open at the end of a line, outermost first, from the last line that begins with none open."""
    first = last
    while first > 0 and indent(lines[first]) > 0 and not re.match(r"\s*(- )?[\w-]+:(\s|$)", lines[first]):
        first -= 1
    stack: list[tuple[str, int, int]] = []
    for row in range(first, last + 1):
        text = lines[row] if row < last or until is None else lines[row][:until]
        for column, mark in _marks(text):
            if mark in "[{":
                stack.append((mark, row, column))
            elif stack:
                stack.pop()
    return stack


def _marks(text: str) -> Iterator[tuple[int, str]]:
    """Brackets of a line outside quotes and comments."""
    quote = ""
    for column, mark in enumerate(text):
        if quote:
            quote = "" if mark == quote else quote
        elif mark in "\"'" and text[:column].rstrip(" ")[-1:] in ("", ":", ",", "[", "{", "-"):
            quote = mark
        elif mark == "#" and text[:column][-1:] in ("", " "):
            return
        elif mark in "[]{}":
            yield column, mark


_PROPOSALS: tuple[Callable[[Trouble], Iterator[Mend]], ...] = (
    _tabs,
    _documents,
    _foreign,
    _lookalikes,
    _dashes,
    _blocks,
    _colons,
    _commas,
    _brackets,
    _quotes,
    _values,
    _indents,
)
