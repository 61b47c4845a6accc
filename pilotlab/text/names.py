"""Names: text as it is kept, one form for one name, and what can't be text refused."""

from __future__ import annotations

import re
import sys
import unicodedata

from pilotlab.errors import UsageError
from pilotlab.text.characters import UNSEEN, escape, visible

CONTROL = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]")
_CONTROL_OR_RETURN = re.compile(f"{CONTROL.pattern}|\r")
_CONTROL_OR_LINE = re.compile(f"{CONTROL.pattern}|[\t\n\r]")
_NOT_TEXT = re.compile("[\\ud800-\\udfff]")
_SHAPES = re.compile("[\\ufe00-\\ufe0f]")  # variation selectors: how a character is drawn, not which it is


def tidy(text: str) -> str:
    """Return text in the one form it is kept in: composed (NFC), without characters that only steer how it is set.

    Controls and halves of characters stay: they are refused, not mended (`fault`).
    """
    if text.isascii():
        return text
    text = _SHAPES.sub("", UNSEEN.sub(_unless_refused, text))
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def fault(text: str, *, one_line: bool = False) -> str:
    """Say why text can't be kept, nothing where it can: it holds a control, or bytes that are no text.

    Parameters
    ----------
    one_line : bool
        A name: neither a line end nor a tab either.
    """
    if half := _NOT_TEXT.search(text):
        number = ord(half[0])
        byte = f"the byte 0x{number - 0xDC00:02x}" if 0xDC80 <= number <= 0xDCFF else "half a character"
        return f"{byte}, which is no {sys.getfilesystemencoding().upper()}"
    if control := (_CONTROL_OR_LINE if one_line else _CONTROL_OR_RETURN).search(text):
        return f"{escape(control[0])}, a control character"
    return ""


def accept(text: str, what: str) -> str:
    """Return text as it is kept.

    Raises
    ------
    UsageError
        For a control character or bytes that are no UTF-8; `what` says where they came from.
    """
    if found := fault(text, one_line=True):
        fix = "type it again, or paste it as plain text" if "control" in found else "write it in UTF-8"
        raise UsageError(f"{what} '{visible(text)}' holds {found}", fix=fix)
    return tidy(text)


def _unless_refused(found: re.Match[str]) -> str:
    return found[0] if found[0] in "\t\r" or CONTROL.match(found[0]) or _NOT_TEXT.match(found[0]) else ""
