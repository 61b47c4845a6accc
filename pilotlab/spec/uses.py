"""Uses: the metrics a pilot names, held against the catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from pilotlab.errors import Finding, Span, nearest, shortened
from pilotlab.spec.codes import found
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.metric_catalogue import Catalogue
from pilotlab.spec.pilot import MetricUse, PilotSpec
from pilotlab.spec.positions import Place, Positions


class Used(NamedTuple):
    """A metric in its role, and where the draft names it; `metric` is None where the catalogue has none."""

    role: str
    use: MetricUse
    place: Place
    metric: MetricSpec | None


def uses(spec: PilotSpec, catalogue: Catalogue) -> tuple[Used, ...]:
    """List every declared use: goals, guardrails, watch, adherence."""
    metrics = spec.metrics
    lists = (
        ("goal", "goals", metrics.goals),
        ("guardrail", "guardrails", metrics.guardrails),
        ("watch", "watch", metrics.watch),
    )
    rows = [
        Used(role, use, ("metrics", key, index), catalogue.find(use.use))
        for role, key, listed in lists
        for index, use in enumerate(listed)
    ]
    if metrics.adherence:
        rows.append(
            Used(
                "adherence",
                metrics.adherence,
                ("metrics", "adherence"),
                catalogue.find(metrics.adherence.use),
            )
        )
    return tuple(rows)


def unknown_metrics(used: tuple[Used, ...], catalogue: Catalogue, positions: Positions) -> Iterator[Finding]:
    """Say which names or versions the catalogue does not have. Places are those of the file."""
    for _, use, place, metric in used:
        if metric is None:
            yield _unknown(
                use,
                catalogue,
                positions((*place, "use")) if positions.is_written((*place, "use")) else positions(place),
            )


def _unknown(use: MetricUse, catalogue: Catalogue, where: Span) -> Finding:
    names = re.split(r"[\s;/+&|]+", use.use.strip())
    if len(names) > 1 and all(catalogue.find(name) for name in names):
        what, fix = f"metric {shortened(use.use)} is not known", f"part them by a comma: {', '.join(names)}"
        return found("PL306", what, where=where, value=use.use, fix=fix)
    if versions := catalogue.versions(use.id):
        listed = ", ".join(f"{use.id}@{version}" for version in versions)
        asked = use.use.partition("@")[2]
        return found(
            "PL307",
            f"{use.id} has no version {asked!r}; there is {listed}",
            where=where,
            value=use.use,
            fix=f"use: {use.id}@{versions[-1]}",
            mends=True,
        )
    hint = nearest(use.id, catalogue.ids)
    fix = "see `pilotlab explain PL306` for the list, or define it in experiments/metrics.yaml"
    return found(
        "PL306",
        f"metric {use.use!r} is not known{hint}",
        where=where,
        value=use.use,
        fix=fix,
        mends=bool(hint),
    )
