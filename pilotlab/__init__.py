"""pilotlab: measure a hybrid-work schedule before you mandate it."""

__version__ = "0.1.0"
