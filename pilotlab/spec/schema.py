"""Schema: pilot.yaml described to editors."""

from __future__ import annotations

from typing import Any

from pilotlab.spec.pilot import PilotSpec


def pilot_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of pilot.yaml; `id` is not in it, for the folder names the pilot."""
    schema = PilotSpec.model_json_schema(by_alias=True)
    schema["properties"].pop("id")
    schema["required"] = [key for key in schema["required"] if key != "id"]
    for metrics in (schema["$defs"]["MetricsSpec"]["properties"],):
        for role in ("goals", "guardrails", "watch"):
            metrics[role]["items"] = _short_or_long(metrics[role]["items"])
        metrics["adherence"]["anyOf"].insert(0, {"type": "string"})
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "pilotlab/pilot@1"}
    return {**head, **{key: value for key, value in schema.items() if key != "title"}}


def _short_or_long(use: dict[str, Any]) -> dict[str, Any]:
    """A use may be written `belonging@1` or as a map."""
    return {"anyOf": [{"type": "string"}, use]}
