"""One protocol each: every estimator is one function of a study, every inference one function of its fit."""

from __future__ import annotations

from inspect import isclass, signature
from typing import Any, get_args

import pytest

from pilotlab.estimate.options import EstimatorName, InferenceName
from pilotlab.spec import engine
from pilotlab.spec.engine import ESTIMATORS, INFERENCES

PAIRS = [(name, each) for name, row in ESTIMATORS.items() for each in row.inferences]


def parameters(function: Any) -> list[str]:
    assert callable(function)
    assert not isclass(function)
    return list(signature(function).parameters)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_an_estimator_is_a_function_of_a_study_and_options(name: str) -> None:
    assert parameters(engine.estimator(name)) == ["study", "options"]


@pytest.mark.parametrize(("estimator", "inference"), PAIRS)
def test_an_inference_is_a_function_of_a_fit_and_options(estimator: str, inference: str) -> None:
    fit, options = parameters(engine.inference(inference, estimator))
    assert (fit, options) == ("fitted", "options")


@pytest.mark.parametrize("name", INFERENCES)
def test_every_inference_is_taken_by_some_estimator(name: str) -> None:
    assert any(name in row.inferences for row in ESTIMATORS.values())


def test_an_estimators_own_inferences_are_among_those_it_takes() -> None:
    for row in ESTIMATORS.values():
        assert {name for name, _ in row.own} <= set(row.inferences)


def test_names_that_editors_offer_are_those_of_the_tables() -> None:
    assert get_args(EstimatorName) == ("auto", *ESTIMATORS)
    assert get_args(InferenceName) == ("auto", *INFERENCES)
