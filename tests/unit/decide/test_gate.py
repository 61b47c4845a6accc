"""The trust gate, item by item, on and beside each threshold."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from pilotlab.decide.gate import gate, missing
from pilotlab.decide.inputs import Adherence, Evidence, MetricFacts
from pilotlab.design.lateness import Late
from tests.unit.decide.make import arm, design, gate_facts, guardrail

FROZEN = datetime(2026, 9, 1, 10, 12, tzinfo=UTC)


def facts(
    counted_arm: float | None,
    counted_control: float | None,
    baseline_arm: float | None = 1.0,
    baseline_control: float | None = 1.0,
    baseline: int = 8,
) -> tuple[MetricFacts, ...]:
    def row(metric: str, shares: tuple[float | None, ...], weeks: int) -> MetricFacts:
        names = ("counted_arm", "counted_control", "baseline_arm", "baseline_control")
        return MetricFacts(metric=metric, baseline_weeks=weeks, **dict(zip(names, shares, strict=True)))

    judged = (counted_arm, counted_control, baseline_arm, baseline_control)
    return row("other@1", (1.0,) * 4, 20), row("x@1", judged, baseline)


def failed(**change: Any) -> list[str]:
    return [item.key for item in missing(gate(arm(gate=gate_facts(**change))))]


def test_a_sound_pilot_meets_all_six() -> None:
    items = gate(arm())
    assert [item.key for item in items] == ["plan", "estimable", "complete", "baseline", "adherence", "end"]
    assert all(item.met for item in items)


def test_a_plan_that_came_late_says_so_and_claims_no_more_than_it_met() -> None:
    late = Late(days=451, on=date(2027, 12, 8))
    item = gate(arm(design=design(late=late)))[0]
    assert (item.met, item.name) == (True, "Plan frozen before the first entry of a pilot week")
    assert "(plan frozen 451 days after the first pilot week had ended)" in item.found


@pytest.mark.parametrize(
    ("change", "keys"),
    [
        ({"frozen_at": None}, ["plan"]),
        ({"frozen_first": False}, ["plan"]),
        ({"frozen_at": FROZEN, "first_pilot_row_at": FROZEN}, []),  # the order of acts decides, not the clock
        ({"first_pilot_row_at": None}, []),
        ({"frozen_at": FROZEN.replace(tzinfo=None)}, []),
        ({"digests_match": False}, ["plan"]),
        ({"store_verified": False}, ["plan"]),
        ({"metrics": facts(0.80, 0.90)}, []),
        ({"metrics": facts(0.799, 0.85)}, ["complete"]),
        ({"metrics": facts(0.95, 0.79)}, ["complete"]),
        ({"metrics": facts(0.90, 1.0)}, []),
        ({"metrics": facts(0.899, 1.0)}, ["complete"]),
        ({"metrics": facts(None, 1.0)}, ["complete"]),
        ({"metrics": facts(1.0, 1.0, 0.80, 1.0)}, []),  # the arms may differ in the baseline
        ({"metrics": facts(1.0, 1.0, 0.799, 1.0)}, ["complete"]),
        ({"metrics": facts(1.0, 1.0, 1.0, 0.799)}, ["complete"]),
        ({"metrics": facts(1.0, 1.0, 1.0, None)}, ["complete"]),
        ({"metrics": facts(1.0, 1.0, baseline=6)}, []),
        ({"metrics": facts(1.0, 1.0, baseline=5)}, ["baseline"]),
        ({"metrics": ()}, ["complete", "baseline"]),
        ({"end_reached": False}, ["end"]),
    ],
)
def test_each_item_on_and_beside_its_threshold(change: dict[str, Any], keys: list[str]) -> None:
    assert failed(**change) == keys


@pytest.mark.parametrize(
    ("planned", "minimum", "observed", "met"),
    [
        (1.5, 0.75, 0.75, True),
        (1.5, 0.75, 0.74, False),
        (1.5, 0.75, -1.5, False),  # as large, in the wrong direction
        (-2.0, 1.0, -1.0, True),
        (-2.0, -1.0, -1.0, True),  # a minimum written with the sign of the plan
        (-2.0, 1.0, 1.0, False),
        (1.5, 0.75, None, False),
    ],
)
def test_the_gap_counts_in_the_planned_direction(
    planned: float, minimum: float, observed: float | None, met: bool
) -> None:
    said = Adherence(planned_gap=planned, minimum_gap=minimum, observed_gap=observed)
    assert failed(adherence=said) == ([] if met else ["adherence"])


def test_without_adherence_metric_the_gap_is_printed_as_not_measured() -> None:
    item = gate(arm(gate=gate_facts(adherence=None)))[4]
    assert (item.met, item.found) == (None, "not measured")


def test_a_guardrail_that_cannot_be_estimated_is_named_with_its_reason() -> None:
    lost = guardrail(Evidence(reason="2 pilot teams have values"))
    item = missing(gate(arm(guardrails=(lost,))))[0]
    assert (item.key, item.found) == ("estimable", "Focus time: 2 pilot teams have values")


def test_a_share_just_short_never_reads_as_enough() -> None:
    item = missing(gate(arm(gate=gate_facts(metrics=facts(0.7999, 0.85)))))[0]
    assert "79.9 % pilot, 85 % comparison" in item.found
