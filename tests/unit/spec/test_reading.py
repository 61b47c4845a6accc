"""Reading: a declaration with positions, and what is kept of a broken one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotlab.errors import Span
from pilotlab.spec.codes import page
from pilotlab.spec.metric_catalogue import Catalogue
from pilotlab.spec.pilot import PilotSpec
from pilotlab.spec.reading import parse_pilot, read_pilot
from pilotlab.spec.yaml_file import parse_yaml
from tests.unit.spec.workspace import PILOT, PILOT_FILE, replaced, write


def example() -> str:
    """Return the example of the reference page."""
    found = re.search(r"```yaml\n(.*?)```", page("reference/pilot-yaml.md"), re.DOTALL)
    assert found
    return found[1]


def test_the_example_of_the_reference_is_read_whole() -> None:
    reading = parse_pilot(example(), pilot="anchor-days")
    assert reading.findings == ()
    assert reading.spec is not None
    assert reading.spec is reading.draft
    assert reading.spec.id == "anchor-days"
    assert str(reading.spec.windows.baseline[0]) == "2026-W26"
    assert [use.use for _, use in reading.spec.uses][:2] == ["cycle_time_p50@1", "focus_hours@1"]


def test_the_reference_names_every_key() -> None:
    text = page("reference/pilot-yaml.md")
    keys = {part.get("alias", name) for name, part in _fields(PilotSpec.model_json_schema())}
    assert keys > {"question", "keep_together", "minimum_gap", "with"}
    assert {key for key in keys if not re.search(rf"`([a-z]+\.)?{key}(`|\.|: )", text)} <= {"id"}


def _fields(schema: dict[str, dict[str, dict[str, dict[str, str]]]]) -> list[tuple[str, dict[str, str]]]:
    parts = [schema, *schema["$defs"].values()]
    return [(name, field) for part in parts for name, field in part.get("properties", {}).items()]  # type: ignore[attr-defined]


def test_a_spec_is_rebuilt_from_its_plain_data_with_the_same_digest() -> None:
    spec = parse_pilot(example(), pilot="anchor-days").spec
    assert spec is not None
    again = PilotSpec.model_validate(spec.to_dict())
    assert again == spec
    assert again.digest() == spec.digest()


def test_comments_order_and_style_do_not_change_the_digest() -> None:
    block = replaced(PILOT, {"teams: {file: teams.csv}": "# the list\nteams:\n  file: 'teams.csv'"})
    one, other = parse_pilot(PILOT, pilot="p").spec, parse_pilot(block, pilot="p").spec
    assert one is not None
    assert other is not None
    assert one.digest() == other.digest()


def test_positions_are_those_of_an_editor_inside_flow_maps_too() -> None:
    positions = parse_pilot(PILOT, pilot="p").positions
    assert positions(("metrics", "goals", 0, "worth_it")) == Span("pilot.yaml", 22, 45)
    assert positions(("metrics", "goals", 0, "worth_it"), at="key") == Span("pilot.yaml", 22, 35)
    assert positions(("calendar", "blackout")) == Span("pilot.yaml", 15, 1), "not written: the key around it"
    assert positions(("slices",)) == Span("pilot.yaml", 1, 1)


def test_a_broken_value_leaves_the_rest_to_be_judged() -> None:
    text = replaced(
        PILOT,
        {
            "baseline_weeks: 8": "baseline_weeks: eight",
            "watch: [cross_team_share@1]": "watch: [1, belonging@1]",
        },
    )
    reading = parse_pilot(text, pilot="p")
    assert reading.spec is None
    assert reading.draft is not None
    assert [use.use for use in reading.draft.metrics.watch] == ["belonging@1"]
    assert reading.broken == {("metrics", "watch", 0)}
    assert reading.guessed == {("calendar", "baseline_weeks")}
    assert reading.draft.calendar.baseline_weeks == 8, "so that what depends on it is judged too"
    assert reading.written(("metrics", "watch", 0)) == ("metrics", "watch", 1)
    assert [str(finding.where) for finding in reading.findings] == ["pilot.yaml:17:19", "pilot.yaml:24:11"]


def test_an_unknown_metric_leaves_no_spec_where_a_catalogue_is_given(tmp_path: Path) -> None:
    write(tmp_path, pilot=PILOT.replace("cycle_time_p50@1", "cycle_tyme_p50@1"))
    reading = read_pilot(tmp_path / PILOT_FILE, root=tmp_path, catalogue=Catalogue.load())
    assert reading.spec is None
    assert [finding.code for finding in reading.findings] == ["PL306"]
    assert "did you mean 'cycle_time_p50'" in reading.findings[0].what
    assert read_pilot(tmp_path / PILOT_FILE, root=tmp_path).spec is not None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("NO", "NO"),
        ("on", "on"),
        ("12:30", "12:30"),
        ("2026-09-07", "2026-09-07"),
        ("'5'", "5"),
        ("5", 5),
        ("1e3", 1000.0),
        ("010", 10),
        ("true", True),
        ("~", None),
    ],
)
def test_yaml_is_read_as_people_mean_it(written: str, meant: object) -> None:
    assert parse_yaml(f"a: {written}\n", shown="x.yaml").data == {"a": meant}


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_no_text_makes_the_reader_fall_over(text: str) -> None:
    reading = parse_pilot(text, pilot="p")
    assert reading.spec is None, "no short text declares the five required things"
    assert reading.findings


@given(st.data())
def test_a_pilot_with_one_line_spoilt_is_still_answered_in_line_order(data: st.DataObject) -> None:
    lines = PILOT.splitlines(keepends=True)
    place = data.draw(st.integers(0, len(lines) - 1))
    cut = data.draw(st.integers(0, len(lines[place])))
    noise = data.draw(
        st.sampled_from(
            ["", "{", "]", ": ", "- ", "'", "&a ", "*a ", "!t ", "1e999", "\t", "#", "null", "[[["]
        )
    )
    lines[place] = lines[place][:cut] + noise + lines[place][cut:]
    reading = parse_pilot("".join(lines), pilot="p")
    spans = [(finding.where.line, finding.where.column) for finding in reading.findings if finding.where]
    assert spans == sorted(spans)
    assert (reading.spec is None) == any(finding.level == "error" for finding in reading.findings)


def test_a_short_form_that_is_none_is_answered_with_the_long_one() -> None:
    (finding,) = parse_pilot(
        replaced(PILOT, {"teams: {file: teams.csv}": "teams: teams.csv"}), pilot="p"
    ).findings
    assert str(finding) == "pilot.yaml:14:8  PL113 error teams is 'teams.csv'; it must be keys and values"
    assert finding.fix == "add `teams: {file: teams.csv}`"
