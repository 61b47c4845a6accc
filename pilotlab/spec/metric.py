"""Metrics: what is measured, in which unit, and what it may be used for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pilotlab.spec.frozen import Frozen

Role = Literal["goal", "guardrail", "watch", "adherence"]
Direction = Literal["higher", "lower", "context"]


class Planning(Frozen):
    """Planning defaults: what to expect of a team's weekly value before there is a baseline."""

    sd: float | None = Field(None, gt=0)  # of one team-week, in the metric's unit; None: not known in that unit
    icc: float | None = Field(None, ge=0, le=1)  # share of the variance that stays with a team
    autocorrelation: float | None = Field(None, ge=-1, le=1)  # lag 1, within a team
    basis: str = ""


class MetricSpec(Frozen):
    """One thing a team reports; its role and its margin belong to the pilot that uses it."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    version: int = Field(1, ge=1)
    label: str
    question: str = ""
    family: Literal["outcome", "collaboration", "quality_of_life", "retention", "adherence", "cost"]
    unit: str
    level: Literal["team", "person"] = "team"
    direction: Direction
    kind: Literal["continuous", "share", "count", "rating", "median"]
    range: tuple[float, float] | None = None
    roles: frozenset[Role]
    min_group: int = Field(5, ge=1)  # respondents; may only be raised
    window_weeks: int = Field(1, ge=1)  # a value looks back this many weeks
    cadence_weeks: int = Field(1, ge=1)  # a value is due every so many weeks
    transform: Literal["none", "log", "logit"] = "none"
    decimals: Annotated[int, Field(ge=0, le=6)] = 2
    sensitive: bool = False
    activity: bool = False  # counts activity (messages, hours online): never a goal
    planning: Planning = Planning()
    gaming: str = ""  # how a number could look better without being better
    source: str = ""

    @property
    def key(self) -> str:
        """`cycle_time_p50@1`, as a pilot names it."""
        return f"{self.id}@{self.version}"

    @property
    def better(self) -> int:
        """+1 where higher is better, -1 where lower is; +1 for context metrics, which are only shown."""
        return -1 if self.direction == "lower" else 1
