"""Effects in words, and the one place that turns them."""

from __future__ import annotations

import math

import pytest

from pilotlab.wording.effects import Words
from pilotlab.wording.orientation import Orientation, log_points_of, percent_of

DAYS = Words(label="Cycle time", unit="days", decimals=2, better=-1)
PER_CENT = Words(label="Tickets", unit="%", decimals=1, better=-1, log=True)


def test_a_fall_of_what_should_fall_is_up() -> None:
    assert DAYS.effect_with_interval(-0.76, (-1.19, -0.30)) == "+0.76 days (+0.30 to +1.19)"
    assert DAYS.ends_with_unit((-1.19, 0.30)) == "−0.30 to +1.19 days"


def test_log_points_are_per_cent() -> None:
    assert PER_CENT.effect(math.log(0.9)) == "+10.0 %"
    assert PER_CENT.interval((math.log(0.9), math.inf)) == (-math.inf, pytest.approx(10.0))


@pytest.mark.parametrize("percent", [-99.0, -10.0, 0.0, 25.0])
def test_per_cent_leads_back_to_log_points(percent: float) -> None:
    assert percent_of(log_points_of(percent)) == pytest.approx(percent)


@pytest.mark.parametrize("better", [-1, 1])
@pytest.mark.parametrize("log", [False, True])
def test_an_effect_turned_twice_is_as_before(better: int, log: bool) -> None:
    way = Orientation(better=better, log=log)
    assert way.turned(way.turned(0.3)) == 0.3
    assert way.shown_turned(way.turned(0.3)) == way.orient(0.3)
