"""csdid: a port of did."""

from __future__ import annotations

import contextlib
import io
import warnings

import numpy as np
from csdid.att_gt import ATTgt

NAME = "csdid"
EVENT_TIMES = (-3, -2, 0, 1, 4)


def group_time(frame):
    """`ATTgt`, then `aggte` by event time with 999 multiplier draws."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        cells = ATTgt(yname="y", tname="week", idname="team", gname="first_week", data=frame, biters=999)
        path = cells.fit(est_method="dr", bstrap=False).aggte(
            typec="dynamic", bstrap=True, biters=999, cband=True
        )
    found = path.atte
    place = {int(time): at for at, time in enumerate(np.asarray(found["egt"]))}
    att, se = np.asarray(found["att_egt"]), np.asarray(found["se_egt"]).ravel()
    return {f"att at {time:+d}": float(att[place[time]]) for time in EVENT_TIMES} | {
        "se at +0": float(se[place[0]])
    }


TASKS = {"group_time": (("team", "week", "first_week", "y"), group_time)}
