"""The version, written once; everything else reads it here."""

__version__ = "0.1.0"
