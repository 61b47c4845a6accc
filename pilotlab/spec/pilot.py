"""The pilot: what a leader declares, as one frozen value."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from pilotlab.spec.frozen import Day, Flag, Frozen, Number, PilotWeek, Text, Whole
from pilotlab.spec.metric import Role
from pilotlab.weeks import Week, week_range

CONTROL = "control"
LARGEST_SEED = 2**63 - 1  # what the store can hold
Names = tuple[Text, ...]


def _as_mapping(value: Any, key: str) -> Any:
    return {key: value} if isinstance(value, str) else value


def _amount(value: Any) -> Any:
    if (not isinstance(value, int | float | None) and not _is_percentage(value)) or isinstance(value, bool):
        raise PydanticCustomError("PL113", "is neither a number nor a percentage such as '-10%'")
    return value


def _is_percentage(value: Any) -> bool:
    return isinstance(value, str) and _PERCENT.fullmatch(value) is not None


_PERCENT = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?\s?%")
Amount = Annotated[Number | str | None, BeforeValidator(_amount)]


class Ritual(Frozen):
    """A repeated meeting that is part of the policy."""

    name: Text
    cadence: Literal["daily", "weekly", "fortnightly", "monthly", "quarterly"] = "weekly"
    mode: Literal["in-person", "remote", "hybrid"] = "hybrid"


class ArmPolicy(Frozen):
    """What one arm does."""

    office_days: Annotated[Number, Field(ge=0, le=7)] | Literal["as-is", "team-choice"] = "as-is"
    anchor_days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = ()
    rituals: tuple[Ritual, ...] = ()
    manager_training: Flag = False
    exempt: Names = ()
    note: str = ""


class AssignSpec(Frozen):
    """How arms are drawn, or where they are read."""

    method: Literal["complete", "stratified", "matched_pairs", "stepped_wedge", "declared"] = "complete"
    on: Names = ()
    seed: Annotated[Whole, Field(ge=0, le=LARGEST_SEED)] | None = None
    shares: dict[str, Annotated[Number, Field(gt=0)]] | None = (
        None  # relative sizes of the arms; equal without
    )
    column: Text | None = None  # of teams.csv, for `declared`
    drawn_by: Text | None = None  # `declared`: how the arms were drawn by lot elsewhere


class DesignSpec(Frozen):
    """How teams came in and how they are compared."""

    type: Literal["parallel", "stepped_wedge", "matched", "before_after"] = "parallel"
    unit: Literal["team", "person"] = "team"
    recruitment: Literal["lottery", "volunteer", "mandated", "convenience"] = "convenience"
    assign: AssignSpec = AssignSpec()
    keep_together: tuple[Annotated[Names, Field(min_length=2)], ...] = ()
    buffer: Names = ()


class TeamsSpec(Frozen):
    """The list of teams: a file, which of its rows, and the ranges of its columns."""

    file: Annotated[Text, Field(max_length=255)] = "teams.csv"
    where: dict[str, Names] = Field(default_factory=dict)
    attributes: dict[str, AttributeSpec] = Field(default_factory=dict)


class AttributeSpec(Frozen):
    """What a column of teams.csv may hold."""

    range: tuple[Number, Number] | None = None
    unit: str = ""


class CalendarSpec(Frozen):
    """When."""

    start: PilotWeek
    baseline_weeks: Whole = Field(8, ge=1, le=260)
    washin_weeks: Whole = Field(4, ge=0, le=52)
    pilot_weeks: Whole = Field(12, ge=1, le=260)
    blackout: tuple[PilotWeek, ...] = ()
    holidays: dict[str, str] = Field(default_factory=dict)
    decide_by: Day | None = None


class MetricUse(Frozen):
    """A metric in its role: the bar of a goal, the limit of a guardrail, the gap of adherence."""

    use: Text  # cycle_time_p50@1; without @ the newest version
    worth_it: Amount = None  # a number in the unit, or a percentage such as "-10%" under transform: log
    margin: Amount = None
    if_breached: Literal["fixable", "stop"] | None = None
    fix: str = ""
    planned_gap: Number | None = None
    minimum_gap: Number | None = None

    @property
    def id(self) -> str:
        """Metric's id, without its version."""
        return self.use.partition("@")[0]

    @property
    def version(self) -> int | None:
        """Version asked for; None where the newest will do."""
        text = self.use.partition("@")[2]
        return int(text) if text.isdecimal() else None


def _use(value: Any) -> Any:
    return _as_mapping(value, "use")


Use = Annotated[MetricUse, BeforeValidator(_use)]


class MetricsSpec(Frozen):
    """What is measured, by role."""

    goals: tuple[Use, ...] = ()
    guardrails: tuple[Use, ...] = ()
    watch: tuple[Use, ...] = ()
    adherence: Use | None = None


class SlicesSpec(Frozen):
    """Groups declared beforehand."""

    equity: Names = ()
    other: Names = ()


class AnalysisSpec(Frozen):
    """How the numbers are made."""

    estimator: str = "auto"
    inference: str = "auto"
    alpha: Number = Field(0.05, gt=0, lt=0.5)
    sensitivity: Literal["standard", "none"] = "standard"  # the robustness card
    weights: Literal["teams", "people"] = "teams"


class DecideSpec(Frozen):
    """Which rule decides, and its options."""

    rule: Literal["standard@1"] = "standard@1"
    goals: Literal["any", "all"] = "any"
    cheap_and_reversible: Flag = False
    max_extensions: Whole = Field(1, ge=0, le=1)
    extension_weeks: Whole = Field(8, ge=1, le=52)


class PrivacySpec(Frozen):
    """Thresholds, which may only be raised, and retention."""

    min_group: Whole = Field(5, ge=5)
    retention_days: Whole = Field(180, ge=1, le=3650)


class Consultation(Frozen):
    """Who was asked, when, and what changed because of it."""

    with_: Text = Field(alias="with")
    on: Day
    outcome: str = ""
    changed: str = ""


class PeopleSpec(Frozen):
    """Who stands for what."""

    sponsor: str = ""
    analyst: str = ""
    employee_rep: str = ""


class PilotSpec(Frozen):
    """A pilot as declared; `id` is its folder's name.

    Examples
    --------
    >>> import pilotlab as pl
    >>> spec, metrics, teams = pl.init("acme").declared("anchor-days")
    >>> spec.title, spec.claim, spec.arms
    ('Two anchor days for product teams', 'improve', ('anchor',))
    """

    id: Text
    schema_: Literal["pilotlab/pilot@1"] = Field("pilotlab/pilot@1", alias="schema")
    extends: str | None = None
    title: str = ""
    question: Text
    claim: Literal["improve", "do_no_harm", "learn"] = "improve"
    intent: str = ""
    never_used_for: Names = ()
    announced_on: Day | None = None
    data: Literal["company", "published", "simulated"] = "company"
    policy: dict[Text, ArmPolicy]
    design: DesignSpec = DesignSpec()
    teams: TeamsSpec
    calendar: CalendarSpec
    metrics: MetricsSpec
    slices: SlicesSpec = SlicesSpec()
    analysis: AnalysisSpec = AnalysisSpec()
    decide: DecideSpec = DecideSpec()
    privacy: PrivacySpec = PrivacySpec()
    consultation: tuple[Consultation, ...] = ()
    people: PeopleSpec = PeopleSpec()

    @property
    def name(self) -> str:
        """What the pilot is called on a page."""
        return self.title or self.id

    @property
    def arms(self) -> Names:
        """Pilot arms, in the order they were declared; control is not one."""
        return tuple(arm for arm in self.policy if arm != CONTROL)

    @property
    def uses(self) -> tuple[tuple[Role, MetricUse], ...]:
        """(role, use) of every declared metric: goals, guardrails, watch, adherence."""
        metrics = self.metrics
        rows: list[tuple[Role, MetricUse]] = [("goal", use) for use in metrics.goals]
        rows += [("guardrail", use) for use in metrics.guardrails]
        rows += [("watch", use) for use in metrics.watch]
        rows += [("adherence", metrics.adherence)] if metrics.adherence else []
        return tuple(rows)

    @property
    def windows(self) -> Windows:
        """Weeks of this pilot, by what they are for."""
        return Windows.of(self)


class Windows(Frozen):
    """The weeks of a one-start pilot: baseline, announced, wash-in, counted; blackout weeks are left out of the count."""

    start: Week  # first pilot week
    end: Week  # last pilot week
    baseline: tuple[Week, ...]
    announced: tuple[Week, ...]  # from the announcement to the start: neither baseline nor pilot
    washin: tuple[Week, ...]
    counted: tuple[Week, ...]  # after the wash-in, blackout left out
    blackout: tuple[Week, ...]

    @classmethod
    def of(cls, spec: PilotSpec) -> Windows:
        """Work out the weeks of a declaration."""
        calendar = spec.calendar
        start, black = calendar.start, frozenset(calendar.blackout)
        announced_from = min(Week.of(spec.announced_on), start) if spec.announced_on else start
        baseline = week_range(announced_from - calendar.baseline_weeks, calendar.baseline_weeks)
        counted = week_range(start + calendar.washin_weeks, calendar.pilot_weeks)
        return cls(
            start=start,
            end=counted[-1],
            baseline=tuple(week for week in baseline if week not in black),
            announced=week_range(announced_from, start.since(announced_from)),
            washin=week_range(start, calendar.washin_weeks),
            counted=tuple(week for week in counted if week not in black),
            blackout=tuple(sorted(black)),
        )

    @property
    def expected(self) -> tuple[Week, ...]:
        """Weeks in which a value counts: baseline and counted."""
        return (*self.baseline, *self.counted)

    def last_over(self, today: date) -> Week:
        """Return the last week that is over on a day, at most the planned end: what is due by then, and may be read."""
        return min(Week.of(today) - 1, self.end)


TeamsSpec.model_rebuild()
PilotSpec.model_rebuild()


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
