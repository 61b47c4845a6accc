"""Characters: what can't be seen is written out, what a stream can't hold has a twin."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pilotlab.text.width import columns

# Controls (C0, DEL, C1; a line end is layout, not data), format characters (soft hyphen, zero width, direction,
# tags), line and paragraph separators, fillers that show nothing, and halves of characters (surrogates).
UNSEEN = re.compile(
    "[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\xad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f"
    "\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff9-\\ufffb\\ud800-\\udfff"
    "\\U0001bca0-\\U0001bca3\\U0001d173-\\U0001d17a\\U000e0000-\\U000e0fff]"
)
TWINS: Mapping[str, str] = MappingProxyType(
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
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "…": "...",
        "≤": "<=",
        "≥": ">=",
        "≠": "!=",
        "≈": "~",
        "±": "+/-",
        "∞": "inf",
        "€": "EUR",
        "\u00a0": " ",
        "\u202f": " ",
    }
)
_POWER = re.compile("[⁻⁰¹²³⁴-⁹]+")
_POWERS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_SIGNS = str.maketrans(dict(TWINS))
_GAP = re.compile("( {2,})")


def visible(text: str) -> str:
    r"""Write out what can't be seen, so that data never steer a terminal or hide in a page: ESC is `\x1b`."""
    return UNSEEN.sub(lambda found: escape(found[0]), text)


def in_ascii(text: str) -> str:
    """Give every sign its ASCII twin, so that any stream holds what `print` shows of a result; letters of names stay.

    Examples
    --------
    >>> in_ascii("ATT −0.3 [−∞, +0.1], 1.2 × 10⁷, Zoë")
    'ATT -0.3 [-inf, +0.1], 1.2 x 10^7, Zoë'
    """
    return _POWER.sub(lambda found: "^" + found[0].translate(_POWERS), text).translate(_SIGNS)


def json_text(data: Any, *, indent: int, ascii_only: bool = False) -> str:
    """Write plain data as JSON, what can't be seen by its number; an infinite or missing number is null already."""
    text = json.dumps(data, indent=indent, ensure_ascii=ascii_only, allow_nan=False)
    return UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], text)


def escape(char: str) -> str:
    r"""Write a character by its number, as Python and C do: `\x1b`, `\u202e`, `\U000e0001`."""
    number = ord(char)
    named = {9: r"\t", 10: r"\n", 13: r"\r"}.get(number)
    return named or (
        f"\\x{number:02x}"
        if number < 0x100
        else f"\\u{number:04x}"
        if number < 0x10000
        else f"\\U{number:08x}"
    )


def encodable(text: str, encoding: str | None, *, keep: str = "") -> str:
    """Give every character that `encoding` lacks its ASCII twin, else its number.

    What takes more columns than before takes them from the gap that follows, so that tables stay in line.

    Parameters
    ----------
    encoding : str, optional
        Of the stream; None holds every character.
    keep : str
        Characters that are no text and stay as they are.
    """
    if encoding is None or _holds(text, encoding):
        return text
    held: dict[str, bool] = dict.fromkeys(keep, True)
    return "\n".join(_line(line, encoding, held) for line in text.split("\n"))


def _line(line: str, encoding: str, held: dict[str, bool]) -> str:
    found, debt = [], 0
    for place, part in enumerate(_GAP.split(line)):
        if place % 2:
            paid = min(debt, len(part) - 1)
            debt -= paid
            found.append(part[paid:])
            continue
        for char in part:
            if char not in held:
                held[char] = _holds(char, encoding)
            written = char if held[char] else TWINS.get(char) or escape(char)
            debt += len(written) - columns(char) if written != char else 0
            found.append(written)
    return "".join(found)


def _holds(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
