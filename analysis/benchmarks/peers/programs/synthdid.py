"""synthdid-py: a port of synthdid."""

from __future__ import annotations

import synthdid

NAME = "synthdid-py"


def synthetic_did(frame):
    """Estimate, then 200 placebos."""
    panel = frame.assign(on=((frame["ever"] == 1) & (frame["week"] >= frame["first_week"])).astype(int))
    ready = synthdid.panel_matrices(panel, unit="team", time="week", outcome="y", treatment="on")
    fit = synthdid.synthdid_estimate(ready.Y, ready.N0, ready.T0)
    return {"att": float(fit), "se": float(synthdid.placebo_se(fit, replications=200, random_state=1))}


TASKS = {"synthetic_did": (("team", "week", "ever", "first_week", "y"), synthetic_did)}
