"""moderndid: ports of did and HonestDiD."""

from __future__ import annotations

import warnings

import moderndid as md
import numpy as np

NAME = "moderndid"
EVENT_TIMES = (-3, -2, 0, 1, 4)


def group_time(frame):
    """`att_gt`, then `aggte` by event time with 999 multiplier draws."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cells = md.att_gt(frame, "y", "week", "team", "first_week", boot=False, cband=False, est_method="dr")
        path = md.aggte(cells, type="dynamic", boot=True, biters=999, cband=True, random_state=1)
    place = {int(time): at for at, time in enumerate(np.asarray(path.event_times))}
    att, se = np.asarray(path.att_by_event), np.asarray(path.se_by_event)
    return {f"att at {time:+d}": float(att[place[time]]) for time in EVENT_TIMES} | {
        "se at +0": float(se[place[0]])
    }


def honest(path):
    """C-LF at one m, on its 1,000 points, laid close so that the two can be compared."""
    n_pre = int(path["n_pre"][0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = md.create_sensitivity_results_rm(
            path["beta"],
            path["sigma"],
            n_pre,
            len(path["beta"]) - n_pre,
            m_bar_vec=[1.0],
            method="C-LF",
            grid_lb=-0.5,
            grid_ub=1.5,
        )
    row = found.row(0, named=True)
    return {"low": float(row["lb"]), "high": float(row["ub"])}


TASKS = {
    "group_time": (("team", "week", "first_week", "y"), group_time),
    "honest": (("beta", "sigma", "n_pre"), honest),
}
