"""diff-diff, with its compiled backend where the wheel brings one."""

from __future__ import annotations

import warnings

import diff_diff as dd

NAME = "diff-diff"
EVENT_TIMES = (-3, -2, 0, 1, 4)
PANEL = ("team", "week", "first_week", "y")


def group_time(frame):
    """Callaway & Sant'Anna by event time, 999 multiplier draws."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = dd.CallawaySantAnna(n_bootstrap=999, seed=1).fit(
            frame, outcome="y", unit="team", time="week", first_treat="first_week", aggregate="event_study"
        )
    path = fit.event_study_effects
    return {f"att at {time:+d}": float(path[time]["effect"]) for time in EVENT_TIMES} | {
        "se at +0": float(path[0]["se"])
    }


def imputation(frame):
    """Borusyak, Jaravel & Spiess."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = dd.ImputationDiD().fit(frame, outcome="y", unit="team", time="week", first_treat="first_week")
    return {"att": float(fit.att), "se": float(fit.se)}


def wild(frame):
    """Two-way effects with wild cluster bootstrap."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = dd.TwoWayFixedEffects(
            inference="wild_bootstrap", n_bootstrap=9_999, cluster="team", seed=1
        ).fit(frame.assign(post=_post(frame)), outcome="y", treatment="ever", post="post", unit="team")
    return {"att": float(fit.att), "p": float(fit.p_value)}


def randomization(frame):
    """`permutation_test`, 9,999 draws."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = dd.permutation_test(
            frame.assign(post=_post(frame)), "y", "ever", "post", "team", n_permutations=9_999, seed=1
        )
    return {"att": float(fit.original_effect), "p": float(fit.p_value)}


def synthetic_did(frame):
    """Synthetic difference-in-differences with 200 placebos."""
    start = int(frame.loc[frame["ever"] == 1, "first_week"].iloc[0])
    last = int(frame["week"].max())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = dd.SyntheticDiD(variance_method="placebo", n_bootstrap=200, seed=1).fit(
            frame, "y", "ever", "team", "week", post_periods=list(range(start, last + 1))
        )
    return {"att": float(fit.att), "se": float(fit.se)}


def _post(frame):
    start = frame.loc[frame["ever"] == 1, "first_week"].iloc[0]
    return (frame["week"] >= start).astype(int)


ONE_START = ("team", "week", "ever", "first_week", "y")
TASKS = {
    "group_time": (PANEL, group_time),
    "imputation": (PANEL, imputation),
    "wild": (ONE_START, wild),
    "randomization": (ONE_START, randomization),
    "synthetic_did": (ONE_START, synthetic_did),
}
