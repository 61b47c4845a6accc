"""The freeze: what was fixed before the first pilot week, and whether it still holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pilotlab.design.assignment import Assignment
from pilotlab.design.difference import Change, differences
from pilotlab.design.team_rows import team_changes, team_rows
from pilotlab.errors import PilotlabError
from pilotlab.spec.frozen import digest, sealed, unsealed
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.pilot import PilotSpec
from pilotlab.spec.team import TeamList

SCHEMA = "pilotlab/freeze@1"
_SEALED = ("spec", "metrics", "assignment", "teams", "digests")


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeze:
    """A plan as it was fixed: declaration, metric versions, teams, assignment, rule and program version, each with a digest.

    Nothing in it can be changed, down to the innermost mapping.

    Attributes
    ----------
    spec, assignment : mapping
        Plain data, as `PilotSpec.to_dict` and `Assignment.to_dict` write them.
    metrics : mapping
        Metric definitions by key (`focus_hours@1`), for every metric the pilot uses.
    teams : mapping or None
        The list of teams, as `team_rows` writes it; None in plans of earlier versions, which froze none.
    frozen_at : str
        ISO time, passed in.
    day : str
        The day it was frozen on, as the one who froze was told; empty in plans of earlier versions.
    digests : mapping
        SHA-256 of `spec`, `metrics`, `assignment`, `rule` and `teams`.
    """

    pilot: str
    spec: Mapping[str, Any]
    metrics: Mapping[str, Mapping[str, Any]]
    assignment: Mapping[str, Any]
    rule: str
    program: str
    frozen_by: str
    frozen_at: str
    digests: Mapping[str, str] = field(default_factory=dict)
    day: str = ""
    teams: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        for name in _SEALED:
            object.__setattr__(self, name, sealed(getattr(self, name)))

    def __reduce__(self) -> tuple[Callable[[Mapping[str, Any]], Freeze], tuple[dict[str, Any]]]:
        return Freeze.from_dict, (self.to_dict(),)

    @classmethod
    def of(
        cls,
        spec: PilotSpec,
        metrics: Mapping[str, MetricSpec],
        assignment: Assignment,
        *,
        program: str,
        by: str,
        at: str,
        day: str = "",
        teams: TeamList | None = None,
    ) -> Freeze:
        """Fix a plan.

        Parameters
        ----------
        metrics : mapping
            From what the declaration writes (`focus_hours` or `focus_hours@1`) to the metric.
        program : str
            Version of pilotlab.
        by, at, day : str
            Who freezes, and when (ISO time, and the day taken as today).

        Raises
        ------
        PilotlabError
            Where a metric's definition is missing, or the assignment is another pilot's.
        """
        if assignment.pilot != spec.id:
            raise PilotlabError(
                f"the assignment is of {assignment.pilot!r}, the plan of {spec.id!r}",
                fix=f"run `pilotlab assign {spec.id}` first",
            )
        parts: dict[str, Any] = {
            "spec": spec.to_dict(),
            "metrics": _definitions(spec, metrics),
            "assignment": assignment.to_dict(),
            "rule": spec.decide.rule,
        }
        if teams is not None:
            parts["teams"] = team_rows(spec, teams)
        digests = {name: digest(part) for name, part in parts.items()}
        return cls(
            pilot=spec.id, program=program, frozen_by=by, frozen_at=at, day=day, digests=digests, **parts
        )

    def digest(self) -> str:
        """Return the overall SHA-256: of the digests of the parts and the program version. Who and when do not enter it."""
        return digest({**self.digests, "program": self.program})

    def plan(self) -> PilotSpec:
        """Return the frozen declaration as a value."""
        return PilotSpec.model_validate(unsealed(self.spec))

    def arms(self) -> Assignment:
        """Return the frozen assignment as a value."""
        return Assignment.from_dict(unsealed(self.assignment))

    def definitions(self) -> dict[str, MetricSpec]:
        """Return the frozen metrics as values, by what the declaration writes."""
        by_key = {key: MetricSpec.model_validate(value) for key, value in unsealed(self.metrics).items()}
        newest = {metric.id: metric for metric in by_key.values()}
        return {use.use: by_key.get(use.use) or newest[use.id] for _, use in self.plan().uses}

    def damaged(self) -> tuple[str, ...]:
        """Name the parts whose digest does not match what is stored; none where the record is whole."""
        parts: dict[str, Any] = {
            "spec": self.spec,
            "metrics": self.metrics,
            "assignment": self.assignment,
            "rule": self.rule,
        }
        if self.teams is not None or "teams" in self.digests:
            parts["teams"] = self.teams
        return tuple(name for name, part in parts.items() if self.digests.get(name) != digest(unsealed(part)))

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as it is stored."""
        return {
            "schema": SCHEMA,
            "pilot": self.pilot,
            "spec": unsealed(self.spec),
            "metrics": unsealed(self.metrics),
            "assignment": unsealed(self.assignment),
            "teams": unsealed(self.teams),
            "rule": self.rule,
            "program": self.program,
            "frozen_by": self.frozen_by,
            "frozen_at": self.frozen_at,
            "day": self.day,
            "digests": unsealed(self.digests),
            "digest": self.digest(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Freeze:
        """Rebuild from `to_dict`.

        Raises
        ------
        PilotlabError
            For data of another schema.
        """
        if data.get("schema") != SCHEMA:
            raise PilotlabError(
                f"the frozen plan has the schema {data.get('schema')!r}, this version reads {SCHEMA!r}",
                fix="open the workspace with the version of pilotlab that wrote it, or a newer one",
            )
        return cls(**{name: data[name] for name in cls.__slots__ if name in data})


def verify(
    freeze: Freeze, spec: PilotSpec, metrics: Mapping[str, MetricSpec], teams: TeamList | None = None
) -> tuple[Change, ...]:
    """Compare a frozen plan with what is declared now: of a metric what it measures, and never its words.

    Parameters
    ----------
    metrics : mapping
        From what the declaration writes to the metric, as the catalogue defines it now.
    teams : TeamList, optional
        The list of teams as it is now; without it, or where none was frozen, teams are not compared.

    Returns
    -------
    tuple of Change
        Empty where nothing differs; else each key with its frozen and its present value. Read with `str`.

    Raises
    ------
    PilotlabError
        Where the stored plan does not match its own digests.
    """
    if broken := freeze.damaged():
        raise PilotlabError(
            f"the frozen plan of {freeze.pilot!r} does not match its own digest ({', '.join(broken)})",
            fix="restore the database from a backup",
        )
    frozen = freeze.definitions()
    both = [
        use.use for _, use in spec.uses if use.use in frozen
    ]  # those that came or went differ in the plan itself
    then, now = ({use: source[use].measured for use in both} for source in (frozen, metrics))
    listed = team_changes(unsealed(freeze.teams), spec, teams) if freeze.teams and teams else ()
    return (
        *differences(unsealed(freeze.spec), spec.to_dict()),
        *differences(then, now, "metric definitions"),
        *listed,
    )


def _definitions(spec: PilotSpec, metrics: Mapping[str, MetricSpec]) -> dict[str, dict[str, Any]]:
    found = {}
    for _, use in spec.uses:
        if use.use not in metrics:
            raise PilotlabError(
                f"metric {use.use!r} of {spec.id!r} has no definition",
                fix="define it in metrics.yaml, or use a built-in one",
            )
        found[metrics[use.use].key] = metrics[use.use].defined
    return dict(sorted(found.items()))
