"""Standard streams that can't fail: too narrow a character set, a reader who left, a full disk, no stream at all."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from typing import TextIO, cast

from pilotlab.text.characters import encodable

_LEFT = {errno.EPIPE, errno.EINVAL, errno.ESHUTDOWN}  # the reader has had enough; Windows says EINVAL
_Code = str | int | None


class Guarded:
    """A stream that writes what it can, and remembers what it could not.

    Attributes
    ----------
    lost : OSError or None
        Why nothing is written any more.
    spared : bool
        Whether losing output is no failure, as what was asked for is stored.
    """

    def __init__(self, base: TextIO | None) -> None:
        self.base, self.lost, self.spared = base, None, False  # type: tuple[TextIO | None, OSError | None, bool]
        self.encoding, self.errors = encoding_of(base) or "utf-8", "strict"

    def write(self, text: str) -> int:
        """Write text, each character as far as the stream holds it."""
        if not isinstance(text, str):
            raise TypeError("text is written here")
        if self.base and not self.lost:
            try:
                self.base.write(encodable(text, encoding_of(self.base)))
            except (OSError, ValueError) as error:
                self._lose(error)
        return len(text)

    def flush(self) -> None:
        """Send what was written."""
        if self.base and not self.lost:
            try:
                self.base.flush()
            except (OSError, ValueError) as error:
                self._lose(error)

    def isatty(self) -> bool:
        """Whether a person reads."""
        return bool(self.base and not self.base.closed and self.base.isatty())

    def fileno(self) -> int:
        """Return the number of the file; OSError where there is none."""
        if self.base is None:
            raise OSError("no stream")
        return self.base.fileno()

    def writable(self) -> bool:
        """Text may always be written, even where nobody reads it."""
        return True

    def _lose(self, error: OSError | ValueError) -> None:
        self.lost = error if isinstance(error, OSError) else OSError(errno.EBADF, os.strerror(errno.EBADF))
        with suppress(
            OSError, ValueError
        ):  # what is left in the buffer is not tried again as the program ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), cast(TextIO, self.base).fileno())


def encoding_of(stream: object) -> str | None:
    """Name the encoding of a stream; None for one that holds every character."""
    return getattr(stream, "encoding", None)


def guard() -> None:
    """Put guarded streams in place of the standard ones, for the rest of the program."""
    for number in (0, 1, 2):
        _fill(number)
    sys.stdout = cast(TextIO, Guarded(sys.stdout))
    sys.stderr = cast(TextIO, Guarded(sys.stderr))
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115, PTH123 - stands as long as the program
    elif hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(
            errors="surrogateescape"
        )  # what is no text is refused with a word, not a traceback


def _fill(number: int) -> None:
    """Keep 0, 1 and 2 from being given to the next file that is opened, which a stray message would then overwrite."""
    try:
        os.fstat(number)
    except OSError:
        with suppress(OSError):
            os.open(os.devnull, os.O_RDWR)


def spare() -> None:
    """Say that what was asked for is stored: that its output is lost is no failure from here on."""
    if isinstance(sys.stdout, Guarded):
        sys.stdout.spared = True


def exit_code(code: _Code) -> _Code:
    """Return the code to end with: 1 where output that was asked for could not be written, though not for a reader who left."""
    stream = sys.stdout
    if not isinstance(stream, Guarded):
        return code
    stream.flush()
    if stream.lost is None or stream.lost.errno in _LEFT:
        return code
    why = stream.lost.strerror or str(stream.lost)
    if stream.spared:
        sys.stderr.write(f"note: done and stored; only the output was lost: {why}\n")
        return code
    sys.stderr.write(f"error: the output can't be written: {why}\n")
    return code or 1
