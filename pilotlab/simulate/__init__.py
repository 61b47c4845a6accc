"""A company whose truth is known."""

from pilotlab.simulate.company import Company, simulate
from pilotlab.simulate.scenarios import SCENARIOS, Path, Scenario

__all__ = ["SCENARIOS", "Company", "Path", "Scenario", "simulate"]
