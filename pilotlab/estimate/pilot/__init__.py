"""Pilot: a Panel of a declared pilot analysed as its plan says, and what another analyst would ask."""
