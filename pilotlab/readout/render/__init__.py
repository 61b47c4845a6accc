"""Rendering: a readout's values as HTML, Markdown, JSON, and as files."""
