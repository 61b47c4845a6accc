"""pilotlab, from an unsorted DataFrame through its public door."""

from __future__ import annotations

import numpy as np

import pilotlab as pl
from pilotlab.stats.sensitivity.honest_rm import relative_magnitude

NAME = "pilotlab"
PANEL = ("team", "week", "first_week", "y")
EVENT_TIMES = (-3, -2, 0, 1, 4)


def _did(frame, **asked):
    found = pl.did(frame, outcome_unit="points", **asked)
    if not found:
        raise RuntimeError(f"no estimate: {found.reason}")
    return found


def _headline(found) -> dict[str, float]:
    return {"att": found.att, "se": found.se}


def _path(found) -> dict[str, float]:
    rows = found.to_frame().set_index("event_time")
    return {f"att at {time:+d}": float(rows.loc[time, "att"]) for time in EVENT_TIMES} | {
        "se at +0": float(rows.loc[0, "se"])
    }


def twfe(frame):
    """Two-way fixed effects, CR1 by team."""
    return _headline(_did(frame, estimator="twfe", inference="cluster"))


def event_study(frame):
    """Least squares on event times, CR1 by team."""
    return _path(_did(frame, estimator="event_study", aggregate="event_time", inference="cluster"))


def group_time(frame):
    """Callaway & Sant'Anna by event time with a simultaneous band of 999 draws."""
    return _path(_did(frame, estimator="group_time", aggregate="event_time", inference="bootstrap", reps=999))


def imputation(frame):
    """Borusyak, Jaravel & Spiess with their conservative variance."""
    return _headline(_did(frame, estimator="imputation", inference="cluster"))


def wild(frame):
    """Wild cluster bootstrap, null imposed, Rademacher, with its interval."""
    found = _did(frame, estimator="twfe", inference="wild", reps=9_999)
    return {"att": found.att, "p": found.p_value}


def randomization(frame):
    """9,999 draws of a complete assignment, with interval."""
    found = _did(frame, estimator="change", inference="randomization", assignment="complete", reps=9_999)
    return {"att": found.att, "p": found.p_value}


def randomization_exact(frame):
    """All 184,756 assignments of 10 in 20 teams."""
    return randomization(frame)


def synthetic_did(frame):
    """Synthetic difference-in-differences with 200 placebos."""
    return _headline(_did(frame, estimator="synthetic_did", inference="placebo", reps=200))


def honest(path):
    """C-LF bounds on the first effect at one m: the kernel, as the peer's function is."""
    n_pre = int(path["n_pre"][0])
    first = np.eye(len(path["beta"]) - n_pre)[0]
    low, high = relative_magnitude(path["beta"], path["sigma"], n_pre, first, 1.0)
    return {"low": low, "high": high}


def honest_breakdown(path):
    """The same through the public door, which also searches the m at which the bounds reach zero."""
    found = pl.honest_did(path["beta"], path["sigma"], n_pre=int(path["n_pre"][0]), grid=[1.0])
    row = found.to_frame().iloc[-1]
    return {"low": float(row["ci_low"]), "high": float(row["ci_high"]), "breakdown": float(found.breakdown)}


TASKS = {
    "twfe": (PANEL, twfe),
    "event_study": (PANEL, event_study),
    "group_time": (PANEL, group_time),
    "imputation": (PANEL, imputation),
    "wild": (PANEL, wild),
    "randomization": (PANEL, randomization),
    "randomization_exact": (PANEL, randomization_exact),
    "synthetic_did": (PANEL, synthetic_did),
    "honest": (("beta", "sigma", "n_pre"), honest),
    "honest_breakdown": (("beta", "sigma", "n_pre"), honest_breakdown),
}
