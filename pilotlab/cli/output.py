"""Printing: JSON or text, and what the terminal can show."""

from __future__ import annotations

import json
import os
import shutil
import sys
from typing import Any

import click

WIDTH = 100
_ASCII = str.maketrans(
    {
        "─": "-",
        "━": "=",
        "│": "|",
        "┊": ":",
        "●": "O",
        "○": "o",
        "┿": "+",
        "┼": "+",
        "├": "[",
        "┤": "]",
        "−": "-",
        "×": "x",
        "→": ">",
        "·": ".",
        "█": "#",
        "’": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "…": "...",
        "≤": "<=",
        "≥": ">=",
        "€": "EUR",
        "\u00a0": " ",
        "\u202f": " ",
    }
)


def is_plain(asked: bool = False) -> bool:
    """Whether to keep to ASCII: asked for, or not a terminal that shows UTF-8."""
    return asked or not (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf8")


def to_plain(text: str) -> str:
    """Write the same columns in ASCII."""
    return text.translate(_ASCII).encode("ascii", "replace").decode()


def show(text: str, *, plain: bool = False) -> None:
    """Print text, in ASCII where the terminal can't do more."""
    click.echo(to_plain(text) if is_plain(plain) else text)


def show_json(data: Any) -> None:
    """Print plain data as JSON; an infinite or missing number is null already."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))


def within(text: str) -> str:
    """A label as it reads within a sentence: small at first, unless it begins with initials (ANCOVA, CR2)."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def rule(heavy: bool = False) -> str:
    """A line across the page."""
    return ("━" if heavy else "─") * WIDTH


def next_line(command: str, hint: str = "") -> str:
    """The one line that says what to do next."""
    return f"  next: {command}" + (f"       {hint}" if hint else "")


def bold(text: str) -> str:
    """Bold where colour is welcome."""
    return click.style(text, bold=True) if coloured() else text


def dim(text: str) -> str:
    """Dim where colour is welcome."""
    return click.style(text, dim=True) if coloured() else text


def vermilion(text: str) -> str:
    """The colour of a broken limit."""
    return click.style(text, fg=(168, 58, 16)) if coloured() else text


def coloured() -> bool:
    """Whether colour may repeat a word: a terminal, and no NO_COLOR."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def terminal_width() -> int | None:
    """Columns of the terminal, at most WIDTH; None where output is piped."""
    return min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns) if sys.stdout.isatty() else None
