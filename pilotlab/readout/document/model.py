"""The readout as one frozen value: plain text and numbers, everything that every renderer needs.

Conventions, the same in every field:

* Effects, bars and limits are *oriented*: up is good. A bar is above zero, a limit below it. Arm means stay in the
  metric's own direction.
* An open end of an interval is ``-inf`` or ``inf`` (``null`` in JSON). An effect that can't be had has
  ``estimate=None`` and says why in ``reason``.
* Text may hold ``**bold**`` and `` `code` ``; everything else is shown as it stands and is escaped by the renderer.
* Days are ISO dates (``2026-09-07``), weeks short names (``W37``) with their event time beside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pilotlab.plain import plain, rebuilt
from pilotlab.program import MadeWith
from pilotlab.readout.document.page_one import (
    Adherence,
    AdherencePeriod,
    AdherenceWeek,
    ArmMean,
    DecisionBox,
    Effect,
    EventPoint,
    EventStudy,
    GoalResult,
    Phase,
    Promise,
    Promises,
    PromiseState,
    Row,
    Slice,
    Slices,
    Span,
)
from pilotlab.readout.document.page_two import (
    Amendment,
    Appendix,
    CellState,
    Completeness,
    Definition,
    Flow,
    FlowArm,
    FlowBox,
    GateItem,
    LeaveOneOut,
    MapGroup,
    MapRow,
    MapWeek,
    MetricLine,
    OtherAnalysis,
    Plan,
    PlanRow,
    RobustnessCard,
    Table,
    Threat,
    Trust,
    Unplanned,
)
from pilotlab.text.characters import in_ascii
from pilotlab.text.notebook import as_html

if TYPE_CHECKING:
    import pandas as pd

SCHEMA = "pilotlab/readout@1"

__all__ = [
    "SCHEMA",
    "Added",
    "Adherence",
    "AdherencePeriod",
    "AdherenceWeek",
    "Amendment",
    "Appendix",
    "Arm",
    "ArmMean",
    "CellState",
    "Completeness",
    "DecisionBox",
    "Definition",
    "Effect",
    "EventPoint",
    "EventStudy",
    "Flow",
    "FlowArm",
    "FlowBox",
    "GateItem",
    "GoalResult",
    "LeaveOneOut",
    "MapGroup",
    "MapRow",
    "MapWeek",
    "MetricLine",
    "OtherAnalysis",
    "Phase",
    "Plan",
    "PlanRow",
    "Promise",
    "PromiseState",
    "Promises",
    "Readout",
    "RobustnessCard",
    "Row",
    "Slice",
    "Slices",
    "Span",
    "Table",
    "Threat",
    "Trust",
    "Unplanned",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """Everything about one pilot arm's contrast with comparison."""

    name: str  # as declared: "anchor"
    label: str  # as shown: "Two anchor days"
    decision: DecisionBox
    goals: tuple[GoalResult, ...] = ()
    promises: Promises | None = None
    timing: tuple[EventStudy, ...] = ()  # one a goal, same order
    adherence: Adherence | None = None
    slices: Slices | None = None
    more_slices: tuple[Slices, ...] = ()  # by metric, those that page one has no room for
    care: tuple[Row, ...] = ()  # luck, not measured, changes if
    gate: tuple[GateItem, ...] = ()
    robustness: tuple[RobustnessCard, ...] = ()  # one a goal that has a number to show


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A section that an installed package adds: plain text and tables, escaped like everything else.

    Attributes
    ----------
    name : str
        Its anchor on the page.
    """

    name: str
    title: str
    paragraphs: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Readout:
    """One pilot's readout; `arms` stand with the highest verdict first, and page one leads with it.

    Attributes
    ----------
    date : str
        The day it was made, ISO.
    made_with : MadeWith
        Program, data, plan and stored run behind it.
    status : str
        "Final" or "Draft", shown before the date.
    edition : str
        Which edition: "leader", "employee", "representative".
    notice : str
        A line over everything, such as "Simulated company: every number is invented."
    footer : str
        Below the appendix.
    added : tuple of Added
        Sections of installed packages, before the appendix.
    """

    pilot: str
    title: str
    question: str
    date: str
    arms: tuple[Arm, ...]
    trust: Trust
    plan: Plan
    appendix: Appendix
    made_with: MadeWith
    status: str = "Draft"
    edition: str = "leader"
    notice: str = ""
    footer: str = ""
    added: tuple[Added, ...] = ()

    @property
    def lead(self) -> Arm:
        """The arm that page one is about."""
        return self.arms[0]

    def __repr__(self) -> str:
        return in_ascii(
            f"Readout {self.pilot}: {self.lead.decision.verdict} ({self.status.lower()} of {self.date})"
        )

    def _repr_html_(self) -> str:
        return as_html(repr(self), [fact for arm in self.arms for fact in _facts(arm)], ())

    def summary(self) -> str:
        """Verdict, its sentence and every panel's finding, arm by arm, as text."""
        lines = [self.title, *([self.notice] if self.notice else [])]
        for arm in self.arms:
            wide = max(len(name) for name, _ in _facts(arm))
            lines += ["", *(f"{name:<{wide}}  {said}" for name, said in _facts(arm))]
        return in_ascii("\n".join([*lines, "", self.trust.finding, self.plan.finding]))

    def to_frame(self) -> pd.DataFrame:
        """Tidy table, a row a metric and arm as on page one, up being good; numbers are missing where there are none."""
        import pandas as pd

        rows = [row for arm in self.arms for row in _rows(arm)]
        return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(dict.fromkeys(_NUMBERS, float))

    def to_dict(self) -> dict[str, Any]:
        """Plain data with the schema's name, ready for JSON: open ends of intervals are null."""
        found = plain(self, SCHEMA, number=_rounded, infinite=lambda _: None)
        return found if self.added else {key: value for key, value in found.items() if key != "added"}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Readout:
        """Rebuild from `to_dict`.

        Raises
        ------
        PilotlabError
            For another schema, or a field that is missing or unknown.
        """
        return rebuilt(cls, data, SCHEMA)


def _rounded(written: str) -> float:
    """Keep ten significant digits and at most twelve decimals, and no minus zero.

    The last of a double's sixteen depend on the processor and on the order in which a linear-algebra library adds, and
    the same pilot writes the same bytes.
    """
    return round(float(f"{float(written):.10g}"), 12) + 0.0


_NUMBERS = ("estimate", "low", "high", "bar", "limit")
_COLUMNS = ("arm", "role", "metric", "label", *_NUMBERS, "unit", "state", "note")


def _facts(arm: Arm) -> list[tuple[str, str]]:
    """What page one says of an arm: its verdict, then the finding of each panel."""
    found = [(arm.label, arm.decision.verdict), ("", arm.decision.lead)]
    found += [(goal.label, goal.finding) for goal in arm.goals]
    found += [("Promises", arm.promises.finding)] if arm.promises else []
    found += [("Timing", study.finding) for study in arm.timing]
    found += [("Policy", arm.adherence.finding)] if arm.adherence else []
    found += [("For whom", each.finding) for each in (arm.slices, *arm.more_slices) if each]
    return [(name, said.replace("**", "")) for name, said in found if said]


def _rows(arm: Arm) -> Iterator[tuple[object, ...]]:
    for goal in arm.goals:
        yield (
            arm.name,
            "goal",
            goal.metric,
            goal.label,
            *_numbers(goal.effect),
            goal.bar,
            goal.limit,
            goal.unit,
            goal.state,
            goal.effect.reason,
        )
    for row in arm.promises.rows if arm.promises else ():
        role = "guardrail" if row.deciding else "watch"
        yield (
            arm.name,
            role,
            row.metric,
            row.label,
            *_numbers(row.effect),
            None,
            row.limit,
            row.unit,
            row.state,
            row.reason,
        )


def _numbers(effect: Effect) -> tuple[float | None, float | None, float | None]:
    return (None, None, None) if effect.estimate is None else (effect.estimate, effect.low, effect.high)
