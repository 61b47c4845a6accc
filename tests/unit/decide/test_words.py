"""Sizes, luck and forbidden words."""

from __future__ import annotations

import math
import re
from itertools import product
from typing import Any

import pytest

from pilotlab.decide.inputs import Level, Metric
from pilotlab.decide.rule import decide
from pilotlab.decide.sizes import luck, sentence, sides, size
from pilotlab.decide.state_sentences import state_words
from tests.unit.decide import make

LEAD_TIME = Metric(key="lead_time@1", label="Lead time", unit="hours", decimals=0, better=-1, transform="log")


def level(low: float, high: float, alpha: float = 0.05) -> Level:
    return Level(alpha=alpha, low=low, high=high, lower=low)


@pytest.mark.parametrize(
    ("metric", "estimate", "found", "words"),
    [
        (
            make.CYCLE,
            0.76,
            level(0.3, 1.19),
            "cycle time was lower (by 0.76 days; 95 % interval 0.30 to 1.19)",
        ),
        (
            make.FOCUS,
            -1.3,
            level(-1.9, -0.6),
            "focus time was lower (by 1.3 h/week; 95 % interval 0.6 to 1.9)",
        ),
        (
            make.FOCUS,
            -0.3,
            level(-0.9, 0.3),
            "the pilot can't tell which way focus time moved: the best estimate is 0.3 h/week lower (95 % interval 0.9 lower to 0.3 higher)",
        ),
        (
            make.BURNOUT,
            0.001,
            level(-0.1, 0.102),
            "the pilot can't tell which way burnout moved: the best estimate is 0.001 points lower (95 % interval 0.102 lower to 0.100 higher)",
        ),
        (
            make.CYCLE,
            0.2,
            level(-math.inf, math.inf),
            "the pilot can't tell which way cycle time moved: the best estimate is 0.20 days lower; this design is too small to give a 95 % interval",
        ),
        (
            make.CYCLE,
            0.2,
            level(-math.inf, 0.4),
            "the pilot can't tell which way cycle time moved: the best estimate is 0.20 days lower (the 95 % interval starts at 0.40 lower and has no upper end at this size)",
        ),
        (
            make.CYCLE,
            0.2,
            level(0.1, math.inf, 0.025),
            "cycle time was lower (by 0.20 days; 97.5 % interval 0.10 or more, with no upper end at this size)",
        ),
        (
            LEAD_TIME,
            -math.log(0.9),
            level(-math.log(0.95), -math.log(0.8)),
            "lead time was lower (by 10.0 %; 95 % interval 5.0 to 20.0)",
        ),
    ],
)
def test_size_unit_and_interval_stand_together(
    metric: Metric, estimate: float, found: Level, words: str
) -> None:
    assert sentence(metric, estimate, found) == words


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


STATES: dict[str, tuple[Any, str]] = {
    "clear yes": (make.goal(make.CLEAR_YES), "The best estimate reaches the bar of 0.50 days; the true gain may be smaller"),
    "open": (make.goal(make.OPEN), "The best estimate is below the bar of 0.50 days, but the interval includes it"),
    "cannot tell": (make.goal(make.CANNOT_TELL), "A gain as large as the bar of 0.50 days is possible; so is a loss"),
    "too small": (make.goal(make.TOO_SMALL), "Even the upper end of the interval is below the bar of 0.50 days"),
    "ruled out": (make.goal(make.RULED_OUT), "The interval ends below the bar of 0.50 days"),
    "worse": (make.goal(make.WORSE), "The bar was a gain of 0.50 days"),
    "breached": (make.guardrail(make.BREACHED), "The best estimate is at or past the limit of 1.0 h/week"),
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
def test_a_state_is_told_by_what_the_interval_shows(state: Any) -> None:
    use, tail = STATES[state]
    words = state_words(use, state, 0.05)
    assert words.endswith(f". {tail}"), words
    claimed = state not in ("cannot tell", "ruled out")
    assert words.startswith("The pilot can't tell which way") is not claimed


def test_a_bar_that_the_whole_interval_reaches_is_reached() -> None:
    found = make.goal(make.evidence(0.9, 0.6, 1.2))
    assert state_words(found, "clear yes", 0.05).endswith(
        ". The whole interval is at or above the bar of 0.50 days"
    )


@pytest.mark.parametrize(
    ("state", "found", "words"),
    [
        (
            "safe",
            make.evidence(0.1, -0.6, 0.8, -0.5),
            "The limit of 1.0 h/week on focus time was kept (best estimate 0.1 h/week higher, 95 % interval 0.6 lower to 0.8 higher)",
        ),
        (
            "safe",
            make.evidence(-0.4, -0.8, -0.1, -0.7),
            "Focus time was lower (by 0.4 h/week; 95 % interval 0.1 to 0.8), within the limit of 1.0 h/week that was accepted",
        ),
        (
            "unproven",
            make.evidence(0.0, -1.4, 1.4, -1.2),
            "The limit of 1.0 h/week on focus time is not shown to be kept: a change for the worse of that size is not ruled out (best estimate no difference, 95 % interval 1.4 lower to 1.4 higher)",
        ),
        (
            "leaning bad",
            make.evidence(-0.6, -1.1, -0.1, -1.0),
            "The limit of 1.0 h/week on focus time is at risk: the best estimate, 0.6 h/week lower (95 % interval 0.1 to 1.1 lower), is at least half-way to it",
        ),
        (
            "leaning bad",
            make.evidence(-1.2, -2.6, 0.2, -2.4),
            "The limit of 1.0 h/week on focus time is at risk: the best estimate, 1.2 h/week lower, is at or past it, though no loss at all is still possible (95 % interval 2.6 lower to 0.2 higher)",
        ),
        (
            "breached",
            make.evidence(-2.0, -2.8, -1.2, -2.7),
            "Focus time was lower (by 2.0 h/week; 95 % interval 1.2 to 2.8). The whole interval is at or past the limit of 1.0 h/week",
        ),
    ],
)  # fmt: skip
def test_a_guardrail_is_told_against_its_limit(state: Any, found: Any, words: str) -> None:
    assert state_words(make.guardrail(found), state, 0.05) == words


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ((-math.inf, math.inf), "no 95 % interval at this size"),
        ((-math.inf, 0.3), "95 % interval up to 0.3 higher, with no lower end at this size"),
        ((-0.3, math.inf), "95 % interval from 0.3 lower, with no upper end at this size"),
        ((0.1, 0.3), "95 % interval 0.1 to 0.3 higher"),
    ],
)
def test_an_interval_names_the_side_of_each_end(ends: tuple[float, float], words: str) -> None:
    assert sides(make.FOCUS, 0.2, level(*ends)) == words


def test_limits_are_told_the_worst_first_and_those_that_were_kept_together() -> None:
    burnout = make.guardrail(make.evidence(0.1, -0.6, 0.8, -0.5), metric=make.BURNOUT)
    both = decide(make.inputs(make.arm(guardrails=(make.guardrail(), burnout)))).leading.lead
    assert "Both limits were kept: focus time and burnout." in both
    broken = make.guardrail(make.BREACHED, metric=make.BELONGING)
    lead = decide(make.inputs(make.arm(guardrails=(burnout, broken)))).leading.lead
    assert lead.index("Belonging was lower") < lead.index("The limit of 1.00 points on burnout was kept.")
