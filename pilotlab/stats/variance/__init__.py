"""Variance: standard errors, degrees of freedom and bands for few clusters."""
