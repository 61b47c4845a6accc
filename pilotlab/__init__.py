"""pilotlab: measure a hybrid-work schedule before you mandate it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pilotlab.version import __version__

if TYPE_CHECKING:
    from pilotlab.api import Workspace, init
    from pilotlab.api import open_workspace as open  # noqa: A004 - the public name, as in pl.open
    from pilotlab.decide.course import Course
    from pilotlab.decide.decision import ArmDecision, Decision
    from pilotlab.design.assignment import Assignment
    from pilotlab.errors import Finding, PilotlabError, UsageError
    from pilotlab.estimate.did import did
    from pilotlab.estimate.heterogeneity.by_slice import slices
    from pilotlab.estimate.plots.estimates_plot import forest
    from pilotlab.estimate.results.decomposition import Bacon
    from pilotlab.estimate.results.effect import Estimate, NotEstimable
    from pilotlab.estimate.results.harm import HarmBounds
    from pilotlab.estimate.results.slice_effects import Slices
    from pilotlab.estimate.sensitivity.bacon_decomposition import bacon
    from pilotlab.estimate.sensitivity.harm_bounds import harm_bounds
    from pilotlab.estimate.sensitivity.honest_did import honest_did
    from pilotlab.evaluate.analysis import Analysis, MetricResult
    from pilotlab.note import Note
    from pilotlab.panel.panel import Panel
    from pilotlab.panel.status import Status
    from pilotlab.scaffold.demo import demo
    from pilotlab.simulate.company import Company, simulate
    from pilotlab.simulate.scenarios import SCENARIOS, Scenario
    from pilotlab.spec.engine import ESTIMATORS, INFERENCES
    from pilotlab.spec.metric import MetricSpec
    from pilotlab.spec.pilot import PilotSpec
    from pilotlab.weeks import Week

PUBLIC = {  # where each public name lives
    "ESTIMATORS": "pilotlab.spec.engine:ESTIMATORS",
    "INFERENCES": "pilotlab.spec.engine:INFERENCES",
    "SCENARIOS": "pilotlab.simulate.scenarios:SCENARIOS",
    "Analysis": "pilotlab.evaluate.analysis:Analysis",
    "ArmDecision": "pilotlab.decide.decision:ArmDecision",
    "Assignment": "pilotlab.design.assignment:Assignment",
    "Bacon": "pilotlab.estimate.results.decomposition:Bacon",
    "Company": "pilotlab.simulate.company:Company",
    "Course": "pilotlab.decide.course:Course",
    "Decision": "pilotlab.decide.decision:Decision",
    "Estimate": "pilotlab.estimate.results.effect:Estimate",
    "Finding": "pilotlab.errors:Finding",
    "HarmBounds": "pilotlab.estimate.results.harm:HarmBounds",
    "MetricResult": "pilotlab.evaluate.analysis:MetricResult",
    "MetricSpec": "pilotlab.spec.metric:MetricSpec",
    "Note": "pilotlab.note:Note",
    "NotEstimable": "pilotlab.estimate.results.effect:NotEstimable",
    "Panel": "pilotlab.panel.panel:Panel",
    "PilotSpec": "pilotlab.spec.pilot:PilotSpec",
    "PilotlabError": "pilotlab.errors:PilotlabError",
    "Scenario": "pilotlab.simulate.scenarios:Scenario",
    "Slices": "pilotlab.estimate.results.slice_effects:Slices",
    "Status": "pilotlab.panel.status:Status",
    "UsageError": "pilotlab.errors:UsageError",
    "Week": "pilotlab.weeks:Week",
    "Workspace": "pilotlab.api:Workspace",
    "bacon": "pilotlab.estimate.sensitivity.bacon_decomposition:bacon",
    "demo": "pilotlab.scaffold.demo:demo",
    "did": "pilotlab.estimate.did:did",
    "forest": "pilotlab.estimate.plots.estimates_plot:forest",
    "harm_bounds": "pilotlab.estimate.sensitivity.harm_bounds:harm_bounds",
    "honest_did": "pilotlab.estimate.sensitivity.honest_did:honest_did",
    "init": "pilotlab.api:init",
    "open": "pilotlab.api:open_workspace",
    "simulate": "pilotlab.simulate.company:simulate",
    "slices": "pilotlab.estimate.heterogeneity.by_slice:slices",
}

__all__ = [
    "ESTIMATORS",
    "INFERENCES",
    "SCENARIOS",
    "Analysis",
    "ArmDecision",
    "Assignment",
    "Bacon",
    "Company",
    "Course",
    "Decision",
    "Estimate",
    "Finding",
    "HarmBounds",
    "MetricResult",
    "MetricSpec",
    "NotEstimable",
    "Note",
    "Panel",
    "PilotSpec",
    "PilotlabError",
    "Scenario",
    "Slices",
    "Status",
    "UsageError",
    "Week",
    "Workspace",
    "__version__",
    "bacon",
    "demo",
    "did",
    "forest",
    "harm_bounds",
    "honest_did",
    "init",
    "open",
    "simulate",
    "slices",
]


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that `import pilotlab` costs nothing."""
    target = PUBLIC.get(name)
    if target is None:
        raise AttributeError(f"module 'pilotlab' has no attribute {name!r}")
    module, _, attribute = target.partition(":")
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
