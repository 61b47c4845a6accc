"""Tables that narrow."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotlab.text.table import Column, table
from pilotlab.text.width import columns

SHAPE = (Column("Team"), Column("People", right=True), Column("What is known of it", breaks=True))
ROWS = [
    ("api", "12", "logs every week and forgets nothing"),
    ("北京 office", "7", "is new here"),
    ("platform", "104", ""),
]


def words(lines: list[str]) -> list[str]:
    return sorted(re.findall(r"\S+", " ".join(lines)))


def test_wide_characters_stay_in_line() -> None:
    assert table(SHAPE, ROWS, 100) == [
        "Team         People  What is known of it",
        "api              12  logs every week and forgets nothing",
        "北京 office       7  is new here",
        "platform        104",
    ]


def test_what_breaks_goes_on_in_its_column() -> None:
    assert table(SHAPE, ROWS[:1], 34) == [
        "Team  People  What is known of it",
        "api       12  logs every week and",
        "              forgets nothing",
    ]


def test_a_page_too_narrow_stacks_the_cells() -> None:
    assert table(SHAPE, ROWS[:2], 24) == [
        "api",
        "  People               12",
        "  What is known of it  logs",
        "                       every",
        "                       week",
        "                       and",
        "                       forgets",
        "                       nothing",
        "北京 office",
        "  People               7",
        "  What is known of it  is",
        "                       new",
        "                       here",
    ]


@given(
    st.lists(st.tuples(*[st.text("ab 北é", max_size=12)] * 3), min_size=1, max_size=5),
    st.integers(40, 120),
)
def test_no_word_is_cut_and_none_left_out(rows: list[tuple[str, ...]], width: int) -> None:
    lines = table(SHAPE, rows, width, head=False)
    assert max(map(columns, lines)) <= width
    heads = {word for column in SHAPE for word in column.head.split()}
    assert [word for word in words(lines) if word not in heads] == words([" ".join(row) for row in rows])


@pytest.mark.parametrize("width", range(20, 120, 7))
def test_every_cell_is_there_at_any_width(width: int) -> None:
    text = " ".join(table(SHAPE, ROWS, width))
    assert all(word in text for row in ROWS for cell in row for word in cell.split())
