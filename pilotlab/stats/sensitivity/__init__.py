"""Sensitivity: departures from parallel trends, and what differs before the start."""
