"""statsmodels on data demeaned by hand, as one does where a panel is complete."""

from __future__ import annotations

import numpy as np
import statsmodels.api as sm

NAME = "statsmodels"


def twfe(frame):
    """OLS of the demeaned outcome on the demeaned indicator, cluster-robust."""
    columns = frame[["y", "treated"]].astype(float)
    team, week = columns.groupby(frame["team"]), columns.groupby(frame["week"])
    within = columns - team.transform("mean") - week.transform("mean") + columns.mean()
    fit = sm.OLS(within["y"], within[["treated"]]).fit(
        cov_type="cluster", cov_kwds={"groups": frame["team"].to_numpy()}
    )
    return {"att": float(fit.params.iloc[0]), "se": float(np.asarray(fit.bse)[0])}


TASKS = {"twfe": (("team", "week", "treated", "y"), twfe)}
