"""ritest-python: a port of ritest."""

from __future__ import annotations

from ritest import ritest

NAME = "ritest-python"


def randomization(frame):
    """One change a team, 9,999 draws, with its interval."""
    start = frame.loc[frame["ever"] == 1, "first_week"].iloc[0]
    means = frame.groupby(["team", frame["week"] >= start])["y"].mean().unstack()
    teams = means[True].sub(means[False]).rename("change").to_frame()
    teams["ever"] = frame.groupby("team")["ever"].first()
    found = ritest(
        df=teams.reset_index(),
        permute_var="ever",
        formula="change ~ ever",
        stat="ever",
        reps=9_999,
        seed=1,
        n_jobs=1,
    )
    return {"att": float(found.obs_stat), "p": float(found.pval)}


TASKS = {"randomization": (("team", "week", "ever", "first_week", "y"), randomization)}
