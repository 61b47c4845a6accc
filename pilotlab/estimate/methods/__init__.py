"""Methods: one estimator a file, and what several of them share."""
