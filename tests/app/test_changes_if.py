"""Changes if: each line of the demo's pages is true of every result that its words describe; the rule is asked."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import pilotlab as pl
from pilotlab.decide import course
from pilotlab.decide.decision import Decision
from pilotlab.decide.inputs import Evidence, GoalInput, Level, RuleInputs
from pilotlab.decide.rule import decide
from pilotlab.spec.standard import HARM_MARGINS

Holds = Callable[
    [float, float, float, float], bool
]  # of low, lower bound, estimate and high, in bars or limits
WORDS: dict[str, Holds] = {
    "or more, with its whole interval above zero": lambda low, lower, est, high: est >= 1 and low > 0,
    "above zero and reaching": lambda low, lower, est, high: est < 1 <= high and low > 0,
    "above zero and under": lambda low, lower, est, high: low > 0 and high < 1,
    "holds both zero and": lambda low, lower, est, high: low <= 0 and high >= 1,
    "an interval that stays under": lambda low, lower, est, high: low <= 0 <= high < 1,
    "whole interval below zero": lambda low, lower, est, high: high < 0,
    "shown to stay inside": lambda low, lower, est, high: lower > -1,
    "less than half way": lambda low, lower, est, high: est > -0.5 and lower <= -1,
    "past half its limit": lambda low, lower, est, high: (
        est <= -0.5 and lower <= -1 and (high >= 0 or est > -1)
    ),
    "breaking its limit": lambda low, lower, est, high: est <= -1 and high < 0,
}
EXCLUDED = "excluded"
SAMPLES = 40


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["hybrid_strong", "trade_off", "null"])
def test_every_line_is_true_of_results_drawn_from_its_words(
    scenario: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[RuleInputs] = []

    def asking(inputs: RuleInputs) -> Decision:
        asked.append(inputs)
        return decide(inputs)

    monkeypatch.setattr(course, "decide", asking)
    lab = pl.demo(tmp_path / "demo", scenario=scenario, teams=12)
    (pilot,) = lab.pilots()
    day = lab.plan(pilot).spec.windows.end.sunday + timedelta(days=1)
    found = pl.open(tmp_path / "demo", today=day).course(pilot).decision
    inputs, rng, made = asked[-1], random.Random(7), 0
    assert decide(inputs).arms == found.arms
    for change in found.leading.would_change:
        parts = change.what.split("; ")
        if not all(any(words in part for words in WORDS) for part in parts):
            continue  # a stronger design, which tests/unit/decide/test_changes.py asks
        for _ in range(SAMPLES):
            made += 1
            assert decide(_with(inputs, parts, rng)).verdict == change.verdict, change
    assert made >= SAMPLES, "no line to ask about"


def _with(inputs: RuleInputs, parts: list[str], rng: random.Random) -> RuleInputs:
    """Replace the evidence of the metrics that the parts name by a result of which they are true."""
    (arm,) = inputs.arms
    goals = tuple(_sampled(use, parts, rng) for use in arm.goals)
    guardrails = tuple(_sampled(use, parts, rng) for use in arm.guardrails)
    return replace(inputs, arms=(replace(arm, goals=goals, guardrails=guardrails),))


def _sampled(use: Any, parts: list[str], rng: random.Random) -> Any:
    part = next((part for part in parts if part.startswith(use.metric.label)), None)
    if part is None:
        return use
    holds = next(holds for words, holds in WORDS.items() if words in part)
    size = (use.bar if isinstance(use, GoalInput) else use.margin) or 1.0
    while True:
        low, lower, est, high = sorted(rng.uniform(-6, 6) * rng.random() for _ in range(4))
        if holds(low, lower, est, high) and (EXCLUDED not in part or lower > -HARM_MARGINS):
            break
    levels = tuple(
        Level(alpha=level.alpha, low=size * low, high=size * high, lower=size * lower)
        for level in use.evidence.levels
    )
    p = 0.001 if low > 0 or high < 0 else 0.5
    evidence = Evidence(
        estimate=size * est, levels=levels, p_value=p, p_one_sided=p / 2 if est > 0 else 1 - p / 2
    )
    return replace(use, evidence=evidence)
