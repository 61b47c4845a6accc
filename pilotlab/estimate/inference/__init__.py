"""Inference: from a fit to an interval, one method a file."""
