"""Cells of CSV that a spreadsheet opens."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest

from pilotlab.text.cells import csv_of, safe_cell


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("api", "api"),
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-team", "'-team"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ('"=1+1"', '\'"=1+1"'),
        ("  =1", "'  =1"),
        ("\t=1", r"'\t=1"),
        ("\r=1", r"'\r=1"),
        ("\n=1", "'\n=1"),
        ("＝1", "'＝1"),
        ("−2 points", "'−2 points"),
        ("'=1", "'=1"),
        ("a\x1b[31m", r"a\x1b[31m"),
        ("-0.5", "-0.5"),
        ("+1.5e-07", "+1.5e-07"),
        ("", ""),
        (-0.5, -0.5),
        (None, None),
    ],
)
def test_text_is_never_a_formula(cell: object, safe: object) -> None:
    assert safe_cell(cell) == safe
    assert safe_cell(safe) == safe


def test_a_frame_keeps_its_numbers() -> None:
    frame = pd.DataFrame(
        {"=team": ["=a", "b, c"], "value": [-0.5, None], "n": pd.array([3, None], dtype="Int64")}
    )
    assert list(csv.reader(io.StringIO(csv_of(frame)))) == [
        ["'=team", "value", "n"],
        ["'=a", "-0.5", "3"],
        ["b, c", "", ""],
    ]
    assert list(frame.columns) == ["=team", "value", "n"]
