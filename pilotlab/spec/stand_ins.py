"""Stand-ins: characters that word processors put in place of plain ones, what they are called, and what they stand for."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

# What word processors, chats and phones put in place of the keys that YAML and numbers need.
LOOKALIKES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "\u00a0": ("a no-break space", " "),
        "\u202f": ("a narrow no-break space", " "),
        "\u2007": ("a figure space", " "),
        "\u2009": ("a thin space", " "),
        "\u3000": ("a full-width space", " "),
        "\u2028": ("a line separator", " "),
        "\u2029": ("a paragraph separator", " "),
        "\u0085": ("a next-line character", " "),
        "\u200b": ("a zero-width space", ""),
        "\u200c": ("a zero-width non-joiner", ""),
        "\u200d": ("a zero-width joiner", ""),
        "\u2060": ("a word joiner", ""),
        "\ufeff": ("a byte order mark", ""),
        "\u00ad": ("a soft hyphen", ""),
        "\u200e": ("a left-to-right mark", ""),
        "\u200f": ("a right-to-left mark", ""),
        "\u2010": ("a typographic hyphen", "-"),
        "\u2011": ("a no-break hyphen", "-"),
        "\u2012": ("a figure dash", "-"),
        "\u2013": ("an en dash", "-"),
        "\u2014": ("an em dash", "-"),
        "\u2212": ("a typographic minus sign", "-"),
        "\u201c": ("a curly quote", '"'),
        "\u201d": ("a curly quote", '"'),
        "\u201e": ("a curly quote", '"'),
        "\u00ab": ("an angled quote", '"'),
        "\u00bb": ("an angled quote", '"'),
        "\u2018": ("a curly quote", "'"),
        "\u2019": ("a curly quote", "'"),
        "\uff1a": ("a full-width colon", ":"),
        "\uff0c": ("a full-width comma", ","),
        "\uff0e": ("a full-width point", "."),
        "\uff0d": ("a full-width hyphen", "-"),
    }
)


def first_lookalike(text: str) -> tuple[int, str] | None:
    """Return where the first character that looks like another stands (from 0), and what it is called."""
    for index, character in enumerate(text):
        if character in LOOKALIKES:
            return index, f"{LOOKALIKES[character][0]} (U+{ord(character):04X})"
        if not character.isascii() and unicodedata.category(character) == "Nd":
            return index, f"the digit {character!r} of another script"
    return None


def plain(text: str) -> str:
    """Write the plain characters that lookalikes stand for; other text stays."""
    return "".join(map(_plain, text))


def _plain(character: str) -> str:
    if character in LOOKALIKES:
        return LOOKALIKES[character][1]
    if not character.isascii() and unicodedata.category(character) == "Nd":
        return str(unicodedata.digit(character))
    return character
