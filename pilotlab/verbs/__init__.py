"""Verbs: what a workspace does, by the stage of a pilot; `pilotlab.api` puts them together."""
