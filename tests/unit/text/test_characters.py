"""Characters as they are shown: what can't be seen, what a stream can't hold."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from pilotlab.text.characters import TWINS, UNSEEN, encodable, visible
from pilotlab.text.width import columns, fold, pad, pad_left, wrap

# What format characters that print something are called.
SHOW = ("NUMBER", "SIGN", "AYAH", "HIEROGLYPH", "ABBREVIATION", "FOOTNOTE", "ABOVE")


def test_what_cannot_be_seen_is_written_out() -> None:
    assert visible("a\x1b[31m\x9b\u202e\u200b\t\r\U000e0041\udce9") == (
        r"a\x1b[31m\x9b\u202e\u200b\t\r\U000e0041\udce9"
    )


def test_every_control_and_format_character_is_among_them() -> None:
    for number in range(sys.maxunicode + 1):
        char = chr(number)
        if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") and char != "\n":
            assert UNSEEN.match(char), hex(number)
        name = unicodedata.name(char, "")
        if unicodedata.category(char) == "Cf" and not any(f" {word}" in name for word in SHOW):
            assert UNSEEN.match(char), name or hex(number)


@pytest.mark.parametrize(
    "encoding", ["ascii", "latin-1", "cp1252", "cp850", "cp437", "koi8-r", "no-such-encoding"]
)
def test_each_character_falls_back_by_itself(encoding: str) -> None:
    text = "─━ − × → € Łódź 北京 🙂"
    shown = encodable(text, encoding)
    if encoding != "no-such-encoding":
        assert shown.encode(encoding).decode(encoding) == shown
    for char, twin in TWINS.items():
        assert encodable(char, encoding) in (char, twin)
    assert encodable("Ł", "ascii") == r"\u0141"
    assert encodable(text, "utf-8") == encodable(text, None) == text


def test_what_grows_takes_its_room_from_the_gap() -> None:
    assert encodable("Łódź       7\nabcd       8", "ascii").splitlines() == [
        r"\u0141\xf3d\u017a 7",
        "abcd       8",
    ]
    assert encodable("Ł            7\nabcd         8", "ascii").splitlines() == [
        r"\u0141       7",
        "abcd         8",
    ]


def test_columns_of_wide_and_combining_characters() -> None:
    assert [columns(text) for text in ("api", "北京", "e\u0301", "🙂", "ÄÖ")] == [3, 4, 1, 2, 2]
    assert [pad("北京", 6), pad_left("北京", 6), pad("toolong", 3)] == ["北京  ", "  北京", "toolong"]


def test_words_stay_whole() -> None:
    assert wrap("one two three", 9, first="a: ") == ["a: one", "   two", "   three"]
    assert wrap("averylongword b", 5) == ["averylongword", "b"]
    assert fold("short", 10) == ["short"]
    assert fold("  key   value that goes on and on", 20) == [
        "  key   value that",
        "        goes on and",
        "        on",
    ]
