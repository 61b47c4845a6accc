"""Markdown holds what the page holds."""

from __future__ import annotations

import re

import pytest

from pilotlab.readout.render.markdown import md, render_markdown
from tests.unit.readout.cases import CASES, not_ready
from tests.unit.readout.fixture import anchor_days


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_verdict_estimates_and_intervals_are_there() -> None:
    text = plain(render_markdown(anchor_days()))
    for words in (
        "## Scale with changes",
        "**0.76 days sooner**",
        "0.30 to 1.19",
        "−1.9 to −0.6",
        "**broken, fixable**",
        "grade A",
    ):
        assert words in text


def test_every_chart_has_its_table() -> None:
    text = render_markdown(anchor_days())
    assert [f"### A{k} " in text for k in range(1, 7)] == [True] * 6
    assert text.count("| −11 (W26)") == 1


def test_other_analyses_are_listed_with_their_reasons() -> None:
    text = plain(render_markdown(anchor_days()))
    assert "## Would another analyst agree: held in 13 of 15" in text
    assert "| Imputation | +0.74 | +0.26 to +1.20 | yes |" in text
    assert "| Second half of the pilot only | −0.02 | −0.41 to +0.34 | **no**: the sign turns |" in text
    assert "| Weighted by people, not teams | not run |  | how many people stand behind" in text
    assert "| Without the largest team | hidden |  | yes; not shown: it would tell of" in text
    assert "- Leave one pair out: Lowest 0.68, highest 0.89. No sign flip." in text
    assert "| **alarm** |" in text


@pytest.mark.parametrize("name", CASES)
def test_tables_are_whole(name: str) -> None:
    """Every row of a table has as many cells as its head."""
    block: list[int] = []
    for line in [*render_markdown(CASES[name]()).splitlines(), ""]:
        if line.startswith("|"):
            block.append(len(re.findall(r"(?<!\\)\|", line)))
        elif block:
            assert len(set(block)) == 1, line
            block = []


def test_no_name_becomes_markup() -> None:
    text = render_markdown(CASES["wicked"]())
    assert "<script" not in text
    assert "[a](javascript:b)" not in text
    assert md("a\n# b | [c]") == "a # b \\| \\[c\\]"


def test_the_reason_stands_in_the_number_s_place() -> None:
    assert "2 treated clusters" in render_markdown(not_ready())


def test_no_blank_runs_and_one_last_line_break() -> None:
    text = render_markdown(anchor_days())
    assert "\n\n\n" not in text
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
