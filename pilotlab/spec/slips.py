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


_GLUED = re.compile(r"([A-Za-z_][\w.-]*)\s*:\s*(\S.*)")
_WHOLE = re.compile(r"[-+]?[0-9]+")
_FRACTION = re.compile(r"[0-9]+(.*)")


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
        return Slip(what, f"write `{glued[1]}: {glued[2]}`", glued[1])
    if before is None:
        return None
    name, value = before
    if _WHOLE.fullmatch(value) and (fraction := _FRACTION.fullmatch(key)):
        return Slip(f"is {value},{key} a decimal comma?", _with_point(name, value, key, fraction[1]), name)
    if value and not _WHOLE.fullmatch(value):
        fix = f'write `{name}: "{value}, {key}"`, or a list: `{name}: [{value}, {key}]`'
        return Slip(f"the comma ends the value of {name!r}", fix, name)
    return None


def _with_point(name: str, value: str, key: str, unit: str) -> str:
    digits = key.removesuffix(unit)
    if len(digits) == 3 and value.strip("+-0"):
        return f"write `{name}: {value}{digits}` for thousands, `{name}: {value}.{digits}` for decimals"
    return f"write a decimal point: `{name}: {value}.{digits}`"
