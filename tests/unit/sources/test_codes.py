"""Every code has its entry, and every entry its code."""

from __future__ import annotations

import re
from pathlib import Path

from pilotlab.sources.findings import CODES

ROOT = Path(__file__).parents[3]


def test_every_code_is_documented_in_order() -> None:
    page = (ROOT / "docs" / "reference" / "findings-import.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (PL\d+) \((\w+)\) (.+)$", page, flags=re.M)
    assert headings == [(code, row.level, row.title) for code, row in CODES.items()]


def test_every_code_is_used() -> None:
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "pilotlab" / "sources").glob("*.py")
        if path.name != "codes.py"
    )
    assert {code for code in CODES if code not in source} == set()
