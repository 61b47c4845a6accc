"""Bars and margins on the scale of analysis."""

from __future__ import annotations

import math

import pytest

from pilotlab.errors import PilotlabError
from pilotlab.spec.threshold import bar_size, margin_size
from tests.pilots import make_metric

PLAIN = make_metric()
LOWER, HIGHER = make_metric(transform="log"), make_metric(transform="log", direction="higher")


@pytest.mark.parametrize("written", [-0.5, 0.5])
def test_a_number_is_its_size_in_the_unit(written: float) -> None:
    assert bar_size(written, PLAIN) == margin_size(written, PLAIN) == 0.5


def test_a_bar_in_per_cent_is_a_step_on_the_log_scale() -> None:
    assert bar_size("-10%", LOWER) == pytest.approx(-math.log(0.9))
    assert bar_size("+10%", HIGHER) == pytest.approx(math.log(1.1))
    assert bar_size("10 %", HIGHER) == pytest.approx(math.log(1.1))


@pytest.mark.parametrize("written", ["10%", "-10%", "+10%"])
def test_a_margin_in_per_cent_is_a_step_for_the_worse(written: str) -> None:
    assert margin_size(written, LOWER) == pytest.approx(math.log(1.1))  # lower is better: ten per cent more
    assert margin_size(written, HIGHER) == pytest.approx(
        -math.log(0.9)
    )  # higher is better: ten per cent less


def test_a_percentage_needs_the_log_scale() -> None:
    with pytest.raises(PilotlabError, match="needs `transform: log`, and cycle@1 has 'none'") as caught:
        bar_size("-10%", PLAIN)
    assert caught.value.fix == "write it in days"


@pytest.mark.parametrize("written", ["ten", "10", "10%%", "100%", "-100%", "nan%", "inf%", "%", "10% more"])
def test_what_is_no_percentage_is_refused(written: str) -> None:
    with pytest.raises(PilotlabError, match="neither a number nor a percentage below 100"):
        margin_size(written, LOWER)
