"""The catalogue: built-in metrics, and those a workspace adds or overrides."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pilotlab.errors import Finding, unknown
from pilotlab.spec.codes import found, in_line_order
from pilotlab.spec.frozen import Frozen
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.misfit import quoted
from pilotlab.spec.positions import Place, Positions
from pilotlab.spec.rules_say import in_sentences
from pilotlab.spec.shape import fit, in_file
from pilotlab.spec.text_file import shown_from
from pilotlab.spec.yaml_file import read_yaml
from pilotlab.wording.numbers import typed

BUILT = Path(__file__).with_name("catalogue.json")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Metrics by `id@version`; `findings` says what is wrong in the workspace's own file."""

    metrics: Mapping[str, MetricSpec]
    findings: tuple[Finding, ...] = ()
    own: frozenset[str] = frozenset()  # keys that the workspace added or overrode

    @classmethod
    def load(cls, workspace_metrics: Path | None = None, root: Path | None = None) -> Catalogue:
        """Load the built-in metrics, and on top of them a workspace's `metrics.yaml`.

        Parameters
        ----------
        workspace_metrics : Path, optional
            `experiments/metrics.yaml`; metrics that misfit are left out and named in `findings`.
        root : Path, optional
            The workspace, from which findings name the file.
        """
        builtin = builtin_metrics()
        if workspace_metrics is None:
            return cls(builtin)
        own, findings = _own(
            workspace_metrics, shown_from(workspace_metrics, root or workspace_metrics.parent), builtin
        )
        return cls(MappingProxyType({**builtin, **own}), findings, frozenset(own))

    def get(self, use: str) -> MetricSpec:
        """Return the metric of `cycle_time_p50@1`; without a version the newest.

        Raises
        ------
        UsageError
            For a name or version that is not in the catalogue; it names the nearest.
        """
        metric = self.find(use)
        if metric is None:
            raise unknown("metric", use, self.metrics)
        return metric

    def find(self, use: str) -> MetricSpec | None:
        """Return the metric of `use`, or None."""
        name, at, version = use.partition("@")
        if at:
            return (
                self.metrics.get(f"{name}@{int(version)}")
                if version.isascii() and version.isdecimal()
                else None
            )
        versions = self.versions(name)
        return self.metrics[f"{name}@{versions[-1]}"] if versions else None

    def versions(self, name: str) -> tuple[int, ...]:
        """Versions of a metric, oldest first."""
        return tuple(sorted(metric.version for metric in self.metrics.values() if metric.id == name))

    @property
    def ids(self) -> tuple[str, ...]:
        """Names without versions, alphabetical."""
        return tuple(sorted({metric.id for metric in self.metrics.values()}))


@cache
def builtin_metrics() -> Mapping[str, MetricSpec]:
    """The metrics that come with pilotlab, by `id@version`."""
    metrics = (MetricSpec.model_validate(stanza) for stanza in json.loads(BUILT.read_text(encoding="utf-8")))
    return MappingProxyType({metric.key: metric for metric in metrics})


class MetricsFile(Frozen):
    """A workspace's `metrics.yaml`."""

    metrics: tuple[MetricSpec, ...]


def metrics_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of metrics.yaml: a list of metrics, bare or under `metrics`."""
    schema = MetricsFile.model_json_schema(by_alias=True)
    defined, listed = schema.pop("$defs"), schema["properties"]["metrics"]
    schema.pop("title")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "pilotlab/metrics@1",
        "anyOf": [schema, listed],
        "$defs": defined,
    }


def _own(
    path: Path, shown: str, builtin: Mapping[str, MetricSpec]
) -> tuple[dict[str, MetricSpec], tuple[Finding, ...]]:
    file = read_yaml(path, shown=shown)
    findings = list(file.findings)
    data, prefix = _stanzas(file.data)
    if data is None:
        if not findings:
            fix = "begin with `metrics:` and list metrics below, each with id, label, family, unit, direction, kind and roles"
            findings.append(
                found(
                    "PL111",
                    f"the file holds {quoted(file.data)} and no list of metrics",
                    where=file.positions(()),
                    fix=fix,
                )
            )
        return {}, in_line_order(findings)
    fitted = fit(MetricsFile, data, _Shifted(file.positions, prefix), placeholders={("metrics",): []})
    findings += fitted.findings
    drafted = [_saying(metric, builtin) for metric in (fitted.draft.metrics if fitted.draft else ())]
    places = [(in_file(("metrics", index), fitted.kept), metric) for index, metric in enumerate(drafted)]
    said = {finding.where for finding in findings}  # one mistake, one finding
    unsaid = {place[:2] for place in fitted.broken if "say" in place}  # told of already
    judged = _judged(places, builtin, _Shifted(file.positions, prefix), unsaid)
    findings += [finding for finding in judged if finding.where not in said]
    return {metric.key: metric for _, metric in reversed(places)}, in_line_order(findings)


def _saying(metric: MetricSpec, builtin: Mapping[str, MetricSpec]) -> MetricSpec:
    """Take over the sentence of a built-in metric that is measured in the same way."""
    original = builtin.get(metric.key) or builtin.get(f"{metric.id}@1")
    alike = ("unit", "direction", "range", "transform")
    if metric.say or original is None or any(getattr(metric, key) != getattr(original, key) for key in alike):
        return metric
    return metric.model_copy(update={"say": original.say})


def _stanzas(data: Any) -> tuple[dict[str, Any] | None, bool]:
    """Both `metrics: [...]` and a bare list are read; says whether the list is bare."""
    if isinstance(data, list):
        return {"metrics": data}, True
    return (data, False) if isinstance(data, dict) else (None, False)


class _Shifted(Positions):
    """Positions of a bare list, asked for as if it stood under `metrics`."""

    def __init__(self, positions: Positions, bare: bool) -> None:
        marks = (
            {("metrics", *place): mark for place, mark in positions.marks.items()}
            if bare
            else positions.marks
        )
        super().__init__(positions.file, marks)


def _judged(
    places: Iterable[tuple[Place, MetricSpec]],
    builtin: Mapping[str, MetricSpec],
    positions: Positions,
    unsaid: Set[Place],
) -> Iterable[Finding]:
    """Say where metrics are defined twice, contradict themselves, or take a protection away from a built-in one."""
    seen: set[str] = set()
    for place, metric in places:
        if metric.key in seen:
            fix = "give the newer one the next version"
            yield found(
                "PL123",
                f"metric {metric.key!r} is defined twice",
                where=positions((*place, "id")),
                value=metric.key,
                fix=fix,
            )
        seen.add(metric.key)
        yield from _contradictions(place, metric, positions)
        yield from in_sentences(place, metric, positions, said=place not in unsaid)
        if (original := builtin.get(metric.key) or builtin.get(f"{metric.id}@1")) is not None:
            yield from _lowered(place, metric, original, positions)


def _contradictions(place: Place, metric: MetricSpec, positions: Positions) -> Iterable[Finding]:
    if metric.range and metric.range[0] >= metric.range[1]:
        low, high = metric.range
        yield found(
            "PL125",
            f"range of {metric.key} runs from {typed(low)} to {typed(high)}",
            where=positions((*place, "range")),
            fix="write [least, most]",
        )
    if "goal" in metric.roles and metric.direction == "context":
        yield found(
            "PL125",
            f"{metric.key} may be a goal, but its direction 'context' has no better side",
            where=positions((*place, "direction")),
            fix="say `higher` or `lower`",
        )
    outcome = metric.roles & {"goal", "guardrail"}
    if metric.family == "adherence" and outcome:
        yield found(
            "PL124",
            f"{metric.key} is of the family adherence and can't be {' or '.join(sorted(outcome))}",
            where=positions((*place, "roles")),
            fix="roles: [adherence]",
        )
    if metric.activity and "goal" in metric.roles:
        yield found(
            "PL124",
            f"{metric.key} counts activity and can't be a goal",
            where=positions((*place, "roles")),
            fix="roles: [watch]",
        )
    if metric.transform == "log" and metric.range and metric.range[0] < 0:
        yield found(
            "PL125",
            f"{metric.key} has values below 0, which have no logarithm",
            where=positions((*place, "transform")),
            fix="transform: none",
        )


def _lowered(
    place: Place, metric: MetricSpec, original: MetricSpec, positions: Positions
) -> Iterable[Finding]:
    if metric.min_group < original.min_group:
        what = f"min_group {metric.min_group} of {metric.key} is below the built-in {original.min_group}; it may only be raised"
        yield found(
            "PL124",
            what,
            where=positions((*place, "min_group")),
            value=metric.min_group,
            fix=f"min_group: {original.min_group}",
        )
    if original.sensitive and not metric.sensitive:
        yield found(
            "PL124",
            f"{metric.key} is sensitive in the catalogue, not here",
            where=positions((*place, "sensitive")),
            fix="sensitive: true",
        )
    if original.family == "adherence" != metric.family:
        yield found(
            "PL124",
            f"{metric.key} is adherence in the catalogue, not here",
            where=positions((*place, "family")),
            fix="family: adherence",
        )
