"""Sizes, luck and forbidden words."""

from __future__ import annotations

import math
import re
from itertools import product

import pytest

from pilotlab.decide.inputs import Level, Metric
from pilotlab.decide.rule import decide
from pilotlab.decide.sizes import luck, movement, size
from tests.unit.decide import make

LEAD_TIME = Metric(key="lead_time@1", label="Lead time", unit="hours", decimals=0, better=-1, transform="log")


def level(low: float, high: float, alpha: float = 0.05) -> Level:
    return Level(alpha=alpha, low=low, high=high, lower=low)


@pytest.mark.parametrize(
    ("metric", "estimate", "found", "words"),
    [
        (make.CYCLE, 0.76, level(0.3, 1.19), "Cycle time improved by 0.76 days (95 % interval 0.30 to 1.19)"),
        (make.FOCUS, -1.3, level(-1.9, -0.6), "Focus time worsened by 1.3 h/week (95 % interval 0.6 to 1.9)"),
        (
            make.FOCUS,
            -0.3,
            level(-0.9, 0.3),
            "Focus time worsened by 0.3 h/week (95 % interval 0.9 worse to 0.3 better)",
        ),
        (
            make.BURNOUT,
            0.001,
            level(-0.1, 0.102),
            "Burnout moved by 0.00 points (95 % interval 0.10 worse to 0.10 better)",
        ),
        (
            make.CYCLE,
            0.2,
            level(-math.inf, math.inf),
            "Cycle time improved by 0.20 days (no 95 % interval exists at this size)",
        ),
        (
            make.CYCLE,
            0.2,
            level(-math.inf, 0.4),
            "Cycle time improved by 0.20 days (95 % interval up to 0.40, open below)",
        ),
        (
            make.CYCLE,
            0.2,
            level(0.1, math.inf, 0.025),
            "Cycle time improved by 0.20 days (97.5 % interval 0.10 or more, open above)",
        ),
        (
            LEAD_TIME,
            -math.log(0.9),
            level(-math.log(0.95), -math.log(0.8)),
            "Lead time improved by 10.0 % (95 % interval 5.0 to 20.0)",
        ),
    ],
)
def test_size_unit_and_interval_stand_together(
    metric: Metric, estimate: float, found: Level, words: str
) -> None:
    assert movement(metric, estimate, found) == words


def test_a_percentage_is_written_as_it_was_declared() -> None:
    """-10 % of a metric where lower is better is a bar of -log(0.9); 10 % worse a limit of log(1.1)."""
    assert size(LEAD_TIME, -math.log(0.9)) == "10.0 %"
    assert size(LEAD_TIME, -math.log(1.1)) == "10.0 %"


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (0.0001, "fewer than 1 pilot in 1,000"),
        (0.001, "about 1 pilot in 1,000"),
        (0.003, "about 3 pilots in 1,000"),
        (0.025, "about 1 pilot in 40"),
        (1 / 16, "about 1 pilot in 16"),
        (0.3, "about 3 pilots in 10"),
        (0.99, "nearly every pilot"),
    ],
)
def test_luck_is_a_natural_frequency(p: float, words: str) -> None:
    assert luck(p) == f"if the policy did nothing, {words} this size would look at least this good"


def test_no_luck_without_a_p() -> None:
    assert luck(None) == ""


def test_forbidden_words_never_appear() -> None:
    goals = (make.CLEAR_YES, make.OPEN, make.CANNOT_TELL, make.TOO_SMALL, make.RULED_OUT, make.WORSE)
    limits = (make.SAFE, make.UNPROVEN, make.LEANING, make.BREACHED)
    for found, limit, drawn, units, claim in product(
        goals, limits, [True, False], [3, 5, 12], ["improve", "do_no_harm", "learn"]
    ):
        arm = make.arm(
            goals=(make.goal(found, margin=0.5),),
            guardrails=(make.guardrail(limit, if_breached="fixable"),),
            design=make.design(drawn=drawn, units_arm=units),
        )
        said = str(decide(make.inputs(arm, claim=claim)).to_dict()).lower()
        assert not re.search(r"\b(significant|proved|no effect|unchanged|p-value|p =)", said)
