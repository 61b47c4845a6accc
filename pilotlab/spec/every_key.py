"""Every key that a declaration or a metric may hold, wherever it stands."""

from __future__ import annotations

from functools import cache

from pilotlab.spec.frozen import Frozen
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import PilotSpec


@cache
def every_key() -> frozenset[str]:
    """Return the keys, by the names that files use."""
    schemas = [model.model_json_schema() for model in _MODELS]
    parts = [part for schema in schemas for part in (schema, *schema.get("$defs", {}).values())]
    return frozenset(key for part in parts for key in part.get("properties", {}))


_MODELS: tuple[type[Frozen], ...] = (PilotSpec, MetricSpec)
