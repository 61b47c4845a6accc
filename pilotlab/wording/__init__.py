"""Wording: how numbers, intervals, dates and lists are written, once, for every page and command."""
