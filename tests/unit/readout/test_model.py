"""The readout as a value: to plain data and back."""

from __future__ import annotations

import json
import math
from dataclasses import FrozenInstanceError, replace

import pytest

from pilotlab.errors import PilotlabError
from pilotlab.readout.document.model import SCHEMA, Effect, EventPoint, Promise, Readout
from pilotlab.readout.render.files import render_json
from tests.unit.readout.cases import CASES
from tests.unit.readout.fixture import anchor_days


@pytest.mark.parametrize("name", CASES)
def test_json_gives_the_same_readout_back(name: str) -> None:
    text = render_json(CASES[name]())
    readout = Readout.from_dict(json.loads(text))
    assert render_json(readout) == text
    assert Readout.from_dict(readout.to_dict()) == readout


def test_numbers_keep_ten_digits_so_that_every_processor_writes_the_same() -> None:
    readout = anchor_days()
    sums = (Effect(estimate=0.37469826388888927, low=-1e-17), Effect(estimate=0.3746982638888892, low=0.0))
    goals = (replace(readout.lead.goals[0], effect=effect) for effect in sums)
    one, other = (
        render_json(replace(readout, arms=(replace(readout.lead, goals=(goal,)),))) for goal in goals
    )
    assert one == other
    assert '"estimate": 0.3746982639' in one


def test_json_names_its_schema_and_holds_no_infinity() -> None:
    data = json.loads(
        render_json(CASES["open_ends"]()), parse_constant=lambda name: pytest.fail(f"{name} in JSON")
    )
    assert data["schema"] == SCHEMA
    assert data["arms"][0]["goals"][0]["effect"]["low"] is None


def test_open_ends_come_back_on_their_own_side() -> None:
    effect = Readout.from_dict(CASES["open_ends"]().to_dict()).lead.goals[0].effect
    assert (effect.low, effect.high) == (-math.inf, math.inf)


def test_nan_is_refused() -> None:
    readout = anchor_days()
    goal = replace(readout.lead.goals[0], effect=Effect(estimate=math.nan))
    with pytest.raises(ValueError, match="no nan"):
        replace(readout, arms=(replace(readout.lead, goals=(goal,)),)).to_dict()


def test_an_unknown_field_is_named_with_its_place() -> None:
    data = anchor_days().to_dict()
    data["arms"][0]["goals"][0]["efect"] = data["arms"][0]["goals"][0].pop("effect")
    with pytest.raises(
        PilotlabError, match=r"arms\[0\].goals\[0\] has an unknown field 'efect'; did you mean 'effect'"
    ):
        Readout.from_dict(data)


def test_a_missing_field_is_named() -> None:
    data = anchor_days().to_dict()
    del data["trust"]["flow"]
    with pytest.raises(PilotlabError, match=r"Readout.trust can't be read: .*'flow'"):
        Readout.from_dict(data)


def test_words_for_a_number_are_refused() -> None:
    data = anchor_days().to_dict()
    data["arms"][0]["goals"][0]["bar"] = "half a day"
    with pytest.raises(PilotlabError, match="'half a day', not a number"):
        Readout.from_dict(data)


def test_another_schema_is_refused() -> None:
    with pytest.raises(PilotlabError, match="pilotlab/readout@9"):
        Readout.from_dict(anchor_days().to_dict() | {"schema": "pilotlab/readout@9"})


def test_values_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        anchor_days().title = "another"  # type: ignore[misc]


def test_a_band_without_an_end_is_left_out() -> None:
    point = EventPoint(event_time=0, week="W37", estimate=1.0, low=-math.inf, high=2.0)
    assert (point.low, point.high) == (None, 2.0)


def test_a_hidden_number_is_not_shown_even_where_there_is_one() -> None:
    promise = Promise(
        metric="m@1", label="M", effect=Effect(estimate=1.0), unit="h", state="hidden", reason="under 5"
    )
    assert not promise.shown
