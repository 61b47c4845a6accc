"""Kernels: arrays in, small frozen results out. Nothing here knows pilotlab."""
