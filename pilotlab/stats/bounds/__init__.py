"""Bounds: what lost outcomes and repeated looks leave possible."""
