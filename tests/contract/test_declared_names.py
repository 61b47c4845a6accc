"""Names that a declaration may use are rows of the tables that do the work."""

from __future__ import annotations

from pilotlab.spec import rules_design
from pilotlab.spec.engine import ESTIMATORS, INFERENCES


def test_check_knows_the_estimators_that_run() -> None:
    assert {*rules_design.ESTIMATORS, *rules_design.NOT_FOR_PILOTS} == set(ESTIMATORS)


def test_check_knows_the_inferences_that_run() -> None:
    assert {*rules_design.INFERENCES, *rules_design.NOT_FOR_PANELS} == set(INFERENCES)
