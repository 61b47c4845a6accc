"""Plots of results on matplotlib axes, one kind a module; matplotlib is imported on first use."""
