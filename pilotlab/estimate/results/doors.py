"""Doors: what every result shares of how it is plotted, shown in a notebook; what leads up is imported when opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DOORS: Mapping[str, str] = MappingProxyType(
    {
        "Bacon.plot": "pilotlab.estimate.plots.bacon_plot:plot_bacon",
        "Estimate.plot": "pilotlab.estimate.plots.estimates_plot:plot_estimate",
        "Estimate.pretrend": "pilotlab.estimate.sensitivity.path_of_estimate:pretrend",
        "Estimate.sensitivity": "pilotlab.estimate.sensitivity.path_of_estimate:honest",
        "HarmBounds.plot": "pilotlab.estimate.plots.harm_plot:plot_harm",
        "NotEstimable.plot": "pilotlab.estimate.plots.estimates_plot:plot_refusal",
        "Pretrend.plot": "pilotlab.estimate.plots.pretrend_plot:plot_pretrend",
        "Sensitivity.plot": "pilotlab.estimate.plots.sensitivity_plot:plot_sensitivity",
        "Slices.plot": "pilotlab.estimate.plots.forest_plot:plot_slices",
        "Synthetic.plot": "pilotlab.estimate.plots.synthetic_plot:plot_paths",
        "Synthetic.plot_placebos": "pilotlab.estimate.plots.synthetic_plot:plot_placebos",
        "Synthetic.plot_weights": "pilotlab.estimate.plots.synthetic_plot:plot_weights",
    }
)


def door(name: str) -> Callable[..., Any]:
    """Import what a method of a result leads to."""
    module, _, function = DOORS[name].partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found


def plot(name: str, *given: Any, **options: Any) -> Axes:
    """Go through a door that leads to a plot."""
    axes: Axes = door(name)(*given, **options)
    return axes
