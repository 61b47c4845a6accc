"""Mends of values: a quote or bracket that is not closed, and what YAML takes for more than text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pilotlab.spec.every_key import every_key
from pilotlab.spec.meant import number
from pilotlab.spec.trouble import LONGEST, Mend, Trouble, content, indent, short

_ENTRY = r"(\s*(?:- +)*(?:\{\s*)?)"
_VALUE = re.compile(_ENTRY + r"([\w\"'-]+:) +(.*?)(\s+#.*)?")


def commas(trouble: Trouble) -> Iterator[Mend]:
    """A comma too few before a key in braces, or one too many."""
    line, at = trouble.lines[trouble.line] if trouble.line < len(trouble.lines) else "", trouble.column
    if line[at : at + 1] == ",":
        yield Mend(trouble.line, line[:at] + line[at + 1 :], "a comma too many", "remove it", at)
    before = line[:at] if line[at : at + 1] == ":" else ""
    match = re.search(r"(?<=[^\s,{])([ ;]+)([A-Za-z_]\w*)$", before)
    if match and match[2] in every_key() and _open(trouble.lines, trouble.line, until=at):
        written = f"{line[: match.start()]}, {match[2]}{line[at:]}"
        what = f"a comma is missing before {match[2]!r}"
        yield Mend(trouble.line, written, what, f"write `, {match[2]}:`", match.start())


def brackets(trouble: Trouble) -> Iterator[Mend]:
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


def quotes(trouble: Trouble) -> Iterator[Mend]:
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


def values(trouble: Trouble) -> Iterator[Mend]:
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
