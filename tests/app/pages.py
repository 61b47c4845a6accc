"""Pages of the documentation as steps that can be run: files to write, edits, commands, Python."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CAPTION = re.compile(r"`([\w./-]+)`(:|, changed:)$")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, its text, and the file that the line above it names."""

    language: str
    text: str
    file: str = ""


def all_pages() -> list[Path]:
    """List README, docs, and the pages of experiments and analyses; scratch workspaces hold none."""
    folders = ("docs", "experiments", "analysis")
    return [
        REPOSITORY / "README.md",
        *sorted(
            page
            for name in folders
            for page in (REPOSITORY / name).rglob("*.md")
            if "workspace" not in page.parts
        ),
    ]


def name_of(page: Path) -> str:
    """Write a page's path as a test's id."""
    return page.relative_to(REPOSITORY).as_posix()


def blocks(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    for match in _FENCE.finditer(text):
        above = text[: match.start()].rstrip().rpartition("\n")[2]
        caption = _CAPTION.search(above)
        yield Block(match[1], match[2], caption[1] if caption else "")


def links(page: Path) -> Iterator[str]:
    """Yield the targets of a page's links and pictures, those on the web left out."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    for match in _LINK.finditer(text):
        target = match[1] or match[2]
        if not re.match(r"[a-z]+:", target):
            yield target


def anchors(page: Path) -> set[str]:
    """Return the anchors that a page's headings have when it is shown."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands(text: str) -> Iterator[tuple[list[str], str]]:
    """Yield the words of each `pilotlab` line of a block, and the output that is written below it."""
    lines = text.splitlines()
    starts = [place for place, line in enumerate(lines) if re.match(r"(\$ )?pilotlab ", line)]
    for start, end in zip(starts, [*starts, len(lines)][1:], strict=True):
        shown = lines[start + 1 : end] if lines[start].startswith("$") else []
        yield shlex.split(lines[start].removeprefix("$ "), comments=True)[1:], "\n".join(shown)


def agrees(output: str, expected: str) -> bool:
    """Compare an output with what a page shows; `…` stands for anything, alone on a line for any lines."""
    pattern = "".join(
        r"(.*\n)*?" if line.strip() == "…" else re.escape(line.rstrip()).replace("…", ".*") + r" *\n"
        for line in expected.rstrip().splitlines()
    )
    return re.fullmatch(pattern, output.rstrip() + "\n") is not None


def edit(text: str, changes: str) -> str:
    """Apply a block of `-` and `+` lines; a line without a sign is where the next `+` lines follow."""
    lines, at = text.splitlines(), 0
    for change in changes.splitlines():
        sign, body = change[:1], change[1:]
        if sign == "+":
            lines.insert(at, body)
            at += 1
            continue
        (found,) = (place for place, line in enumerate(lines) if line.split(" #")[0].strip() == body.strip())
        if sign == "-":
            del lines[found]
        at = found + (sign != "-")
    return "\n".join(lines) + "\n"
