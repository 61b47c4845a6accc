"""The writer: everything that a command prints goes through here, its help and findings too."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

import click

from pilotlab.cli.stream import encoding_of, spare
from pilotlab.text.characters import encodable, json_text, visible
from pilotlab.text.width import columns, fold, pad, wrap

if TYPE_CHECKING:
    from pilotlab.errors import Finding

WIDTH = 100
LEAST = 40  # columns; a narrower terminal breaks lines itself

# Styles are marks within the text until it is written, so that data are made visible and style is not. Marks are drawn
# anew in each run from the private planes: no file can hold them on purpose.
_FIRST = 0xF0000 + int.from_bytes(os.urandom(2), "big") % 0xFF00
_BOLD, _DIM, _VERMILION, _END = (chr(_FIRST + place) for place in range(4))
_SGR = {_BOLD: "\x1b[1m", _DIM: "\x1b[2m", _VERMILION: "\x1b[38;2;168;58;16m", _END: "\x1b[0m"}
_MARKS = re.compile(f"[{''.join(_SGR)}]")


def to_plain(text: str) -> str:
    """Write the same columns in ASCII."""
    return encodable(_MARKS.sub("", text), "ascii")


def show(text: str, *, plain: bool = False, stored: bool = False) -> None:
    """Print text for people: what can't be seen is written out, lines are broken to the terminal's width.

    Parameters
    ----------
    plain : bool
        ASCII alone, no colour.
    stored : bool
        What the text tells of is stored already: that it can't be printed is no failure.
    """
    if stored:
        spare()
    _print(text, sys.stdout, plain=plain)


def complain(text: str) -> None:
    """Print text for people on the error stream."""
    _print(text, sys.stderr)


def note(text: str, *, aside: bool = False) -> None:
    """Print a line on how far a long command is; aside where the answer itself is for a program."""
    _print(text, sys.stderr if aside else sys.stdout)


def show_json(data: Any, *, stored: bool = False) -> None:
    """Print plain data as JSON, in ASCII unless the stream is UTF-8; an infinite or missing number is null already."""
    if stored:
        spare()
    _write(json_text(data, indent=2, ascii_only=not _is_utf8(sys.stdout)) + "\n", sys.stdout)


def show_lines(text: str) -> None:
    """Print lines for a program, none broken; what can't be seen is written out."""
    _write(encodable(visible(text), encoding_of(sys.stdout)), sys.stdout)


def _print(text: str, stream: TextIO | None, *, plain: bool = False) -> None:
    encoding = "ascii" if plain else encoding_of(stream)
    text = encodable(visible(text), encoding, keep="".join(_SGR))
    width = _columns(stream)
    if width:
        text = "\n".join(part for line in text.split("\n") for part in fold(line, width))
    _write(_MARKS.sub("" if plain else lambda mark: _SGR[mark[0]], text) + "\n", stream)


def _write(text: str, stream: TextIO | None) -> None:
    if stream is not None:
        stream.write(text)
        stream.flush()


def _is_utf8(stream: TextIO | None) -> bool:
    return (encoding_of(stream) or "utf8").lower().replace("-", "").replace("_", "").startswith("utf8")


def within(text: str) -> str:
    """A label as it reads within a sentence: small at first, unless it begins with initials (ANCOVA, CR2)."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def rule(heavy: bool = False) -> str:
    """A line across the page."""
    return ("━" if heavy else "─") * page_width()


def next_line(command: str, hint: str = "") -> str:
    """The one line that says what to do next."""
    return f"  next: {command}" + (f"       {hint}" if hint else "")


def bold(text: str) -> str:
    """Bold where colour is welcome."""
    return f"{_BOLD}{text}{_END}" if coloured() else text


def dim(text: str) -> str:
    """Dim where colour is welcome."""
    return f"{_DIM}{text}{_END}" if coloured() else text


def vermilion(text: str) -> str:
    """The colour of a broken limit."""
    return f"{_VERMILION}{text}{_END}" if coloured() else text


def coloured() -> bool:
    """Whether colour may repeat a word: a terminal, and no NO_COLOR."""
    return _is_terminal(sys.stdout) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def terminal_width() -> int | None:
    """Columns of the terminal, or fewer where COLUMNS asks for fewer; None where output is piped."""
    return _columns(sys.stdout)


def error_width() -> int | None:
    """Columns of the terminal on which errors are read; None where they are piped."""
    return _columns(sys.stderr)


def page_width() -> int:
    """Columns of text that is read: the terminal's, at most WIDTH."""
    return min(WIDTH, terminal_width() or WIDTH)


def _columns(stream: TextIO | None) -> int | None:
    if stream is None or not stream.isatty():
        return None
    try:
        real = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        real = 0
    asked = os.environ.get("COLUMNS", "")
    wanted = int(asked) if asked.isdecimal() else 0
    return max(min(filter(None, (real, wanted)), default=WIDTH), LEAST)


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


class Help(click.HelpFormatter):
    """Help with its examples broken to the terminal's width too."""

    def getvalue(self) -> str:
        """Return the page."""
        return "\n".join(part for line in super().getvalue().split("\n") for part in fold(line, self.width))


class Group(click.Group):
    """A group that lists each command with its whole first sentence, and names the nearest of one that is not there."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest name for one that is not there."""
        from pilotlab.errors import nearest

        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-"):
            ctx.fail(f"no command {args[0]!r}{nearest(args[0], known)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, command.get_short_help_str(10_000)) for name, command in found if command]
            )


ROOM = 30  # columns that the sentence needs beside its place; with fewer it stands below


def finding_lines(findings: Sequence[Finding], width: int | None) -> list[str]:
    """Findings in columns, wrapped to a terminal's width; one a line where `width` is None."""
    if not width:
        return [f"{_place(finding)}{finding.code} {finding.level:<5} {said(finding)}" for finding in findings]
    place = max((columns(_place(finding)) for finding in findings), default=0)
    lines = []
    for finding in findings:
        head = f"{pad(_place(finding), place)}{finding.code} {finding.level:<5} "
        if width - columns(head) < ROOM:  # a long path
            lines += [head.rstrip(), *wrap(said(finding), width, first="  ")]
        else:
            lines += wrap(said(finding), width, first=head)
    return lines


def _place(finding: Finding) -> str:
    return f"{finding.where}  " if finding.where else ""


def said(finding: Finding) -> str:
    """What is wrong and how to fix it, in one sentence; the fix is left out where the first half says it already."""
    return finding.what if finding.mends or not finding.fix else f"{finding.what}; {finding.fix}"
