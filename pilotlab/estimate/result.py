"""Results: an estimate, or the reason why there is none."""

from __future__ import annotations
