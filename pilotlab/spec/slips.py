"""Slips of the pen in a key: what a key without a value was most likely meant to be."""

from __future__ import annotations

import re
from typing import NamedTuple

from pilotlab.spec.stand_ins import first_lookalike, plain


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
