"""Mends: for a line that YAML can't read, the small changes that would let it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from pilotlab.spec.meant import number
from pilotlab.spec.stand_ins import first_lookalike, plain

LONGEST = 400  # characters of a line that is looked at


class Trouble(NamedTuple):
    """Where YAML gave up, and where what it was reading began; lines and columns from 0."""

    lines: Sequence[str]
    line: int
    column: int
    begun: tuple[int, int] | None
    problem: str

    @property
    def since(self) -> int:
        """The line that a mend must let YAML read past: of a quote or bracket, the one where it opens."""
        opened = self.begun and ("quoted" in self.problem or "flow" in self.problem)
        return self.begun[0] if opened and self.begun else self.line

    @property
    def near(self) -> tuple[int, ...]:
        """Lines that may hold the mistake: where reading began, the last one with text before, the one that failed."""
        before = next((at for at in range(self.line - 1, -1, -1) if _content(self.lines[at])), self.line)
        begun = self.begun[0] if self.begun else before
        near = dict.fromkeys(at for at in (begun, before, self.line) if at < len(self.lines))
        return tuple(at for at in near if len(self.lines[at]) <= LONGEST)


class Mend(NamedTuple):
    """A line written anew, what was wrong with it, and at which column (from 0)."""

    line: int
    written: str
    what: str
    fix: str
    column: int
    code: str = "PL106"
    row: int | None = None  # where the mistake stands, if not in the line that is written anew


def mends(trouble: Trouble) -> Iterator[Mend]:
    """Propose changes, the likeliest first; none is sure until the text has been read again with it."""
    for propose in _PROPOSALS:
        yield from propose(trouble)


_ENTRY = r"(\s*(?:- +)*(?:\{\s*)?)"
_GLUED = re.compile(_ENTRY + r"([A-Za-z_][\w-]*):(?=[^\s:/\\])(.*)")
_EQUALS = re.compile(_ENTRY + r"([A-Za-z_][\w-]*)\s*=\s*(.*)")
_BARE = re.compile(_ENTRY + r"([A-Za-z_][\w-]*)[ ;]+(?!=)(\S.*)")
_ALONE = re.compile(_ENTRY + r"([A-Za-z_][\w-]*)(\s*(?: #.*)?)")
_DASHED = re.compile(r"(\s*)-(?=[A-Za-z{\[\"'])(.*)")
_BLOCK = re.compile(_ENTRY + r"([\w-]+): *([|>])(.*)")
_VALUE = re.compile(_ENTRY + r"([\w\"'-]+:) +(.*?)(\s+#.*)?")


def _tabs(trouble: Trouble) -> Iterator[Mend]:
    line = trouble.lines[trouble.line] if trouble.line < len(trouble.lines) else ""
    indent = line[: len(line) - len(line.lstrip())]
    if "\t" not in indent:
        if "\t" in line:
            what = "a tab stands between key and value, where a space is needed"
            written = line.replace("\t", " ")
            yield Mend(trouble.line, written, what, "type a space instead", line.index("\t"), "PL107")
        return
    below = (row for row in trouble.lines[trouble.line + 1 :] if _content(row))
    above = (row for row in reversed(trouble.lines[: trouble.line]) if _content(row))
    beside = [
        len(row.expandtabs(2)) - len(row.expandtabs(2).lstrip()) for row in (*_first(below), *_first(above))
    ]
    for width in dict.fromkeys((*beside, *(len(indent.replace("\t", " " * each)) for each in (2, 4, 8)))):
        what, fix = "a tab can't indent YAML", "use spaces, two a level"
        written = " " * width + line.lstrip()
        yield Mend(trouble.line, written, what, fix, indent.index("\t"), "PL107")


def _first(rows: Iterator[str]) -> list[str]:
    return [row for row in (next(rows, None),) if row is not None]


def _lookalikes(trouble: Trouble) -> Iterator[Mend]:
    for at in trouble.near:
        line = trouble.lines[at]
        if (odd := first_lookalike(line)) is not None:
            what = f"{odd[1]} stands where YAML needs a plain character"
            yield Mend(at, plain(line), what, f"write `{_short(plain(line))}`", odd[0])


def _colons(trouble: Trouble) -> Iterator[Mend]:
    for at in trouble.near:
        line = trouble.lines[at]
        if match := _GLUED.fullmatch(line):
            what = f"no space after the colon of {match[2]!r}"
            yield _key(at, match, what, match.end(2) + 1)
        elif match := _EQUALS.fullmatch(line):
            yield _key(at, match, f"{match[2]!r} is followed by = and not by a colon", line.index("="))
        elif (match := _BARE.fullmatch(line)) and ": " not in line[: match.start(3)]:
            yield _key(at, match, f"no colon after {match[2]!r}", match.end(2))
        if (match := _ALONE.fullmatch(line)) and _below(trouble.lines, at) > _indent(line):
            yield _key(at, match, f"no colon after {match[2]!r}", match.end(2))


def _dashes(trouble: Trouble) -> Iterator[Mend]:
    for at in trouble.near:
        if match := _DASHED.fullmatch(trouble.lines[at]):
            written = f"{match[1]}- {match[2]}"
            what = "no space after the dash"
            yield Mend(at, written, what, f"write `{_short(written)}`", match.end(1) + 1)


def _blocks(trouble: Trouble) -> Iterator[Mend]:
    """Text that begins beside its > or |, or is not indented below it."""
    for at in trouble.near:
        if (match := _BLOCK.fullmatch(trouble.lines[at])) and _content(match[4]).strip():
            written = f"{match[1]}{match[2]}: {match[3]}"
            what = f"after {match[3]} text begins on the line below"
            yield Mend(at, written, what, "move it down, indented by 2 spaces", match.start(4))
    above = [at for at in range(min(trouble.line, len(trouble.lines))) if _content(trouble.lines[at])]
    for at in {row for row in (*trouble.near, trouble.line) if row < len(trouble.lines)}:
        head = next((row for row in reversed(above) if row < at), at)
        if (match := _BLOCK.fullmatch(trouble.lines[head])) and _indent(trouble.lines[at]) <= len(match[1]):
            deeper = len(match[1]) + 2
            what = f"the text of {match[2]!r} is not indented below it"
            written = " " * deeper + trouble.lines[at].lstrip()
            yield Mend(at, written, what, f"indent it by {deeper} spaces", _indent(trouble.lines[at]))


def _key(at: int, match: re.Match[str], what: str, column: int) -> Mend:
    written = f"{match[1]}{match[2]}: {match[3].strip()}"
    return Mend(at, written, what, f"write `{_short(written)}`", column)


def _values(trouble: Trouble) -> Iterator[Mend]:
    """A value that holds `: `, or begins with a character that YAML keeps for itself."""
    if trouble.line >= len(trouble.lines):
        return
    line = trouble.lines[trouble.line]
    if len(line) > LONGEST:
        return
    if match := _VALUE.fullmatch(line):
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
        yield Mend(trouble.line, written, what, f"write `{_short(match[2] + ' ' + quoted)}`", trouble.column)
    for match in re.finditer(r"([\w-]+): ([^\s,{}\[\]\"'][^,{}\[\]\"']*)(?=[,}])", line):
        if (
            ": " in match[2] or match[2][0] in "@`%*&!|>?"
        ) and match.start() <= trouble.column <= match.end():
            value = number(match[2]) if match[2][0] == ">" else None
            value, what = value or f'"{match[2].strip()}"', "is no number" if value else "needs quotes"
            written = line[: match.start(2)] + value + line[match.end(2) :]
            fix = f"write `{match[1]}: {value}`"
            yield Mend(trouble.line, written, f"the value of {match[1]!r} {what}", fix, trouble.column)


def _quotes(trouble: Trouble) -> Iterator[Mend]:
    """A quote that opens a value and isn't closed on its line; YAML reads on to the next one, far below."""
    first = trouble.begun[0] if trouble.begun and "quoted" in trouble.problem else max(0, trouble.line - 40)
    for at in range(first, min(trouble.line + 1, len(trouble.lines))):
        line = trouble.lines[at][:LONGEST]
        for match in re.finditer(r"(?:[:,\[{-] *)(([\"'])(?:(?!\2).)*)$", line):
            what, mark = "the quote that opens here is not closed on its line", match[2]
            yield Mend(
                at,
                line.rstrip() + mark,
                what,
                f"close it: `{_short(match[1].strip() + mark)}`",
                match.start(1),
            )
            for closer in "}", "]", "}]":
                if line.rstrip().endswith(closer):
                    written = line.rstrip()[: -len(closer)] + mark + closer
                    yield Mend(at, written, what, f"close it with {mark}", match.start(1))


def _brackets(trouble: Trouble) -> Iterator[Mend]:
    if trouble.line < len(trouble.lines):
        yield from _stray(trouble)
    if trouble.begun is None or ("flow" not in trouble.problem and "node content" not in trouble.problem):
        return
    line = trouble.begun[0]
    for last in dict.fromkeys((line, *trouble.near)):
        if last < line or last > trouble.line:
            continue
        text = trouble.lines[last]
        body = _content(text)
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


def _indents(trouble: Trouble) -> Iterator[Mend]:
    """A key that stands further right or left than those around it."""
    if trouble.line >= len(trouble.lines):
        return
    above = [at for at in range(trouble.line) if _content(trouble.lines[at])][-2:]
    here = _indent(trouble.lines[trouble.line])
    if len(above) == 2 and _indent(trouble.lines[above[0]]) == here != _indent(trouble.lines[above[1]]):
        yield _moved(trouble, above[1], here)
    rows = [trouble.lines[at] for at in reversed(above)]
    beside = [each for row in rows for each in (_inside(row), _indent(row))] + [0]
    if trouble.lines[trouble.line].rstrip().endswith(":"):  # what stands below it is deeper
        beside = [each for each in beside if each < _below(trouble.lines, trouble.line)]
    for each in sorted(dict.fromkeys(beside), key=lambda each: abs(each - here)):
        if each != here:
            yield _moved(trouble, trouble.line, each)


def _moved(trouble: Trouble, at: int, indent: int) -> Mend:
    line = trouble.lines[at]
    what = f"the line begins in column {_indent(line) + 1}, those it belongs with in column {indent + 1}"
    return Mend(at, " " * indent + line.lstrip(), what, f"indent it by {indent} spaces", _indent(line))


def _inside(line: str) -> int:
    """The column in which the keys of a list's entry begin."""
    dashes = re.match(r"\s*(?:- +)*", line)
    return dashes.end() if dashes else 0


def _below(lines: Sequence[str], at: int) -> int:
    return next((_indent(line) for line in lines[at + 1 :] if _content(line)), 0)


def _documents(trouble: Trouble) -> Iterator[Mend]:
    for at in trouble.near:
        if trouble.lines[at].startswith(("---", "...")):
            what, fix = f"a second document begins here (`{trouble.lines[at][:3]}`)", "keep one pilot a file"
            yield Mend(at, "", what, fix, 0, "PL121")


_PROPOSALS: tuple[Callable[[Trouble], Iterator[Mend]], ...] = (
    _tabs,
    _documents,
    _lookalikes,
    _dashes,
    _blocks,
    _colons,
    _brackets,
    _quotes,
    _values,
    _indents,
)


def _open(lines: Sequence[str], last: int, *, until: int | None = None) -> list[tuple[str, int, int]]:
    """Brackets still open at the end of a line, outermost first, from the last line that begins with none open."""
    first = last
    while first > 0 and _indent(lines[first]) > 0 and not re.match(r"\s*(- )?[\w-]+:(\s|$)", lines[first]):
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


def _content(line: str) -> str:
    """The line without its comment; empty where it says nothing."""
    return re.sub(r"(^|\s+)#.*$", "", line).rstrip()


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _short(text: str) -> str:
    text = _content(text).strip()
    return text if len(text) <= 60 else text[:57] + "…"
