"""Words in the terminal."""

from __future__ import annotations

import pytest

from pilotlab.cli.output import said, within
from pilotlab.errors import Finding


@pytest.mark.parametrize(
    ("label", "read"),
    [
        ("Interval by CR2", "interval by CR2"),
        ("ANCOVA on the baseline mean", "ANCOVA on the baseline mean"),
        ("A", "a"),
        ("", ""),
    ],
)
def test_initials_stay_capitals_within_a_sentence(label: str, read: str) -> None:
    assert within(label) == read


@pytest.mark.parametrize("mends", [True, False])
def test_a_fix_stands_behind_a_sentence_that_does_not_name_it_whatever_the_words(mends: bool) -> None:
    finding = Finding("PL104", "error", "qq did you mean 'x'?", fix="remove x", mends=mends)
    assert said(finding) == ("qq did you mean 'x'?" if mends else "qq did you mean 'x'?; remove x")
