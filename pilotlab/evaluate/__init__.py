"""Evaluation: a declared pilot's panels made into its analysis, and what another analyst would ask."""
