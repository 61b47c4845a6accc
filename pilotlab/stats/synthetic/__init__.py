"""Synthetic comparisons: weights on units and times, and their placebos."""
