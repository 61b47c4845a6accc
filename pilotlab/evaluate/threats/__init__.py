"""Threats: what else could have made the headline, a module each."""
