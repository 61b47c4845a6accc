"""Panels as they come: each estimator gives what an independent calculation gives, and says what it left out; or says why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from pilotlab.estimate.did import did
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from tests.panels import simulate, with_gaps

Frame = pd.DataFrame


def _frame(starts: tuple[int, ...] = (4, 6), treated: int = 10) -> Frame:
    frame = simulate(teams=20, weeks=8, starts=starts, treated=treated, att=1.0, seed=11)
    number = frame["team"].str[-2:].astype(int)
    on = (frame["first_week"] > 0) & (frame["week"] >= frame["first_week"])
    events = np.random.default_rng(5).poisson(6, len(frame)).astype(float)
    return frame.assign(on=on * 1.0, days=on * (1.0 + number % 3), affected=number // 2 % 2, events=events)


def _start(frame: Frame, **first_week: int) -> Frame:
    """Other starts for single teams: t03=1 is treated throughout."""
    by = {name.replace("t", "team "): start for name, start in first_week.items()}
    cohort = frame["team"].map(by).fillna(frame["first_week"]).astype(int)
    on = (cohort > 0) & (frame["week"] >= cohort)
    number = frame["team"].str[-2:].astype(int)
    return frame.assign(first_week=cohort, on=on * 1.0, days=on * (1.0 + number % 3))


def _without(frame: Frame, rows: pd.Series) -> Frame:
    return frame[~rows].reset_index(drop=True)


PANELS: dict[str, Callable[[tuple[int, ...]], Frame]] = {
    "gaps": lambda starts: with_gaps(_frame(starts), 0.15, seed=2),
    "one unit seen once": lambda starts: _without(
        f := _frame(starts), (f["team"] == "team 00") & (f["week"] != 3)
    ),
    "late and early": lambda starts: _without(
        f := _frame(starts),
        ((f["team"] == "team 00") & (f["week"] < 3)) | ((f["team"] == "team 19") & (f["week"] > 5)),
    ),
    "treated throughout": lambda starts: _start(_frame(starts), t00=1, t01=1),
    "a start of one unit": lambda starts: _start(_frame(starts), t00=7),
    "nobody waits": lambda starts: _frame((*starts, 7), treated=20),
    "treated weeks of some missing": lambda starts: _without(
        f := _frame(starts), f["team"].isin(["team 00", "team 01"]) & (f["on"] > 0)
    ),
    "weeks missing for all": lambda starts: _without(f := _frame(starts), f["week"].isin([2, 5])),
}
KINDS = {"one start": (5,), "two starts": (4, 6)}
WEIGHTED = (
    "change",
    "twfe",
    "event_study",
    "group_time",
    "sun_abraham",
    "imputation",
    "dose",
    "triple",
    "poisson",
)


def _dummies(frame: Frame, *names: str) -> list[np.ndarray]:
    return [
        (frame[name] == value).to_numpy(float) for name in names for value in sorted(frame[name].unique())
    ]


def _wls(columns: list[Any], frame: Frame, y: str = "y") -> np.ndarray:
    """Least squares of minimal norm, so that dummies may be redundant."""
    root = np.sqrt(frame["w"].to_numpy())
    X = np.column_stack([np.asarray(column, dtype=float) for column in columns])
    return np.asarray(np.linalg.lstsq(X * root[:, None], frame[y].to_numpy() * root, rcond=1e-12)[0])


def _twfe(frame: Frame) -> float:
    return float(_wls([frame["on"], *_dummies(frame, "team", "week")], frame)[0])


def _dose(frame: Frame) -> float:
    return float(_wls([frame["days"], *_dummies(frame, "team", "week")], frame)[0])


def _triple(frame: Frame) -> float:
    crossed = frame.assign(
        a=frame["first_week"].astype(str) + "|" + frame["week"].astype(str),
        b=frame["affected"].astype(str) + "|" + frame["week"].astype(str),
    )
    on = crossed["on"] * crossed["affected"]
    return float(_wls([on, *_dummies(crossed, "team", "a", "b")], crossed)[0])


def _switching(frame: Frame) -> Frame:
    kept: Frame = frame[(frame["first_week"] == 0) | (frame["first_week"] > frame["week"].min())]
    return kept


def _waits(frame: Frame) -> tuple[Frame, int]:
    """Without never-treated units the last start serves as such, until it starts."""
    if (frame["first_week"] == 0).any():
        return frame, 0
    last = int(frame["first_week"].max())
    kept = frame[frame["week"] < last]
    return kept.assign(first_week=kept["first_week"].where(kept["first_week"] != last, 0)), last


def _base(frame: Frame, start: int) -> int:
    """The last week before a start at which its cohort has a value."""
    return int(frame.loc[(frame["first_week"] == start) & (frame["week"] < start), "week"].max())


def _event_study(frame: Frame) -> float:
    frame = _switching(frame)
    starts = sorted(set(frame["first_week"]) - {0})
    base = {start: _base(frame, start) for start in starts}
    since = (frame["week"] - frame["first_week"]).where(frame["first_week"] > 0)
    since = since.where(frame["week"] != frame["first_week"].map(base))
    events = sorted(since.dropna().unique())
    found = _wls([*((since == event) for event in events), *_dummies(frame, "team", "week")], frame)
    return float(np.mean([value for event, value in zip(events, found, strict=False) if event >= 0]))


def _sun_abraham(frame: Frame) -> float:
    frame, _ = _waits(_switching(frame))
    cells = [
        (start, week)
        for start in sorted(set(frame["first_week"]) - {0})
        for week in sorted(frame.loc[frame["first_week"] == start, "week"].unique())
        if week != _base(frame, start)
    ]
    masks = [(frame["first_week"] == start) & (frame["week"] == week) for start, week in cells]
    found = _wls([*masks, *_dummies(frame, "team", "week")], frame)
    after = [week >= start for start, week in cells]
    share = np.array([frame.loc[mask, "w"].sum() * late for mask, late in zip(masks, after, strict=True)])
    return float(share @ found[: len(cells)] / share.sum())


def _imputation(frame: Frame) -> float:
    frame = _switching(frame)
    if not (frame["first_week"] == 0).any():
        frame = frame[frame["week"] < frame["first_week"].max()]
    known = frame[frame["on"] == 0]
    late = frame[(frame["on"] > 0) & frame["team"].isin(known["team"]) & frame["week"].isin(known["week"])]
    both = pd.concat([known, late], ignore_index=True)
    columns = _dummies(both, "team", "week")
    fit = _wls([column[: len(known)] for column in columns], known)
    tau = late["y"].to_numpy() - np.column_stack(columns)[len(known) :] @ fit
    return float(np.average(tau, weights=late["w"]))


def _group_time(frame: Frame) -> float:
    """ATT(g,t) one by one, among units seen at both times, by the size of cohorts."""
    frame, waiting = _waits(_switching(frame))
    value, weight = (frame.pivot(index="team", columns="week", values=name) for name in ("y", "w"))
    cohort = frame.groupby("team")["first_week"].first()
    atts, sizes = [], []
    for start in sorted(set(cohort) - {0}):
        base = max(week for week in value.columns if week < start)
        for week in (week for week in value.columns if week >= start):
            other = (cohort == 0) | (((cohort > week) & (cohort != start)) if waiting else False)
            change = (value[week] - value[base]).dropna()
            own, rest = (change[mask.reindex(change.index)] for mask in (cohort == start, other))
            if len(own) and len(rest):
                mean = [np.average(each, weights=weight[base].reindex(each.index)) for each in (own, rest)]
                atts.append(mean[0] - mean[1])
                sizes.append(weight[cohort == start].mean(axis=1).sum())
    return float(np.average(atts, weights=sizes))


def _change(frame: Frame) -> float:
    return _one_number(frame, adjusted=False)


def _ancova(frame: Frame) -> float:
    return _one_number(frame, adjusted=True)


def _one_number(frame: Frame, *, adjusted: bool) -> float:
    frame = _switching(frame)
    start = max(frame["first_week"])
    side = np.where(frame["week"] < start, "before", "after")
    means = frame.groupby(["team", side])["y"].mean().unstack().dropna()
    weight = frame[frame["week"] < start].groupby("team")["w"].mean().reindex(means.index)
    on = (frame.groupby("team")["first_week"].first() > 0).reindex(means.index)
    table = means.assign(w=weight, on=on.astype(float), change=means["after"] - means["before"])
    columns = [table["on"], np.ones(len(table)), *([table["before"]] if adjusted else [])]
    return float(_wls(columns, table, "after" if adjusted else "change")[0])


def _poisson(frame: Frame) -> float:
    frame = frame[frame.groupby("team")["events"].transform("sum") > 0]
    X = np.column_stack([frame["on"], *_dummies(frame, "team"), *_dummies(frame, "week")[1:]])
    fit = sm.GLM(frame["events"], X, family=sm.families.Poisson(), var_weights=frame["w"]).fit(tol=1e-12)
    return float(np.asarray(fit.params)[0])


BY_HAND: dict[str, Callable[[Frame], float]] = {
    "change": _change,
    "ancova": _ancova,
    "twfe": _twfe,
    "event_study": _event_study,
    "group_time": _group_time,
    "sun_abraham": _sun_abraham,
    "imputation": _imputation,
    "dose": _dose,
    "triple": _triple,
    "poisson": _poisson,
}
EXTRA: dict[str, dict[str, Any]] = {
    "dose": {"dose": "days"},
    "triple": {"group": "affected"},
    "poisson": {"outcome": "events"},
}
SEVERAL = ("a start of one unit", "nobody waits")  # which make a second start


def _no_number(name: str, panel: str, kind: str) -> str:
    """What the reason says where there is no number."""
    if name in ("change", "ancova") and (kind == "two starts" or panel in SEVERAL):
        return "needs one start"
    if name == "event_study" and panel == "nobody waits":
        return "can't be told apart from unit and time effects"
    return ""


SAID = {
    ("one unit seen once", ("change", "ancova")): "1 unit left out, no value on one side of the start: team 00",
    ("one unit seen once", ("group_time",)): "is compared among the units with a value then and at the base time",
    ("treated weeks of some missing", ("change", "ancova")): "2 units left out, no value on one side of the start",
    ("treated throughout", ("change", "ancova", "event_study", "group_time", "sun_abraham", "imputation")): (
        "2 units left out, treated from the first time on: team 00, team 01"
    ),
    ("nobody waits", ("group_time", "sun_abraham")): "no unit is never treated",
    ("a start of one unit", ("group_time",)): "cohort 7: one unit or cluster only",
}  # fmt: skip
CASES = [(name, panel, kind) for name in BY_HAND for panel in PANELS for kind in KINDS]


def _answer(frame: Frame, name: str, **more: Any) -> Estimate | NotEstimable:
    return did(frame, **{"estimator": name, "inference": "cluster", **EXTRA.get(name, {}), **more})


@pytest.mark.parametrize(("name", "panel", "kind"), CASES)
def test_it_is_the_calculation_by_hand_or_says_why_not(name: str, panel: str, kind: str) -> None:
    frame = PANELS[panel](KINDS[kind]).assign(w=1.0)
    found = _answer(frame, name)
    if reason := _no_number(name, panel, kind):
        assert isinstance(found, NotEstimable)
        assert reason in found.reason
        assert found.would_help
        return
    assert isinstance(found, Estimate), found
    assert found.att == pytest.approx(BY_HAND[name](frame), abs=1e-7)
    assert 0 < found.se < 2
    for (where, who), words in SAID.items():
        if where == panel and name in who:
            assert any(words in note.text for note in found.notes), found.notes


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("panel", ["gaps", "late and early", "treated throughout"])
@pytest.mark.parametrize("name", WEIGHTED)
def test_weights_count_as_by_hand(name: str, panel: str, kind: str) -> None:
    frame = PANELS[panel](KINDS[kind])
    frame = frame.assign(w=frame["people"])
    found = _answer(frame, name, weights="people")
    if _no_number(name, panel, kind):
        assert isinstance(found, NotEstimable)
        return
    assert isinstance(found, Estimate), found
    assert found.att == pytest.approx(BY_HAND[name](frame), abs=1e-7)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("panel", PANELS)
def test_a_rollout_is_that_of_its_complete_units(panel: str, kind: str) -> None:
    frame = PANELS[panel](KINDS[kind])
    weeks = frame["week"].nunique()
    whole = frame[frame.groupby("team")["week"].transform("count") == weeks]
    found, complete = (_answer(each, "rollout") for each in (frame, whole))
    if isinstance(complete, NotEstimable):
        assert isinstance(found, NotEstimable)
        return
    assert isinstance(found, Estimate)
    assert (found.att, found.se) == (complete.att, complete.se)
    lost = frame["team"].nunique() - whole["team"].nunique()
    assert not lost or any(
        f"{lost} unit" in note.text and "a value is missing" in note.text for note in found.notes
    )


@pytest.mark.parametrize("name", ["synthetic_did", "synthetic_control"])
@pytest.mark.parametrize("panel", PANELS)
def test_synthetic_comparisons_say_what_they_left_out(name: str, panel: str) -> None:
    """Or why they have no number; complete units and weeks give the same."""
    frame = PANELS[panel](KINDS["one start"])
    found = did(frame, estimator=name)
    if panel in (*SEVERAL, "gaps"):
        words = "5 times left out, for a treated unit" if panel == "gaps" else "needs one start"
        assert isinstance(found, NotEstimable)
        assert words in found.reason
        return
    assert isinstance(found, Estimate)
    full = frame["team"].nunique() * frame["week"].nunique() == len(frame) and panel != "treated throughout"
    said = " ".join(map(str, found.notes))
    assert full == ("left out" not in said and "missing" not in said)


@pytest.mark.parametrize("name", ["twfe", "poisson"])
@pytest.mark.parametrize("kind", KINDS)
def test_repeated_cross_sections_have_cohort_effects(name: str, kind: str) -> None:
    frame = with_gaps(_frame(KINDS[kind]), 0.3).assign(w=1.0)
    found = did(frame, unit=None, estimator=name, inference="hetero", **EXTRA.get(name, {}))
    assert isinstance(found, Estimate)
    by_hand = BY_HAND[name](frame.assign(team=frame["first_week"]))
    assert found.att == pytest.approx(by_hand, abs=1e-7)
