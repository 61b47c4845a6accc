"""Regression: least squares and likelihoods on unit and week effects."""
