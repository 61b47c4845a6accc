"""Changes: one number a team, its mean over the counted weeks less its mean over the baseline."""

from __future__ import annotations

import pandas as pd

from pilotlab.spec.pilot import CONTROL, Windows


def changes(frame: pd.DataFrame, windows: Windows) -> pd.DataFrame:
    """Change of each team that has values on both sides: `change, arm, stratum, cluster, pilot`, by team."""
    before, after = (
        frame[frame["week"].isin(map(str, weeks))].groupby("team")["value"].mean()
        for weeks in (windows.baseline, windows.counted)
    )
    places = frame.drop_duplicates("team").set_index("team")[["arm", "stratum", "cluster"]]
    found = places.assign(change=after - before, pilot=(places["arm"] != CONTROL).astype(float))
    return found.dropna(subset="change").sort_index()
