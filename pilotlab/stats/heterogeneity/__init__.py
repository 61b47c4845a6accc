"""Heterogeneity: whether groups differ, and how far each estimate is pulled to the whole."""
