"""Threats that show before the start: parting arms, reactions to the announcement, arms that came at their worst."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from pilotlab.estimate.did import did
from pilotlab.evaluate.threats.before import anticipation, return_to_usual
from pilotlab.evaluate.threats.parallel_trends import (
    breakdown_value,
    distance,
    event_study,
    in_periods,
    parting,
    period,
    pre_trend,
)
from tests.unit.evaluate.threats.make import CALENDAR, PILOT, TEAMS, effect, headline

pytestmark = pytest.mark.slow  # every test here analyses a whole pilot

ANNOUNCED = "2026-08-24"  # two weeks before the start


def drift(slope: float) -> Any:
    return lambda team, at: slope * at * (team in PILOT)


def outcomes(check: Any, *args: Any, **options: Any) -> list[str]:
    return [check(headline(*args, seed=seed, **options)).outcome for seed in range(20)]


def test_arms_that_run_alike_rarely_raise_the_pretrend_alarm() -> None:
    assert outcomes(pre_trend, effect(1.0)).count("fail") <= 3  # 1 in 20 expected


def test_a_steep_drift_before_the_start_raises_the_pretrend_alarm() -> None:
    found = pre_trend(headline(drift(1.0)))
    assert found.outcome == "fail"
    assert found.number is not None
    assert found.number < 0.05
    assert found.words.startswith("Week by week, chance alone")


def test_the_pretrend_number_is_the_joint_test_of_the_weekly_event_study() -> None:
    made = headline(effect(1.0))
    frame = made.frame[made.frame["event_time"] < 0]
    counted = made.frame[made.frame["event_time"] >= 2].groupby("team", as_index=False)["value"].mean()
    frame = pd.concat([frame[["team", "event_time", "value"]], counted.assign(event_time=0)]).assign(
        event_time=lambda rows: rows["event_time"] + 20
    )
    frame["start"] = np.where(frame["team"].isin(PILOT), 20.0, np.nan)
    by_hand = did(
        frame,
        outcome="value",
        unit="team",
        time="event_time",
        cohort="start",
        estimator="event_study",
        inference="cr2",
    )
    assert pre_trend(made).number == pytest.approx(by_hand.pretrend().p_value, rel=1e-9)


def test_few_teams_are_tested_by_longer_periods() -> None:
    few = {"control": TEAMS[:4], "anchor": TEAMS[12:16]}
    assert period(headline()) == 1
    made = headline(arms=few)
    assert period(made) == 2
    assert pre_trend(made).words.startswith("By periods of 2 weeks")


def test_a_baseline_of_one_week_has_no_pretrend() -> None:
    made = headline(calendar={**CALENDAR, "baseline_weeks": 1})
    assert pre_trend(made).outcome == parting(made).outcome == "not applicable"


def test_periods_are_counted_back_from_the_last_baseline_week() -> None:
    made = headline(calendar={**CALENDAR, "baseline_weeks": 7})
    table = in_periods(made, 3).pivot(index="team", columns="period", values="value")
    assert list(table.columns) == [-1, 0, 1]
    rows = made.frame[made.frame["team"] == "t03"].set_index("event_time")["value"]
    expected = [rows[-6:-4].mean(), rows.loc[-3:-1].mean(), rows.loc[2:9].mean()]
    assert table.loc["t03", [0, 1]].tolist() == pytest.approx(expected[1:])
    assert table.loc["t03", -1] == pytest.approx(rows.loc[-6:-4].mean())
    assert distance(made, 3) == pytest.approx((5.5 - -2) / 3)


def test_the_breakdown_value_is_honest_did_on_periods_in_time_as_it_passed() -> None:
    made = headline(effect(3.0), drawn=False)
    path = event_study(made, 4)
    by_engine = path.sensitivity(grid=[0.0]).breakdown / distance(made, 4)
    assert parting(made).number == pytest.approx(by_engine, rel=1e-3)


def test_a_drift_alone_never_reaches_a_breakdown_of_one() -> None:
    """A steady drift parts the arms exactly as fast after the start as before it."""
    found = [breakdown_value(headline(drift(0.15), seed=seed, drawn=False), 4) for seed in range(20)]
    assert sum(value >= 1 for value in found) <= 1


def test_a_large_effect_without_drift_breaks_down_late_and_a_small_one_early() -> None:
    large = parting(headline(effect(6.0), drawn=False))
    small = parting(headline(effect(1.0), drawn=False))
    assert (large.outcome, small.outcome) == ("pass", "fail")
    assert large.number > 1 > small.number
    assert "times as much as at worst before the start" in large.words


def test_drawn_arms_need_no_parallel_trends_and_keep_the_number() -> None:
    found = parting(headline(effect(6.0)))
    assert found.outcome == "not applicable"
    assert found.number > 1


def test_under_do_no_harm_the_limit_stands_in_for_zero() -> None:
    goal: dict[str, Any] = {"metrics": {"goals": [{"use": "cycle@1", "margin": 6.0}]}, "claim": "do_no_harm"}
    made = headline(drawn=False, **goal)
    assert parting(headline(drawn=False)).number == 0
    assert parting(made).number == pytest.approx(parting(headline(effect(6.0), drawn=False)).number, rel=1e-3)


def test_people_who_react_to_the_announcement_raise_an_alarm() -> None:
    early = lambda team, at: 1.5 * (team in PILOT and at >= -2)  # noqa: E731
    found = anticipation(headline(early, announced_on=ANNOUNCED))
    assert found.outcome == "fail"
    assert found.number == pytest.approx(1.5, abs=0.8)
    assert found.words.startswith("in the 2 weeks from the announcement to the start")
    assert outcomes(anticipation, effect(1.5), announced_on=ANNOUNCED).count("fail") <= 3


def test_without_an_announcement_the_last_baseline_weeks_are_looked_at() -> None:
    assert anticipation(headline()).words.startswith("in the last 2 weeks before the start")
    assert anticipation(headline(calendar={**CALENDAR, "baseline_weeks": 3})).outcome == "not applicable"


def volunteers(seed: int) -> Any:
    """The worse half by baseline mean volunteers; the policy does nothing."""
    plain = headline(seed=seed, noise=3.0)
    before = plain.frame[plain.frame["event_time"] < 0].groupby("team")["value"].mean().sort_values()
    arms = {"control": tuple(sorted(before.index[12:])), "anchor": tuple(sorted(before.index[:12]))}
    return headline(seed=seed, noise=3.0, arms=arms, drawn=False)


def test_volunteers_at_their_worst_return_to_their_usual() -> None:
    found = [return_to_usual(volunteers(seed)) for seed in range(20)]
    headlines = [volunteers(seed).estimate.att for seed in range(20)]
    rest = [att - check.number for att, check in zip(headlines, found, strict=True)]
    assert np.mean(headlines) > 0.6  # the fake gain
    assert abs(np.mean(rest)) < 0.25 * np.mean(headlines)
    assert [check.outcome for check in found].count("fail") >= 16


def test_arms_that_a_lot_made_or_that_began_alike_raise_no_such_alarm() -> None:
    assert return_to_usual(headline()).outcome == "not applicable"
    assert outcomes(return_to_usual, effect(2.0), drawn=False).count("fail") <= 2
