"""Answers kept: what the pilot arm kept of its answers for each that the comparison arm kept."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from pilotlab.evaluate.threats.lost import AnswersKept, answers_kept, kept_by
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import CONTROL
from tests.pilots import make_assignment, make_metric, make_panel, make_spec

NAMES = [f"t{number:02d}" for number in range(8)]
PEOPLE = make_metric(id="mood", level="person", direction="higher")


def kept(n: Callable[[str, int], float | None], metric: MetricSpec = PEOPLE) -> AnswersKept | None:
    spec = make_spec(metrics={"goals": [{"use": metric.key, "worth_it": 0.5}]})
    arms = make_assignment({CONTROL: NAMES[:4], "anchor": NAMES[4:]})
    return answers_kept(make_panel(spec, metric, arms, lambda team, at: 3.0, n=n))


def test_the_ratio_is_of_the_arms_mean_log_ratios_and_p_is_that_of_cr2() -> None:
    def n(team: str, at: int) -> float:
        place = NAMES.index(team)
        return 10.0 + place - (at >= 0) * (1 + place % 2 + 2 * (place >= 4))

    change = np.log([(n(team, 0)) / n(team, -1) for team in NAMES])
    found = kept(n)
    assert found
    assert found.ratio == pytest.approx(np.exp(change[4:].mean() - change[:4].mean()))
    se = np.sqrt(change[4:].var(ddof=1) / 4 + change[:4].var(ddof=1) / 4)
    parts = [change[part].var(ddof=1) / 4 for part in (slice(4, None), slice(4))]
    df = sum(parts) ** 2 / sum(part**2 / 3 for part in parts)
    assert found.p == pytest.approx(stats.t.cdf(np.log(found.ratio) / se, df))


def test_where_every_pilot_team_loses_alike_there_is_no_doubt() -> None:
    found = kept(lambda team, at: 10.0 - (NAMES.index(team) >= 4 and at >= 0))
    assert found
    assert (found.ratio, found.p) == (pytest.approx(0.9), 0.0)
    assert kept(lambda team, at: 10.0) == AnswersKept(ratio=1.0, p=1.0)


def test_more_answers_in_the_pilot_arm_are_none_lost() -> None:
    found = kept(lambda team, at: 10.0 + (NAMES.index(team) >= 4 and at >= 0))
    assert found
    assert found.p == 1.0


def test_without_answers_or_their_number_nothing_is_said() -> None:
    assert kept(lambda team, at: None) is None
    assert kept(lambda team, at: 9.0, make_metric()) is None
    assert kept_by(np.zeros(3), np.array([True, False, False])) is None
