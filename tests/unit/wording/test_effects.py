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


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ((0.30, 1.19), "Cycle time improved by 0.76 days (95 % interval 0.30 to 1.19)"),
        ((-0.38, 0.29), "Cycle time improved by 0.76 days (95 % interval 0.38 worse to 0.29 better)"),
        ((-math.inf, math.inf), "Cycle time improved by 0.76 days (no 95 % interval exists at this size)"),
        ((0.3, math.inf), "Cycle time improved by 0.76 days (95 % interval 0.30 or more, open above)"),
    ],
)
def test_movement(ends: tuple[float, float], words: str) -> None:
    assert DAYS.movement(0.76, ends, 0.05) == words


def test_what_reads_as_nothing_has_no_direction() -> None:
    assert DAYS.movement(-0.001, (-2.0, -1.0), 0.025).startswith("Cycle time moved by 0.00 days (97.5 %")


def test_a_worsening_is_written_without_signs() -> None:
    assert (
        DAYS.movement(-0.5, (-1.0, -0.2), 0.05)
        == "Cycle time worsened by 0.50 days (95 % interval 0.20 to 1.00)"
    )
