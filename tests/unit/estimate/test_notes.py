"""Notes: values with a code, told by one table, shown where they change what a number means."""

from __future__ import annotations

import ast
import json
import pickle
from pathlib import Path

import pytest

import pilotlab as pl
from pilotlab.estimate.notes.by_code import NOTES, about_left_out, nameless, names, note
from pilotlab.estimate.notes.kinds import Kind
from pilotlab.estimate.notes.reference_page import page
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.note import Note
from tests.panels import simulate

ROOT = Path(__file__).parents[3]
ESTIMATE = ROOT / "pilotlab" / "estimate"


def test_the_page_is_up_to_date() -> None:
    assert (ROOT / "docs/reference/notes.md").read_text(encoding="utf-8") == page(), (
        "run python -m pilotlab.estimate.notes.reference_page"
    )


def test_every_row_of_the_table_is_written_somewhere() -> None:
    written = {
        node.value
        for path in ESTIMATE.rglob("*.py")
        if path.parent.name != "notes"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    events = {f"{what}_without_{of}" for what in ("units", "times") for of in ("events", "both_outcomes")}
    assert not set(NOTES) - written - events


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (note("lone_starts", count=1), "1 start has a single unit"),
        (note("lone_starts", count=2), "2 starts have a single unit"),
        (
            note("few_clusters", treated=1, comparison=9, by_dose=False, fewest=4, inference="cr2"),
            "1 treated cluster and 9 comparison clusters: with fewer than 4 on a side a `cr2` interval",
        ),
        (
            note("units_without_value", count=7, units=names(range(7))),
            "7 units left out, no value in the times that count: 0, 1, 2, 3, 4 and 2 more",
        ),
    ],
)
def test_a_note_prints_as_its_sentence(made: Note, text: str) -> None:
    assert str(made).startswith(text)


def test_a_note_is_its_sentence_and_equals_another_only_with_its_code_and_data() -> None:
    note = Note("rows.some", "2 rows left out", {"rows": 2})
    assert "left out" in note
    assert note == "2 rows left out"
    assert note == Note("rows.others", "2 rows left out", {"rows": 2})
    assert note != Note("rows.some", "3 rows left out", {"rows": 2})
    with pytest.raises(TypeError):
        note.data["rows"] = 3
    assert pickle.loads(pickle.dumps(note)) == note
    with pytest.raises(AttributeError, match="frozen"):
        note.code = "rows.others"


def test_a_nameless_note_holds_no_name_in_text_or_data() -> None:
    bare = nameless(note("units_of_one_side", count=2, units=["team-01", "team-02"]))
    assert str(bare) == "2 units left out, no value on one side of the start"
    assert "team" not in json.dumps(bare.to_dict())


def test_an_estimate_is_rebuilt_with_its_notes_and_they_are_plain_data() -> None:
    frame = simulate(teams=10)
    est = pl.did(frame[~((frame["team"] == "team 00") & (frame["week"] > 4))], inference="hetero")
    assert isinstance(est, Estimate)
    assert est.notes
    stored = json.loads(json.dumps(est.to_dict(), allow_nan=False))
    assert Estimate.from_dict(stored).notes == est.notes
    assert pickle.loads(pickle.dumps(est.notes)) == est.notes


def test_print_shows_the_notes_that_change_the_meaning_and_no_others() -> None:
    few = pl.did(simulate(teams=12, treated=3), inference="cluster")
    assert isinstance(few, Estimate)
    assert str(few).splitlines()[0] == repr(few)
    assert str(few).splitlines()[1:] == [f"  - {each}" for each in few.notes if each.changes_meaning]
    assert "far too narrow" in str(few)
    many = pl.did(simulate(teams=20, treated=10), assignment="complete")
    assert isinstance(many, Estimate)
    assert many.notes
    assert str(many) == repr(many)


def test_a_refusal_says_what_was_left_out_once() -> None:
    frame = simulate(teams=8)
    frame.loc[(frame["first_week"] > 0) & (frame["week"] < frame["first_week"]), "y"] = None
    found = pl.did(frame, estimator="change")
    assert isinstance(found, NotEstimable)
    assert found.notes
    assert all(found.reason.count(each.text) == 1 for each in found.notes)
    assert NotEstimable.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_what_was_left_out_is_found_by_code() -> None:
    rows, units = note("rows_without_value", count=1, column="y"), note("units_of_one_side", count=1)
    assert about_left_out([rows, note("no_noise"), units]) == (rows, units)
    assert about_left_out([rows, units], "rows") == (rows,)
    assert about_left_out([Note("mine.own", "3 rows left out, it says")]) == ()


def _scrambled(kind: Kind, data: dict[str, object]) -> str:
    return f"{abs(hash(kind.words)) % 977} zzz {sorted(data)}"


@pytest.mark.parametrize("lost", [(), ("y",), ("y", "size")])
def test_scrambled_sentences_change_no_number_and_no_refusal(
    monkeypatch: pytest.MonkeyPatch, lost: tuple[str, ...]
) -> None:
    def results() -> list[dict[str, object]]:
        frame = simulate(teams=14).assign(size=lambda table: table.index % 7 + 1.0)
        frame["stratum"] = frame["team"].str[-1].map(lambda digit: "a" if digit in "04" else "b")
        for column in lost:
            frame.loc[frame.index[::9], column] = None
        asked: list[dict[str, object]] = [
            {},
            {"strata": "stratum"},
            {"estimator": "twfe", "covariates": ["size"]},
            {"estimator": "group_time"},
            {"estimator": "rollout"},
            {"estimator": "synthetic_did"},
            {"estimator": "change", "baseline": 1, "washin": 3},
        ]
        return [pl.did(frame, **each).to_dict() for each in asked]  # type: ignore[arg-type]

    plain = results()
    monkeypatch.setattr("pilotlab.estimate.notes.by_code.said", _scrambled)
    scrambled = results()
    assert json.dumps(plain) != json.dumps(scrambled)
    assert [_without_text(each) for each in plain] == [_without_text(each) for each in scrambled]


def _without_text(found: dict[str, object]) -> dict[str, object]:
    notes = [{**each, "text": ""} for each in found["notes"]]  # type: ignore[attr-defined]
    return {**found, "notes": notes, **({"reason": ""} if "reason" in found else {})}
