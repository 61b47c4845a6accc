"""Slips of the pen: characters that stand in place of plain ones, and what a key without a value was most likely meant to be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

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


class Slip(NamedTuple):
    """What went wrong, what to write, and the key beside it that holds another value than was meant."""

    what: str
    fix: str
    meant: str = ""


_GLUED = re.compile(r"([A-Za-z_][\w.-]*)\s*(:|=>?)\s*(\S.*)")
_EMPTY = re.compile(r"([A-Za-z_][\w.-]*)\s*:")
_GROUPED = re.compile(r"[-+]?[1-9][0-9]{0,2}(\.[0-9]{3})+")
_WHOLE = re.compile(r"[-+]?[0-9]+")
_FRACTION = re.compile(r"[0-9]+(.*)")


def is_glued(text: str) -> bool:
    """Whether text that was to be keys and values begins with a key whose colon is followed by no plain space."""
    return re.match(r"[A-Za-z_][\w-]*:[^ /]", text) is not None


def key_slip(key: str, *, before: tuple[str, str] | None) -> Slip | None:
    """Guess what a key without a value, in a map in braces, was meant to be.

    Parameters
    ----------
    before : (key, value), optional
        The entry that ends at the comma just before this key.
    """
    if glued := _GLUED.fullmatch(plain(key)):
        odd = first_lookalike(key)
        what = f"{odd[1]} stands at the colon" if odd else "no space after the colon"
        what = what if glued[2] == ":" else f"{glued[1]!r} is followed by {glued[2]} and not by a colon"
        return Slip(what, f"write `{glued[1]}: {glued[3]}`", glued[1])
    if empty := _EMPTY.fullmatch(plain(key)):
        fix = f"write `{empty[1]}: …`, or remove it"
        return Slip(f"{empty[1]!r} has no value, nor a space after its colon", fix, empty[1])
    if before is None:
        return None
    name, value = before
    if not value and (glued := _GLUED.fullmatch(name)):  # `margin:1,5`
        name, value = glued[1], glued[3]
    if _WHOLE.fullmatch(value) and (fraction := _FRACTION.fullmatch(key)):
        return Slip(f"is {value},{key} a decimal comma?", _with_point(name, value, key, fraction[1]), name)
    if _GROUPED.fullmatch(value) and _WHOLE.fullmatch(key):
        fix = f"write a decimal point, and none between thousands: `{name}: {value.replace('.', '')}.{key}`"
        return Slip(f"is {value},{key} a decimal comma?", fix, name)
    if value.startswith("(") and key.endswith(")"):
        return Slip("a list stands in square brackets", f"write `{name}: [{value[1:]}, {key[:-1]}]`", name)
    if value and not _WHOLE.fullmatch(value):
        fix = f'write `{name}: "{value}, {key}"`, or a list: `{name}: [{value}, {key}]`'
        return Slip(f"the comma ends the value of {name!r}", fix, name)
    return None


def _with_point(name: str, value: str, key: str, unit: str) -> str:
    digits = key.removesuffix(unit)
    if len(digits) == 3 and value.strip("+-0"):
        return f"write `{name}: {value}{digits}` for thousands, `{name}: {value}.{digits}` for decimals"
    return f"write a decimal point: `{name}: {value}.{digits}`"
