"""A company whose truth is known."""
