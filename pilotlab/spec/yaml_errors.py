"""YAML errors: what a text that can't be read is told, and the text that can be read on after each mistake."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml.composer import MaxDepthExceededError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from pilotlab.errors import Finding, Span
from pilotlab.spec.codes import found
from pilotlab.spec.trouble import Mend, Trouble

DEPTH = 30
MISTAKES = 20  # syntax errors named in one pass
TRIES = 40  # readings made to find out which changes help
MENDED = 20_000  # characters; in a longer text only the first mistake is named

Compose = Callable[[str], Any]


@dataclass(slots=True)
class Text:
    """A text as it is read: mended where it could not be, with the columns that moved by it."""

    text: str
    shown: str
    findings: list[Finding] = field(default_factory=list)
    moved: dict[int, list[tuple[int, int]]] = field(default_factory=dict)  # line: (from column, by)
    tries: int = TRIES

    def compose(self, compose: Compose) -> Any:
        """Read the text, naming every mistake on the way; None where one can't be passed over."""
        for _ in range(MISTAKES):
            try:
                return compose(self.text)
            except ReaderError as error:
                self.findings.append(syntax_finding(error, self.text, self.shown))
                self.text = f"{self.text[: error.position]} {self.text[error.position + 1 :]}"
            except (YAMLError, ValueError, RecursionError) as error:
                mend = self._mend(error, compose) if len(self.text) <= MENDED else None
                self.findings.append(self._finding(error, mend))
                if mend is None:
                    return None
                self._change(mend)
        return None

    def column(self, line: int, column: int) -> int:
        """Translate a column of the mended text (both from 0) to the file."""
        for start, by in reversed(self.moved.get(line, [])):
            column = max(start, column - by) if column >= start else column
        return column

    def _mend(self, error: Exception, compose: Compose) -> Mend | None:
        """Find the change after which the text is read furthest; None where none gets past the mistake."""
        from pilotlab.spec.mends import mends  # most texts can be read

        trouble = _trouble(error, self.text)
        if trouble is None:
            return None
        best: Mend | None = None
        furthest: tuple[float, float, float] = trouble.reached
        for mend in mends(trouble):
            if self.tries <= 0 or furthest == _END:
                break
            self.tries -= 1
            if (reached := _reach(self._with(mend), compose)) > furthest:
                best, furthest = mend, reached
        return best

    def _with(self, mend: Mend) -> str:
        lines = self.text.split("\n")
        lines[mend.line] = mend.written
        return "\n".join(lines)

    def _change(self, mend: Mend) -> None:
        before = self.text.split("\n")[mend.line]
        same = next((at for at, (a, b) in enumerate(zip(before, mend.written, strict=False)) if a != b), None)
        start = min(len(before), len(mend.written)) if same is None else same
        self.moved.setdefault(mend.line, []).append((start, len(mend.written) - len(before)))
        self.text = self._with(mend)

    def _finding(self, error: Exception, mend: Mend | None) -> Finding:
        if mend is None:
            return syntax_finding(error, self.text, self.shown)
        row = mend.line if mend.row is None else mend.row
        where = Span(self.shown, row + 1, self.column(row, mend.column) + 1)
        what = mend.what if mend.code != "PL106" else f"not valid YAML: {mend.what}"
        return found(mend.code, what, where=where, fix=mend.fix)


def _reach(text: str, compose: Compose) -> tuple[float, float, float]:
    """How far a text can be read."""
    try:
        compose(text)
    except (YAMLError, ValueError, RecursionError) as error:
        trouble = _trouble(error, text)
        return trouble.reached if trouble else (-1.0, 0.0, 0.0)
    return _END


_END = (math.inf, 0.0, 0.0)


def _trouble(error: Exception, text: str) -> Trouble | None:
    mark = getattr(error, "problem_mark", None) if isinstance(error, MarkedYAMLError) else None
    if mark is None or isinstance(error, TooMuchError | MaxDepthExceededError):
        return None
    context = getattr(error, "context_mark", None)
    said = f"{getattr(error, 'context', '') or ''} {getattr(error, 'problem', '') or ''}"
    lines = text.split("\n")
    return Trouble(lines, mark.line, mark.column, (context.line, context.column) if context else None, said)


def syntax_finding(error: Exception, text: str, shown: str) -> Finding:
    """Say what keeps a text from being read."""
    if isinstance(error, ReaderError):
        before = text[: error.position]
        span = Span(shown, before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)
        what = f"the character {chr(error.character)!r} can't stand in YAML"
        return found("PL102", what, where=span, fix="remove it")
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    where = Span(shown, mark.line + 1, mark.column + 1) if mark else Span(shown, 1, 1)
    if isinstance(error, MaxDepthExceededError):
        error = TooMuchError.deep(mark)
    if isinstance(error, TooMuchError):
        return found(error.code, error.what, where=where, fix=error.fix)
    problem = " ".join(str(getattr(error, "problem", None) or error).split())
    if opened := _opened(error, problem):
        line, what = opened
        where = Span(shown, line.line + 1, line.column + 1)
        return found(
            "PL106", f"not valid YAML: {what}", where=where, fix="close it, or quote a value that holds it"
        )
    context = " ".join(str(getattr(error, "context", None) or "").split())
    said = f"not valid YAML: {problem}" + (f" {context}" if context else "")
    return found("PL106", said, where=where, fix=_hint(problem))


def _opened(error: Exception, problem: str) -> tuple[Any, str] | None:
    """Where a quote or a bracket opens that is not closed by the line in which reading stopped."""
    begun, stopped = getattr(error, "context_mark", None), getattr(error, "problem_mark", None)
    context = str(getattr(error, "context", "") or "")
    if begun is None or stopped is None or begun.line == stopped.line:
        return None
    if "quoted" in context and "end of stream" in problem:
        return begun, "the quote that opens here is never closed"
    if "flow" in context:
        mark = "[" if "sequence" in context else "{"
        return (
            begun,
            f"the {mark} that opens here is not closed where line {stopped.line + 1} begins something else",
        )
    return None


class TooMuchError(MarkedYAMLError):
    """The text holds more than any declaration does."""

    def __init__(self, code: str, what: str, fix: str, mark: Any) -> None:
        super().__init__(None, None, what, mark)
        self.code, self.what, self.fix = code, what, fix

    @classmethod
    def deep(cls, mark: Any) -> TooMuchError:
        """More levels than any declaration needs."""
        return cls(
            "PL109", f"values are nested more than {DEPTH} deep", "a pilot needs at most six levels", mark
        )


def _hint(problem: str) -> str:
    hints = {
        "mapping values are not allowed": "quote a value that holds ': ', or check the indentation",
        "could not find expected ':'": "each line is `key: value`; is a colon or a quote missing above?",
        "expected <block end>": "check the indentation: keys of one level start in one column",
        "expected ',' or": "a list or map opened with [ or { is not closed here, or a comma is missing",
        "found undefined alias": "quote a value that begins with *",
        "found unexpected end of stream": "a quote or bracket is opened and never closed",
        "cannot start any token": "quote a value that begins with this character",
        "<stream end>": "a list or map opened with [ or { is never closed",
    }
    return next(
        (hint for start, hint in hints.items() if start in problem), "check the line and the one above it"
    )
