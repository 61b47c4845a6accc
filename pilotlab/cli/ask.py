"""Questions at the terminal: what is typed comes back as text, and an end of input ends the command in one line."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from functools import partial
from typing import TypeVar

import click

from pilotlab.cli.output import WIDTH, page_width, show, terminal_width
from pilotlab.cli.stream import encoding_of
from pilotlab.text.characters import UNSEEN, encodable, escape, visible
from pilotlab.text.width import fold, wrap

T = TypeVar("T")
ROOM = 16  # columns left for the answer


def ask(question: str, *, default: str = "", show_default: bool = False) -> str:
    """Ask for a line of text; one that holds what can't be seen or is no text is asked for again."""
    while True:
        last = _upto_last(question)
        typed = str(_typed(partial(click.prompt, last, default=default, show_default=show_default)))
        odd = UNSEEN.search(typed)
        if odd is None:
            return typed
        show(f"  that holds {escape(odd[0])}, which is no character of text; type it again")


def say(text: str) -> None:
    """Print between the questions, words whole at any width."""
    for line in text.split("\n"):
        show("\n".join(fold(line, _width())))


def agree(question: str, *, default: bool = True) -> None:
    """Ask yes or no; no ends the command."""
    last = _upto_last(question)
    _typed(partial(click.confirm, last, default=default, abort=True))


def _typed(prompt: Callable[[], T]) -> T:
    try:
        return prompt()
    except (click.Abort, EOFError):
        show("")  # the line of the question is still open
        raise click.Abort from None


def _width() -> int:
    """Columns of the screen on which someone answers, even where output is not a terminal."""
    return page_width() if terminal_width() else min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)


def _upto_last(question: str) -> str:
    """Print a long question but for its last line, which stands before the answer."""
    words = question.lstrip(" ")
    *before, last = wrap(words, _width() - ROOM, first=question[: len(question) - len(words)])
    for line in before:
        show(line)
    return encodable(visible(last), encoding_of(sys.stdout))
