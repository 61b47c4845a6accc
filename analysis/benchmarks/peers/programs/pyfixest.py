"""pyfixest, asked for no more than the task needs (no copies kept)."""

from __future__ import annotations

import warnings

import numpy as np
import pyfixest as pf

NAME = "pyfixest"
LEAN = {"copy_data": False, "store_data": False}
EVENT_TIMES = (-3, -2, 0, 1, 4)


def twfe(frame):
    """`feols` with cluster-robust variance."""
    fit = pf.feols("y ~ treated | team + week", frame, vcov={"CRV1": "team"}, lean=True, **LEAN)
    return {"att": float(fit.coef().iloc[0]), "se": float(fit.se().iloc[0])}


def event_study(frame):
    """`i(event_time)`; never treated teams sit in the reference."""
    fit = pf.feols("y ~ i(event_time, ref=-1) | team + week", frame, vcov={"CRV1": "team"}, lean=True, **LEAN)
    coef, se = fit.coef(), fit.se()
    named = {int(name.split("::")[1]): name for name in coef.index}
    found = {f"att at {time:+d}": float(coef[named[time]]) for time in EVENT_TIMES}
    return found | {"se at +0": float(se[named[0]])}


def wild(frame):
    """`wildboottest`, null imposed, Rademacher; no interval."""
    fit = pf.feols("y ~ treated + C(team) + C(week)", frame, vcov={"CRV1": "team"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = fit.wildboottest(param="treated", reps=9_999, cluster="team", seed=1)
    return {"att": float(fit.coef()["treated"]), "p": float(found["Pr(>|t|)"])}


def randomization(frame):
    """`ritest` on one change a team: pilot mean less baseline mean."""
    start = frame.loc[frame["ever"] == 1, "first_week"].iloc[0]
    after = frame["week"] >= start
    means = frame.groupby(["team", after])["y"].mean().unstack()
    teams = means[True].sub(means[False]).rename("change").to_frame()
    teams["ever"] = frame.groupby("team")["ever"].first()
    fit = pf.feols("change ~ ever", teams.reset_index())
    found = fit.ritest("ever", reps=9_999, rng=np.random.default_rng(1))
    return {"att": float(fit.coef()["ever"]), "p": float(found["Pr(>|t|)"])}


TASKS = {
    "twfe": (("team", "week", "treated", "y"), twfe),
    "event_study": (("team", "week", "event_time", "y"), event_study),
    "wild": (("team", "week", "treated", "y"), wild),
    "randomization": (("team", "week", "ever", "first_week", "y"), randomization),
}
