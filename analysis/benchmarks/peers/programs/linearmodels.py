"""linearmodels: PanelOLS with both effects."""

from __future__ import annotations

from linearmodels.panel import PanelOLS

NAME = "linearmodels"


def twfe(frame):
    """Entity and time effects, clustered by entity; its SE counts the effects of time, not those of teams."""
    panel = frame.set_index(["team", "week"])
    model = PanelOLS(panel["y"], panel[["treated"]], entity_effects=True, time_effects=True)
    fit = model.fit(cov_type="clustered", cluster_entity=True, debiased=True, count_effects=False)
    return {"att": float(fit.params.iloc[0]), "se": float(fit.std_errors.iloc[0])}


TASKS = {"twfe": (("team", "week", "treated", "y"), twfe)}
