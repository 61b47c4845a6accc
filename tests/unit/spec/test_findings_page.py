"""The page of findings: its examples are real declarations."""

from __future__ import annotations

import re

import pytest

from pilotlab.spec.codes import finding_entries
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import PilotSpec
from pilotlab.spec.yaml_file import parse_yaml


def all_keys() -> set[str]:
    """Return every key that a declaration or a metric may hold, and the names the examples give to arms and the like."""
    schemas = [PilotSpec.model_json_schema(), MetricSpec.model_json_schema()]
    parts = [part for schema in schemas for part in (schema, *schema.get("$defs", {}).values())]
    return {key for part in parts for key in part.get("properties", {})} | {"control", "anchor"}


def right_parts() -> dict[str, str]:
    """Return what each entry's YAML says is right."""
    found = {}
    for code, entry in finding_entries().items():
        for block in re.findall(r"```yaml\n(.*?)```", entry, re.DOTALL):
            part = re.split(r"(?m)^# (?:right|now|to keep|if a lot)[^\n]*\n", block)[-1]
            written = "\n".join(line for line in part.splitlines() if not line.startswith("#")).strip()
            if written and "…" not in written and "# wrong" not in written:
                found[code] = written
    return found


RIGHT = right_parts()


def test_most_entries_show_what_is_right() -> None:
    assert len(RIGHT) > 60


@pytest.mark.parametrize("code", RIGHT)
def test_what_is_right_is_read_and_uses_known_keys(code: str) -> None:
    file = parse_yaml(RIGHT[code], shown=code)
    assert file.findings == (), file.findings
    assert isinstance(file.data, dict)
    assert set(file.data) <= all_keys()
