"""Sentences: what an estimate says, and which way it may claim."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest

from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.metric_catalogue import builtin_metrics
from pilotlab.wording.sentences import Grammar, leftwards

STANZA = {"id": "calm", "family": "cost", "kind": "continuous", "roles": {"watch"}}
SATISFACTION = builtin_metrics()["job_satisfaction@1"].grammar
CYCLE = builtin_metrics()["cycle_time_p50@1"].grammar
BURNOUT = builtin_metrics()["burnout_level@1"].grammar


def told(value: float, ends: tuple[float, float], *, by: Grammar = SATISFACTION, **options: Any) -> str:
    return by.sentence(value, ends, 0.05, **options)


def own(**keys: Any) -> Grammar:
    return MetricSpec.model_validate(
        {**STANZA, "label": "Calm", "unit": "points", "direction": "higher", **keys}
    ).grammar


@pytest.mark.parametrize(
    ("value", "ends", "by", "sentence"),
    [
        (
            0.52,
            (0.19, 0.85),
            SATISFACTION,
            "people were more satisfied with their work (by 0.52 points on a scale of 0 to 10; 95 % interval 0.19 to 0.85)",
        ),
        (
            -0.18,
            (-0.30, -0.06),
            BURNOUT,
            "people felt less burned out (by 0.18 points on a scale of 1 to 5; 95 % interval 0.06 to 0.30)",
        ),
        (
            0.76,
            (0.3, 1.19),
            CYCLE,
            "teams finished a typical item 0.76 days later (95 % interval 0.30 to 1.19)",
        ),
        (
            -0.04,
            (-0.38, 0.29),
            SATISFACTION,
            "the pilot can't tell which way satisfaction with work moved: the best estimate is 0.04 points lower (95 % interval 0.38 lower to 0.29 higher)",
        ),
        (
            -0.1,
            (-0.38, 0.29),
            CYCLE,
            "the pilot can't tell which way time from start to done moved: the best estimate is 0.10 days sooner (95 % interval 0.38 sooner to 0.29 later)",
        ),
        (
            0.0,
            (-0.3, 0.3),
            SATISFACTION,
            "the pilot can't tell which way satisfaction with work moved: the best estimate is no difference (95 % interval 0.30 lower to 0.30 higher)",
        ),
        (
            0.0,
            (0.0, 0.0),
            SATISFACTION,
            "the pilot shows no difference in satisfaction with work: the best estimate and both ends of the 95 % interval are zero",
        ),
        (
            0.5,
            (0.1, inf),
            SATISFACTION,
            "people were more satisfied with their work (by 0.50 points on a scale of 0 to 10; 95 % interval 0.10 or more, with no upper end at this size)",
        ),
        (
            -0.5,
            (-inf, -0.1),
            CYCLE,
            "teams finished a typical item 0.50 days sooner (95 % interval 0.10 or more, with no upper end at this size)",
        ),
        (
            0.1,
            (-inf, 0.3),
            SATISFACTION,
            "the pilot can't tell which way satisfaction with work moved: the best estimate is 0.10 points higher (the 95 % interval ends at 0.30 higher and has no lower end at this size)",
        ),
        (
            0.1,
            (-0.3, inf),
            SATISFACTION,
            "the pilot can't tell which way satisfaction with work moved: the best estimate is 0.10 points higher (the 95 % interval starts at 0.30 lower and has no upper end at this size)",
        ),
        (
            0.1,
            (-inf, inf),
            SATISFACTION,
            "the pilot can't tell which way satisfaction with work moved: the best estimate is 0.10 points higher; this design is too small to give a 95 % interval",
        ),
    ],
)
def test_what_an_estimate_says(value: float, ends: tuple[float, float], by: Grammar, sentence: str) -> None:
    assert told(value, ends, by=by) == sentence


@pytest.mark.parametrize(
    ("value", "ends", "way"),
    [
        (0.2, (0.1, 0.3), 1),
        (-0.2, (-0.3, -0.1), -1),
        (0.2, (0.0, 0.4), 0),  # zero is in the interval where it is its end
        (0.2, (-0.1, 0.5), 0),
        (0.0, (0.0, 0.0), 0),
        (-0.2, (0.1, 0.3), 0),  # interval and estimate point to different sides
        (0.2, (0.1, inf), 1),
        (0.2, (-inf, inf), 0),
    ],
)
def test_a_way_is_claimed_only_where_the_interval_leaves_zero_out(
    value: float, ends: tuple[float, float], way: int
) -> None:
    assert SATISFACTION.claims(value, ends) == way


def test_a_share_is_told_in_percentage_points_and_has_no_better_side() -> None:
    links = builtin_metrics()["cross_team_share@1"].grammar
    assert told(-0.033, (-0.05, -0.012), by=links) == (
        "a smaller share of the time people spent with colleagues was with other teams"
        " (by 3.3 percentage points; 95 % interval 1.2 to 5.0)"
    )
    assert links.size(0.04) == "4.0 percentage points"


def test_a_log_metric_is_told_in_per_cent() -> None:
    later = own(direction="lower", transform="log", unit="days", say={"better": "items came {x} sooner", "worse": "items came {x} later"})  # fmt: skip
    assert (
        told(-0.1054, (-0.2231, -0.0202), by=later) == "items came 10.0 % sooner (95 % interval 2.0 to 20.0)"
    )
    more = own(transform="log", say={"better": "there were {n} more calls", "worse": "there were {n} fewer calls", "amount": "calls"})  # fmt: skip
    assert told(0.0953, (0.01, 0.2), by=more) == "there were 10.0 % more calls (95 % interval 1.0 to 22.1)"


@pytest.mark.parametrize(
    ("unit", "told_by"),
    [
        ("%", "by 0.20 percentage points;"),
        ("pp", "by 0.20 percentage points;"),
        ("€", "by €0.20;"),
        ("€/week", "by €0.20/week;"),
        ("days (median)", "by 0.20 days;"),
    ],
)
def test_a_metric_without_a_sentence_is_told_by_its_label_and_unit(unit: str, told_by: str) -> None:
    said = told(0.2, (0.1, 0.3), by=own(unit=unit))
    assert said.startswith(f"calm was higher ({told_by}")


def test_a_label_keeps_its_capitals_where_it_is_a_name_and_is_cut_where_no_sentence_can_hold_it() -> None:
    assert own(label="Net Promoter Score").name == "Net Promoter Score"
    assert own(label="Calm at work").name == "calm at work"
    assert len(own(label="calm " * 40).name) <= 60


def test_a_rating_names_its_scale_once() -> None:
    rated = own(kind="rating", range=(1, 7))
    assert "points on a scale of 1 to 7;" in told(0.2, (0.1, 0.3), by=rated)
    assert "points;" in told(0.2, (0.1, 0.3), by=rated, scale=False)


def test_a_number_is_never_written_as_zero_without_being_zero() -> None:
    assert "by 0.004 points" in told(0.004, (0.002, 0.006))
    assert "by less than 0.001 points" in told(0.0004, (0.0002, 0.0006))
    assert "0.004 lower to 0.290 higher" in told(0.1, (-0.004, 0.29))


def test_one_of_a_thing_is_one() -> None:
    minutes = builtin_metrics()["manager_1on1_minutes@1"].grammar
    assert "had 1 minute more" in told(1.2, (0.6, 2.0), by=minutes)
    assert "had 12 minutes more" in told(12.2, (6.0, 20.0), by=minutes)


def test_text_that_runs_to_the_left_is_followed_by_a_word() -> None:
    assert leftwards("נקודות")
    assert leftwards("left\u202eright")
    assert not leftwards("Zufriedenheit €")
    assert "; the 95 % interval" in told(0.2, (0.1, 0.3), by=own(unit="נקודות"))


def test_a_size_is_marked_on_both_sides() -> None:
    assert "by *0.52 points* on a scale" in told(0.52, (0.19, 0.85), mark="*")
    assert "is *0.04 points* lower" in told(-0.04, (-0.38, 0.29), mark="*")
