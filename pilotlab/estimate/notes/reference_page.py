"""The page docs/reference/notes.md, written from the table of notes: `python -m pilotlab.estimate.notes.reference_page`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pilotlab.estimate.notes.kinds import COMPARISON, LEFT_OUT, UNCERTAINTY, Kind

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "notes.md"
INTRO = """\
# Notes

What an estimate says beside its number, in `est.notes`: each a string with a `code`, the `text` that is printed, and `data`, the numbers and
names in it. JSON holds the three and `changes_meaning`; CSV holds no notes. This page is written from `pilotlab/estimate/notes/`.

- **Ask by code**, never by text: `any(note.code == "treated_compared" for note in est.notes)`. Texts may change from release to
  release, codes do not.
- **Bold codes change what the number means**, or what its interval is worth: `print(est)` shows them below the number, `est.summary()`
  shows all.
- `{count}` is a value of `data`; of two wordings, the one that fits is printed. Where units are named, `data["units"]` holds the first five.
- A plug-in gives notes of its own: `pilotlab.note.Note("mine.code", "its sentence", {"n": 3})`.
"""
SECTIONS: Mapping[str, Mapping[str, Kind]] = {
    "What does not count": LEFT_OUT,
    "What is compared": COMPARISON,
    "Standard errors, intervals, p": UNCERTAINTY,
}
_SLOT = re.compile(r"\{(\w+)(?::(?!\?)[^{}|]*)?\}")
_CHOICE = re.compile(r"\{\w+:\?([^|{}]*)\|([^|{}]*)\}")


def page() -> str:
    """Return the whole page."""
    return "\n".join([INTRO, *(line for title, rows in SECTIONS.items() for line in _section(title, rows))])


def _section(title: str, rows: Mapping[str, Kind]) -> Iterator[str]:
    yield f"## {title}\n\n| code | says |\n|---|---|"
    for code, kind in rows.items():
        name = f"**`{code}`**" if kind.changes_meaning else f"`{code}`"
        yield f"| {name} | {shown(kind.words)} |"
    yield ""


def shown(words: str) -> str:
    """A sentence with its slots by name, and both wordings of each choice."""
    words, before = _SLOT.sub(r"<\1>", words), ""
    while words != before:
        before, words = words, _CHOICE.sub(_either, words)
    return re.sub(r"<(\w+)>", r"{\1}", words)


def _either(choice: re.Match[str]) -> str:
    one, many = choice[1], choice[2]
    return f"[{one}]" if not many else f"[{one} / {many}]"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
