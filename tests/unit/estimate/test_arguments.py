"""Arguments are checked before any data are read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pilotlab.errors import UsageError
from pilotlab.estimate.did import did
from tests.panels import simulate

CASES: list[tuple[dict[str, Any], str]] = [
    ({"estimator": "chnage"}, "estimator 'chnage' is not known; did you mean 'change'?"),
    ({"estimator": "crystal_ball"}, "estimator 'crystal_ball' is not known"),
    ({"inference": "wyld"}, "did you mean 'wild'"),
    ({"inference": "CR2"}, "inference 'CR2' is not known"),
    ({"aggregate": "total"}, "aggregate 'total'"),
    ({"aggregate": "cohort", "estimator": "twfe"}, "aggregate 'cohort'"),
    ({"aggregate": "event_time", "estimator": "change"}, "can't be had from estimator 'change'"),
    ({"comparison": "all"}, "comparison 'all'"),
    ({"base_period": "fixed"}, "base_period 'fixed'"),
    ({"adjust": "dml"}, "adjust 'dml'"),
    ({"comparison": "not_yet_treated", "estimator": "twfe"}, "is not read by estimator 'twfe'"),
    ({"base_period": "universal", "estimator": "twfe"}, "base_period 'universal'"),
    ({"adjust": "ipw", "estimator": "change"}, "adjust 'ipw'"),
    ({"strata": "site", "estimator": "event_study"}, "'event_study' does not compare within strata"),
    ({"pairs": "pair", "aggregate": "event_time"}, "pairs 'pair': estimator 'event_study'"),
    ({"alpha": 0}, "alpha 0"),
    ({"alpha": 5}, "alpha 5"),
    ({"alpha": "0.05"}, "alpha '0.05'"),
    ({"baseline": 0}, "baseline 0"),
    ({"washin": -1}, "washin -1"),
    ({"washin": 1.5}, "washin 1.5"),
    ({"anticipation": True}, "anticipation True"),
    ({"reps": 10}, "reps 10"),
    ({"seed": -1}, "seed -1"),
    ({"balance": 3}, "balance=3"),
    ({"exposure": "people", "estimator": "twfe"}, "exposure='people'"),
    ({"dose": "people", "estimator": "change"}, "dose='people'"),
    ({"group": "nowhere"}, "'nowhere'"),
    ({"strata": "site", "pairs": "pair"}, "strata and pairs"),
    ({"treatment": "on", "cohort": "start"}, "say the same thing twice"),
    ({"assignment": "stratified"}, "assignment 'stratified'"),
    ({"assignment": 7}, "assignment is a int"),
    ({"outcome_unit": 3}, "outcome_unit 3"),
    ({"unit": None, "strata": "site"}, "strata is given with unit=None"),
    ({"unit": None, "estimator": "change"}, "'change' needs units"),
    ({"unit": None, "aggregate": "event_time"}, "'event_time' needs units"),
    ({"unit": None, "inference": "randomization"}, "unit is None"),
    ({"unit": None, "inference": "cluster"}, "needs cluster"),
]


@pytest.mark.parametrize(("arguments", "words"), CASES, ids=[str(each[0]) for each in CASES])
def test_a_wrong_argument_is_named(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        did(simulate(), **arguments)
    assert words in str(caught.value)
    assert caught.value.fix


def test_the_columns_have_the_documented_defaults() -> None:
    assert did(simulate(att=2, noise=0)).att == pytest.approx(2)


def test_one_covariate_or_excluded_time_needs_no_list() -> None:
    frame = simulate()
    one = did(frame, estimator="twfe", covariates="skill", exclude=9, inference="cluster")
    many = did(frame, estimator="twfe", covariates=["skill"], exclude=np.array([9]), inference="cluster")
    assert one == many


def test_numbers_may_be_numpys() -> None:
    frame = simulate(seed=2)
    assert did(frame, baseline=np.int64(3), washin=np.int32(1)) == did(frame, baseline=3, washin=1)  # type: ignore[arg-type]
