"""Wording: how numbers, intervals, shares, dates and lists are written, once, for every page and command.

Words are written with plain spaces; `unbroken` keeps those together that belong on one line.
"""
