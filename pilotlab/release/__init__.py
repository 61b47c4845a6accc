"""What leaves is released: the thresholds, and what is done to a number before anybody sees it."""
