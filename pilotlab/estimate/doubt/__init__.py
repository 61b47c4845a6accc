"""Doubt: what a trend that was never seen would do to an answer."""
