"""A panel made into an estimate."""
