"""Every estimator refuses what it can't answer by name: the column, the place, how many, and what would help."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pilotlab.errors import UsageError
from pilotlab.estimate.did import did
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from pilotlab.spec.engine import ESTIMATORS
from tests.panels import simulate

Change = Callable[[pd.DataFrame, str], pd.DataFrame]
Refusal = UsageError | NotEstimable
OUTCOMES = {"poisson": "events", "binomial": "events"}
EXTRA = {"dose": {"dose": "on"}, "triple": {"group": "affected"}, "binomial": {"exposure": "trials"}}
BY_COHORT = tuple(name for name in ESTIMATORS if name != "dose")  # a dose needs no start
READING = tuple(name for name, row in ESTIMATORS.items() if not row.lacks)
NAMES = ("auto", *ESTIMATORS)


def _frame() -> pd.DataFrame:
    """Twelve teams, eight weeks, six start in week 5; columns for every estimator."""
    frame = simulate(teams=12, weeks=8, start=5, seed=1)
    rng = np.random.default_rng(0)
    return frame.assign(
        on=((frame["first_week"] > 0) & (frame["week"] >= frame["first_week"])).astype(float),
        events=rng.poisson(20, len(frame)).astype(float),
        trials=50.0,
        affected=(frame["team"].str[-2:].astype(int) // 3) % 2,
        w=1.0,
    )


def _ask(name: str, change: Change, **arguments: Any) -> Estimate | Refusal:
    """The answer, refusals of either kind; a warning or another exception fails the test."""
    outcome = OUTCOMES.get(name, "y")
    arguments = {key: outcome if value == "{y}" else value for key, value in arguments.items()}
    asked = {"outcome": outcome, "estimator": name, **EXTRA.get(name, {}), **arguments}
    try:
        return did(change(_frame(), outcome), **asked)
    except UsageError as error:
        return error


def _words(answer: Estimate | Refusal) -> str:
    """What a person reads; there has to be something that helps."""
    assert not isinstance(answer, Estimate), f"answered with a number: {answer!r}"
    words, help_ = (
        (answer.what, answer.fix) if isinstance(answer, UsageError) else (answer.reason, answer.would_help)
    )
    assert help_
    assert "nan" not in words.split()
    assert "np." not in words
    return words


def _cell(row: int, column: str, value: Any) -> Change:
    def change(frame: pd.DataFrame, outcome: str) -> pd.DataFrame:
        name = outcome if column == "{y}" else column
        fits = isinstance(value, float) and frame[name].dtype == float
        frame = frame if fits else frame.astype({name: object})
        frame.loc[row, name] = value
        return frame

    return change


def _assign(**columns: Any) -> Change:
    return lambda frame, outcome: frame.assign(
        **{
            (outcome if name == "y" else name): (value(frame) if callable(value) else value)
            for name, value in columns.items()
        }
    )


def _treated(yes: Any, no: Any) -> Callable[[pd.DataFrame], Any]:
    return lambda frame: [yes if each > 0 else no for each in frame["first_week"]]


def _covariates(count: int) -> Change:
    """Covariates of noise, the same in each call."""
    return lambda frame, _: frame.assign(
        **{f"z{k}": np.random.default_rng(k).normal(size=len(frame)) for k in range(count)}
    )


def _codes(frame: pd.DataFrame, _: str) -> pd.DataFrame:
    week = np.where(frame["week"] < 5, 201048 + frame["week"], 201096 + frame["week"])
    return frame.assign(week=week, first_week=np.where(frame["first_week"] > 0, 201101, 0))


AT = "week 7 of team 'team 03'"  # where row 30 stands
Z = {"covariates": "z"}

# What nobody can answer: the change, the arguments, and the words every estimator has to find.
ALL: dict[str, tuple[Change, dict[str, Any], list[str]]] = {
    "constant outcome": (_assign(y=3.0), {}, ["{y} is 3 in every row"]),
    "an outcome that is one number a unit": (
        _assign(y=lambda f: f["team"].factorize()[0] + 1.0),
        {},
        [],  # synthetic_control says that one cluster carries all the weight
    ),
    "an outcome that is one number a week": (
        _assign(y=lambda f: f["week"] * 1.0),
        {},
        ["team and week effects explain {y} wholly", "rounding"],
    ),
    "all treated": (_assign(first_week=5), {}, ["every unit is treated from 5 on"]),
    "one row twice": (
        lambda f, _: pd.concat([f, f.iloc[[17]]]),
        {},
        ["team 'team 02' has more than one row at week 2"],
    ),
    "infinite": (_cell(30, "{y}", math.inf), {}, ["outcome '{y}' is infinite (inf)", AT]),
    "beyond squares": (_cell(30, "{y}", 1e308), {}, ["outcome '{y}' is too large to be meant (1e+308)", AT]),
    "below squares": (
        lambda f, y: f.assign(**{y: f[y] * 1e-200}),
        {},
        ["outcome '{y}' holds nothing larger than", "too small to be squared"],
    ),
    "all missing": (_assign(y=math.nan), {}, ["outcome '{y}' is empty in every row"]),
    "no rows": (lambda f, _: f.iloc[:0], {}, ["frame has no rows"]),
    "one row": (lambda f, _: f.iloc[:1], {}, ["in every row: nothing varies"]),
    "one unit": (lambda f, _: f.iloc[:8], {}, ["every unit is treated from 5 on"]),
    "text as numbers": (_assign(y="4,5"), {}, ["outcome '{y}' holds '4,5' at week 1 of team 'team 00'"]),
    "numbers and text": (_cell(30, "{y}", "4,5"), {}, ["outcome '{y}' holds '4,5'", AT]),
    "unit missing": (_cell(30, "team", None), {}, ["unit 'team' is missing", "row 31"]),
    "time missing": (_cell(30, "week", math.nan), {}, ["time 'week' is missing", "row 31"]),
    "numbers and text as time": (_cell(30, "week", "7"), {}, ["week", "beside the others"]),
    "codes of weeks": (_codes, {}, ["201049 to 201104", "codes of weeks"]),
    "cohort changes": (
        _cell(30, "first_week", 6),
        {},
        ["cohort 'first_week' changes within team 'team 03': 5 and 6"],
    ),
    "half a cohort": (_assign(first_week=_treated(5.5, math.nan)), {}, ["5.5", "no whole number"]),
    "cohort in words": (_assign(first_week=_treated("5", "never")), {}, ["cohort 'first_week' holds '5'"]),
    "cohort of two kinds": (_assign(first_week=_treated(5, "never")), {}, ["cohort 'first_week' holds"]),
    "cohort below zero": (
        _assign(first_week=_treated(5, -1)),
        {},
        ["cohort 'first_week' is -1 in 48 rows", "every time is above 0"],
    ),
    "switched off": (
        _assign(D=lambda f: np.where(f["week"] == 8, 0, f["on"])),
        {"treatment": "D"},
        ["treatment 'D' is switched off at week 8 of team 'team 00'", "6 of 12 units switch off"],
    ),
    "0 and 1 as text": (
        _assign(D=lambda f: f["on"].astype(int).astype(str)),
        {"treatment": "D"},
        ["treatment 'D' holds '0' at week 1 of team 'team 00', which is no number"],
    ),
    "treated twice": (
        _assign(D=lambda f: f["on"] * 2),
        {"treatment": "D"},
        ["treatment 'D' is 2 at week 5 of team 'team 00' (24 rows such); it must be 0 or 1"],
    ),
    "treatment missing": (
        lambda f, y: _cell(30, "D", math.nan)(f.assign(D=f["on"]), y),
        {"treatment": "D"},
        ["treatment 'D' is missing", AT, "1 row such"],
    ),
    "a unit in two clusters": (
        _cell(30, "site", "elsewhere"),
        {"cluster": "site"},
        ["cluster 'site' changes within team 'team 03': 'site 3' and 'elsewhere'"],
    ),
    "a unit in two strata": (
        _cell(30, "site", "elsewhere"),
        {"strata": "site"},
        ["strata 'site' changes within team 'team 03': 'site 3' and 'elsewhere'"],
    ),
    "one cluster": (_assign(site="a"), {"cluster": "site"}, ["cluster"]),
    "two clusters": (_assign(site=_treated(1, 0)), {"cluster": "site"}, ["cluster"]),
    "no pairs": (_assign(pair=1), {"pairs": "pair"}, ["pairs 'pair'", "6 treated of 12 units"]),
    "unknown outcome": (
        lambda f, y: f.rename(columns={y: y + "s"}),
        {},
        ["outcome: there is no column '{y}'; did you mean '{y}s'?"],
    ),
    "unknown cluster": (lambda f, _: f, {"cluster": "sight"}, ["cluster: there is no column 'sight'; did you mean 'site'?"]),
    "unknown inference": (lambda f, _: f, {"inference": "boot"}, ["inference 'boot' is not known; did you mean 'bootstrap'?"]),
    "alpha as text": (lambda f, _: f, {"alpha": "0.05"}, ["alpha '0.05' is no number"]),
    "alpha in percent": (lambda f, _: f, {"alpha": 5}, ["alpha 5 is not between 0 and 0.5"]),
    "no baseline": (lambda f, _: f, {"baseline": -1}, ["baseline -1 is not a whole number of at least 1"]),
    "wash-in to the end": (lambda f, _: f, {"washin": 4}, ["no week is left after the start at 5 and a wash-in of 4"]),
    "announced all along": (lambda f, _: f, {"anticipation": 4}, ["no week is left before the start at 5"]),
    "everything left out": (lambda f, _: f, {"exclude": range(1, 9)}, ["no week is left"]),
    "unknown draw": (lambda f, _: f, {"assignment": "complet"}, ["did you mean 'complete'?"]),
}  # fmt: skip

# What only estimators that compare arms refuse: a dose needs no start.
NO_START = "by 'first_week', {} of 12 are treated throughout and {} never"
STARTS: dict[str, tuple[Change, dict[str, Any], list[str]]] = {
    "nobody treated": (_assign(first_week=0), {}, [NO_START.format(0, 12)]),
    "all treated throughout": (_assign(first_week=1), {}, [NO_START.format(12, 0)]),
    "some treated throughout": (_assign(first_week=_treated(1, 0)), {}, [NO_START.format(6, 6)]),
    "starts after the end": (_assign(first_week=_treated(99, 0)), {}, [NO_START.format(0, 12)]),
    "nothing before": (lambda f, _: f[f["week"] >= 5], {}, [NO_START.format(6, 6)]),
    "nothing after": (lambda f, _: f[f["week"] < 5], {}, [NO_START.format(0, 12)]),
    "one week": (lambda f, _: f[f["week"] == 6], {}, ["the frame holds one week alone, 6"]),
}

# What those that read weights and covariates refuse; the others say that they read none.
READ: dict[str, tuple[Change, dict[str, Any], list[str]]] = {
    "weights 0": (_assign(w=0.0), {"weights": "w"}, ["weights 'w' is 0 in every row"]),
    "weights missing": (_assign(w=math.nan), {"weights": "w"}, ["weights 'w' is empty in every row"]),
    "weights negative": (_cell(30, "w", -1.0), {"weights": "w"}, ["weights 'w' is negative (-1)", AT]),
    "weights in words": (_assign(w="many"), {"weights": "w"}, ["weights 'w' holds 'many'"]),
    "weights beyond squares": (_assign(w=1e300), {"weights": "w"}, ["weights 'w' is too large"]),
    "weights below squares": (_assign(w=1e-200), {"weights": "w"}, ["weights 'w' holds nothing larger than 1e-200"]),
    "an arm of weight 0": (_assign(w=_treated(0.0, 1.0)), {"weights": "w"}, ["48 rows of weight 0 in w left out"]),
    "covariate missing": (_assign(z=math.nan), Z, ["covariates 'z' is empty in every row"]),
    "outcome as covariate": (lambda f, _: f, {"covariates": "{y}"}, ["covariate '{y}' is the outcome"]),
    "one covariate twice": (lambda f, _: f, {"covariates": ["skill", "skill"]}, ["covariate 'skill' is given twice"]),
    "unknown covariate": (lambda f, _: f, {"covariates": "skil"}, ["covariates: there is no column 'skil'; did you mean 'skill'?"]),
    "unknown weights": (lambda f, _: f, {"weights": "peple"}, ["weights: there is no column 'peple'; did you mean 'people'?"]),
}  # fmt: skip


def _check(name: str, cases: dict[str, tuple[Change, dict[str, Any], list[str]]], case: str) -> None:
    change, arguments, words = cases[case]
    said = _words(_ask(name, change, **arguments))
    for word in words:
        assert word.replace("{y}", OUTCOMES.get(name, "y")) in said


@pytest.mark.parametrize("case", ALL)
@pytest.mark.parametrize("name", NAMES)
def test_is_refused_by_name(name: str, case: str) -> None:
    _check(name, ALL, case)


@pytest.mark.parametrize("case", STARTS)
@pytest.mark.parametrize("name", BY_COHORT)
def test_without_a_start_the_units_are_counted(name: str, case: str) -> None:
    _check(name, STARTS, case)


@pytest.mark.parametrize("case", READ)
@pytest.mark.parametrize("name", READING)
def test_weights_and_covariates_are_refused_by_name(name: str, case: str) -> None:
    _check(name, READ, case)


@pytest.mark.parametrize("argument", ["weights", "covariates"])
@pytest.mark.parametrize("name", [name for name, row in ESTIMATORS.items() if row.lacks])
def test_what_an_estimator_does_not_read_is_refused(name: str, argument: str) -> None:
    said = _words(_ask(name, lambda f, _: f, **{argument: "people"}))
    assert f"{argument} 'people': estimator '{name}' reads none" in said


@pytest.mark.parametrize("name", READING)
@pytest.mark.parametrize(
    ("covariate", "note"),
    [(lambda f: 1.0, "z left out"), (lambda f: 2 * f["skill"] - 7, "z left out")],
    ids=["constant", "another one's double"],
)
def test_a_covariate_that_says_nothing_leaves_with_a_note(name: str, covariate: Any, note: str) -> None:
    with_, without = (
        _ask(name, _assign(z=covariate), covariates=names) for names in (["skill", "z"], ["skill"])
    )
    assert isinstance(with_, Estimate)
    assert isinstance(without, Estimate)
    assert any(note in each.text for each in with_.notes)
    assert (with_.att, with_.se) == pytest.approx((without.att, without.se), rel=1e-7)


@pytest.mark.parametrize("name", READING)
@pytest.mark.parametrize("scale", [1e-60, 1e60, 1e140])
def test_the_size_of_a_covariate_does_not_matter(name: str, scale: float) -> None:
    plain, other = (_ask(name, _assign(z=lambda f, k=k: f["skill"] * k + k), **Z) for k in (1.0, scale))
    assert isinstance(plain, Estimate)
    assert isinstance(other, Estimate)
    assert (other.att, other.se, other.p_value) == pytest.approx(
        (plain.att, plain.se, plain.p_value), rel=1e-6
    )


@pytest.mark.parametrize("name", READING)
def test_a_covariate_that_is_the_treatment(name: str) -> None:
    """Regressions leave it out with a note; who compares units can't tell it from the effect."""
    found = _ask(name, _assign(z=lambda f: f["on"]), **Z)
    if isinstance(found, Estimate):
        assert any("covariate z left out" in note.text for note in found.notes)
    else:
        assert "z" in _words(found)
        assert name in ("change", "ancova", "group_time")


@pytest.mark.parametrize("name", READING)
def test_more_covariates_than_units(name: str) -> None:
    """Rows carry them in regressions; those that compare units say how few there are."""
    found = _ask(name, _covariates(20), covariates=[f"z{k}" for k in range(20)])
    if name in ("change", "ancova", "group_time"):
        assert "z0, z1" in _words(found)
    else:
        assert isinstance(found, Estimate)
        assert math.isfinite(found.se)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("poisson", -1.0, "outcome 'events' is -1 at week 7 of team 'team 03'; counts are from 0 to 1e+15"),
        ("binomial", -1.0, "outcome 'events' is -1, trials 50 at week 7 of team 'team 03'"),
        ("binomial", 51.0, "outcome 'events' is 51, trials 50 at week 7 of team 'team 03'"),
    ],
)
def test_counts_and_shares_out_of_range(name: str, value: float, words: str) -> None:
    assert words in _words(_ask(name, _cell(30, "{y}", value)))


def test_shares_without_exposure() -> None:
    found = _ask("binomial", _assign(events=lambda f: f["y"]), exposure=None)
    assert "without exposure the outcome is a share between 0 and 1" in _words(found)


@pytest.mark.parametrize("name", NAMES)
def test_true_and_false_are_0_and_1(name: str) -> None:
    by_cohort, by_treatment = (
        _ask(name, _assign(D=lambda f: f["on"].astype(bool)), **more) for more in ({}, {"treatment": "D"})
    )
    assert isinstance(by_treatment, Estimate)
    assert by_treatment.to_dict() == by_cohort.to_dict()


@pytest.mark.parametrize("name", NAMES)
def test_a_start_between_two_times_is_said(name: str) -> None:
    """Weeks 2, 4, .. with a start in 9: the first treated is 10, and nothing else changes."""
    found = _ask(name, _assign(week=lambda f: f["week"] * 2, first_week=_treated(9, 0)))
    plain = _ask(name, lambda f, _: f)
    assert isinstance(found, Estimate)
    assert isinstance(plain, Estimate)
    assert "the start at 9 is no week of the frame: the first treated one is 10" in map(str, found.notes)
    assert found.att == pytest.approx(plain.att)


@pytest.mark.parametrize("side", ["from its start on", "before its start"])
@pytest.mark.parametrize("name", BY_COHORT)
@pytest.mark.parametrize("how", ["rows away", "values away"])
def test_an_arm_without_values_on_a_side_is_said(name: str, side: str, how: str) -> None:
    def change(frame: pd.DataFrame, outcome: str) -> pd.DataFrame:
        late = frame["week"] >= 5
        gone = (frame["first_week"] > 0) & (late if side == "from its start on" else ~late)
        if how == "rows away":
            return frame[~gone]
        return frame.assign(**{outcome: frame[outcome].where(~gone)})

    said = _words(_ask(name, change))
    assert f"none of 6 treated units has a value of {OUTCOMES.get(name, 'y')} {side}" in said
    assert ("24 rows without" in said) == (how == "values away")


def test_strata_that_can_only_be_compared_whole() -> None:
    """Team 05 is alone in its stratum's arm: `cr2` borrows its spread, `cluster` has two strata, which give no interval."""
    change = _assign(site=lambda f: f["team"].str[-1] > "4")
    assert isinstance(_ask("change", change, strata="site", inference="cr2"), Estimate)
    found = _ask("change", change, strata="site", inference="cluster")
    assert "an arm of a stratum holds one cluster, so that only whole strata can be compared" in _words(found)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("poisson", "binomial")])
def test_an_effect_without_noise_says_what_its_error_is_worth(name: str) -> None:
    """An effect of 20 that every number of the frame shows; in affected units alone, for a triple difference."""

    def value(frame: pd.DataFrame) -> pd.Series:
        hit = frame["affected"] if name == "triple" else 1
        level = pd.Series(frame["team"].factorize()[0], frame.index)
        made: pd.Series = 3.0 * level + np.cos(frame["week"]) + 20.0 * frame["on"] * hit
        return made

    found = _ask(name, _assign(y=value))
    if name == "synthetic_control":
        assert "one comparison cluster carries all the weight" in _words(found)
        return
    assert isinstance(found, Estimate)
    assert found.att == pytest.approx(20.0)
    assert found.se == 0
    assert "the standard error is zero and says nothing" in " ".join(map(str, found.notes[:2]))
