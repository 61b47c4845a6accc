"""Sensitivity: what a trend that was never seen, or another comparison, would do to an answer."""
