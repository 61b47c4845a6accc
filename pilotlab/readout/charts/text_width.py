"""How wide words are, and where labels find room: measured in the widest face we expect, DejaVu Sans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Advance widths in hundredths of an em, from space (32) to tilde (126).
_WIDTHS = tuple(
    int(width)
    for width in [
        "32",
        "40",
        "46",
        "84",
        "64",
        "95",
        "78",
        "27",
        "39",
        "39",
        "50",
        "84",
        "32",
        "36",
        "32",
        "34",
        "64",
        "64",
        "64",
        "64",
        "64",
        "64",
        "64",
        "64",
        "64",
        "64",
        "34",
        "34",
        "84",
        "84",
        "84",
        "53",
        "100",
        "68",
        "69",
        "70",
        "77",
        "63",
        "58",
        "77",
        "75",
        "29",
        "29",
        "66",
        "56",
        "86",
        "75",
        "79",
        "60",
        "79",
        "69",
        "63",
        "61",
        "73",
        "68",
        "99",
        "69",
        "61",
        "69",
        "39",
        "34",
        "39",
        "84",
        "50",
        "50",
        "61",
        "63",
        "55",
        "63",
        "62",
        "35",
        "63",
        "63",
        "28",
        "28",
        "58",
        "28",
        "97",
        "63",
        "61",
        "63",
        "63",
        "41",
        "52",
        "39",
        "63",
        "59",
        "82",
        "59",
        "59",
        "52",
        "64",
        "34",
        "64",
        "84",
    ]
)
_OTHER = {
    "\u2212": 84,
    "\u2013": 50,
    "→": 84,
    "←": 84,
    "↑": 84,
    "↓": 84,
    "×": 84,
    "’": 32,
    "…": 100,
    "\u00a0": 32,
}
_BOLD = 1.13  # the bold face is at most this much wider in running words


@dataclass(frozen=True, slots=True)
class Label:
    """Words that want to stand centred at `at`."""

    words: str
    at: float
    size: float = 9.0
    bold: bool = False

    @property
    def width(self) -> float:
        """Units of the chart."""
        return width(self.words, self.size, bold=self.bold)


def width(words: str, size: float, *, bold: bool = False) -> float:
    """Return how many units `words` take at `size`."""
    hundredths = sum(_letter(letter) for letter in words)
    return hundredths / 100 * size * (_BOLD if bold else 1.0)


def fitted(words: str, room: float, size: float, *, bold: bool = False, least: float = 6.5) -> float:
    """Return `size`, or as much less as it takes to fit `room`, but no less than `least`."""
    taken = width(words, size, bold=bold)
    return size if taken <= room else max(least, int(size * room / taken * 10) / 10)


def wrapped(words: str, room: float, size: float, *, bold: bool = False) -> list[str]:
    """Break words into lines that fit `room`; a single word that is too long is cut with an ellipsis."""
    lines: list[str] = []
    for word in words.split(" "):
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and width(joined, size, bold=bold) <= room:
            lines[-1] = joined
        else:
            lines.append(_cut(word, room, size, bold=bold))
    return lines or [""]


def spread(labels: Sequence[Label], low: float, high: float, *, gap: float = 6.0) -> list[float] | None:
    """Return centres that keep the labels apart and inside, near where they want to be; None where there is no room."""
    if sum(label.width for label in labels) + gap * (len(labels) - 1) > high - low:
        return None
    centres: list[float] = []
    edge = low
    for label in labels:
        centre = max(label.at, edge + label.width / 2)
        centres.append(centre)
        edge = centre + label.width / 2 + gap
    edge = high
    for place in reversed(range(len(labels))):
        half = labels[place].width / 2
        centres[place] = min(centres[place], edge - half)
        edge = centres[place] - half - gap
    return centres


def _letter(letter: str) -> int:
    code = ord(letter)
    return _WIDTHS[code - 32] if 32 <= code < 127 else _OTHER.get(letter, 75 if code < 0x2E80 else 100)


def _cut(word: str, room: float, size: float, *, bold: bool) -> str:
    if width(word, size, bold=bold) <= room:
        return word
    kept = word
    while kept and width(f"{kept}…", size, bold=bold) > room:
        kept = kept[:-1]
    return f"{kept}…"
