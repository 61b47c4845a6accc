"""What templates call on values."""

from __future__ import annotations

from pilotlab.readout.document.page_one import Effect
from pilotlab.readout.render import filters


def test_digits_unit_and_interval_do_not_part() -> None:
    effect = Effect(estimate=0.76, low=0.3, high=1.19)
    assert filters.with_interval(effect, 2, "days") == "0.76\u00a0days (0.30\u00a0to\u00a01.19)"


def test_the_reason_stands_in_the_number_s_place() -> None:
    assert filters.with_interval(Effect(reason="3 teams are too few"), 2, "days") == "3 teams are too few"
