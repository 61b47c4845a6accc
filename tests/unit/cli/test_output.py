"""Words in the terminal."""

from __future__ import annotations

import pytest

from pilotlab.cli.output import within


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
