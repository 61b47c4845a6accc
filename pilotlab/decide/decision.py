"""The decision: what `standard@1` says, as a frozen value that is stored, printed and rebuilt."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from pilotlab.decide.ladder import Claim, IfBreached, Verdict
from pilotlab.plain import rebuilt
from pilotlab.program import MadeWith
from pilotlab.spec.frozen import Frozen
from pilotlab.spec.standard import Grade
from pilotlab.text.characters import in_ascii
from pilotlab.text.notebook import as_html

if TYPE_CHECKING:
    import pandas as pd

SCHEMA: Literal["pilotlab/decision@1"] = "pilotlab/decision@1"
StateName = Literal[
    "clear yes",
    "open",
    "cannot tell",
    "too small",
    "ruled out",
    "worse",
    "safe",
    "unproven",
    "leaning bad",
    "breached",
    "no bar",  # under `claim: learn`, where a goal needs none
    "not estimable",
    "not shown yet",  # a goal before the planned end
]


class GateItem(Frozen):
    """One item of the trust gate: what it needed, what was found; `met` is None where it is not measured."""

    key: Literal["plan", "estimable", "complete", "baseline", "adherence", "end"]
    name: str
    needed: str
    found: str
    met: bool | None


class GateShares(Frozen):
    """Shares of due team-weeks that are there, 0 to 1, of the goal or guardrail that lacks most; None where none was due."""

    metric: str
    counted_arm: float | None
    counted_control: float | None
    baseline_arm: float | None
    baseline_control: float | None


class MetricState(Frozen):
    """A goal or deciding guardrail with its state. Numbers are oriented (up is good), in the unit of analysis.

    An end that does not exist is None, as is every number of a metric that can't be estimated or may not be shown.
    """

    role: Literal["goal", "guardrail"]
    metric: str
    label: str
    unit: str
    decimals: int
    better: int
    transform: str = "none"
    state: StateName
    read_as: StateName | None = None  # what the grade lets it be read as, where that is another
    alpha: float  # level at which it was judged
    estimate: float | None
    low: float | None
    high: float | None
    lower: float | None = None  # one-sided bound, of a guardrail
    limit: float | None = None  # bar of a goal, margin of a guardrail (or of a `do_no_harm` goal)
    if_breached: IfBreached | None = None
    fix: str = ""
    p_one_sided: float | None = None
    reason: str = ""  # why it can't be estimated
    hidden: str = ""  # why its numbers may not be shown, though the rule read them
    words: str  # size, unit, interval and bar or limit, in one sentence
    marked: str  # the same, its size between two pairs of asterisks


class Step(Frozen):
    """One step of the rule, in the order it was read: what came out of it, and why."""

    name: Literal[
        "claim",
        "grade",
        "gate",
        "harm",
        "table",
        "goals",
        "cap",
        "harm open",
        "answers",
        "equity",
        "robustness",
        "star",
    ]
    verdict: Verdict
    why: str
    lowered: bool = False


class Read(Frozen):
    """One metric as the table read it: its state, and of a broken limit what the plan makes of it."""

    metric: str
    state: StateName
    column: Literal["", "fixable", "stop"] = ""


class Moved(Frozen):
    """One step that lowered a verdict of the table."""

    step: str
    before: Verdict
    after: Verdict


class Way(Frozen):
    """The way to a verdict: what it came from, the cells that were read, and what lowered it.

    Attributes
    ----------
    came_from : str
        "table", or what ended the rule before it: "claim", "grade", "gate", "harm".
    missing : tuple of str
        Keys of the gate's items that are not met.
    rows, columns : tuple of Read
        Goals and guardrails, as read in the table; no rows where the rule ended before it.
    table : str or None
        What the table alone gives.
    asked : tuple of str
        What the cell asks for: "staged", "fix first", "cheap".
    moves : tuple of Moved
        Steps down from there, in the order of the rule.
    starred : bool
        Whether an Extend of the table had to earn its place.
    """

    came_from: Literal["claim", "grade", "gate", "harm", "table"]
    missing: tuple[str, ...] = ()
    rows: tuple[Read, ...] = ()
    columns: tuple[Read, ...] = ()
    table: Verdict | None = None
    asked: tuple[str, ...] = ()
    moves: tuple[Moved, ...] = ()
    starred: bool = False


class Change(Frozen):
    """What would have given another verdict."""

    verdict: Verdict
    what: str


class ArmDecision(Frozen):
    """The verdict of one pilot arm, from its contrast with control.

    Attributes
    ----------
    headline : str
        The verdict as printed: "Scale with changes", "Learn: pause and check", "Stop: too small to answer".
    lead : str
        Size, unit, interval and bar together, then the price, then the step.
    lead_marked : str
        The same, every size between two pairs of asterisks.
    evidence : str
        What the grade rests on, each arm named: "lottery, 12 pilot and 12 comparison teams".
    gate_shares : GateShares or None
        The shares that the gate read; None without a goal or guardrail.
    path : Way
        How the rule came to the verdict, as values.
    read : tuple of str
        What the rule read, in words: "Focus broken, fixable"; "grade D" where it ended before the table.
    conditions : tuple of str
        What the verdict asks for: the fix, the holdback, the group to look after, the stronger design.
    reasons : tuple of str
        Why, in the order the rule was read.
    lowered_by : tuple of str
        Cap, overlays and `*` that lowered the verdict of the table; empty where nothing did.
    not_made : tuple of str
        Inputs the rule would have read and that were not made, by name.
    held : str
        What became of the goals in other analyses: "no sign flip, held in 14 of 16 other analyses".
    flags : tuple of str
        What changes no verdict and must be seen: roster drift, alarms to be answered, "not measured".

    Examples
    --------
    >>> import pilotlab as pl
    >>> workspace = pl.init("before-the-first-week")
    >>> _ = workspace.assign("anchor-days")
    >>> arm = workspace.decide("anchor-days").arms[0]
    >>> arm.evidence, arm.gate_met
    ('lottery, 12 pilot and 12 comparison teams', False)
    """

    arm: str
    verdict: Verdict
    headline: str
    lead: str
    lead_marked: str
    grade: Grade
    grade_words: str
    evidence: str
    stronger_design: str
    gate: tuple[GateItem, ...]
    gate_shares: GateShares | None = None
    states: tuple[MetricState, ...]
    steps: tuple[Step, ...]
    path: Way
    read: tuple[str, ...]
    rule: str
    reasons: tuple[str, ...]
    conditions: tuple[str, ...] = ()
    lowered_by: tuple[str, ...] = ()
    not_made: tuple[str, ...] = ()
    held: str = ""
    would_change: tuple[Change, ...] = ()
    luck: str = ""
    flags: tuple[str, ...] = ()
    pause_and_check: bool = False
    deciding_goal: str = ""  # metric of the goal on which the verdict rests

    def __repr__(self) -> str:
        return in_ascii(f"ArmDecision {self.arm}: {self.headline!r} (grade {self.grade})")

    __str__ = __repr__

    @property
    def gate_met(self) -> bool:
        """Whether no item of the gate is missing."""
        return all(item.met is not False for item in self.gate)

    @property
    def goals(self) -> tuple[MetricState, ...]:
        """States of the goals."""
        return tuple(state for state in self.states if state.role == "goal")

    @property
    def guardrails(self) -> tuple[MetricState, ...]:
        """States of the deciding guardrails."""
        return tuple(state for state in self.states if state.role == "guardrail")


class Decision(Frozen):
    """The decision of a pilot. `verdict`, `grade`, `states` and `reasons` are those of the leading arm.

    Attributes
    ----------
    made_with : MadeWith or None
        Program, data, plan and stored run behind it; None where the rule read inputs that no store holds.

    Examples
    --------
    >>> import pilotlab as pl
    >>> workspace = pl.init("acme")
    >>> _ = workspace.assign("anchor-days")
    >>> workspace.decide("anchor-days")
    Decision 'Not decision-ready' (grade A)
    """

    schema_: Literal["pilotlab/decision@1"] = Field(SCHEMA, alias="schema")
    pilot: str = ""
    rule: Literal["standard@1"] = "standard@1"
    claim: Claim
    verdict: Verdict
    arm: str  # the leading arm
    grade: Grade
    states: tuple[MetricState, ...]
    reasons: tuple[str, ...]
    alpha: float
    look: Literal[1, 2]
    sponsor: str = ""
    decide_by: date | None = None
    not_measured: tuple[str, ...] = ()
    arms: tuple[ArmDecision, ...]
    made_with: MadeWith | None = None

    @property
    def leading(self) -> ArmDecision:
        """The arm the page leads with."""
        return next(arm for arm in self.arms if arm.arm == self.arm)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Decision:
        """Rebuild from `to_dict`.

        Raises
        ------
        UsageError
            For another schema.
        PilotlabError
            For a field that is missing, unknown or of the wrong shape.
        """
        return rebuilt(cls, data, SCHEMA)

    def summary(self) -> str:
        """Verdict, sentence and reasons of every arm, as text."""
        return in_ascii("\n\n".join(_summary(arm, named=len(self.arms) > 1) for arm in self.arms))

    def to_frame(self) -> pd.DataFrame:
        """Tidy table, a row a goal or guardrail and arm, up being good; numbers are missing where there are none."""
        import pandas as pd

        rows = [
            {"arm": arm.arm, "verdict": arm.verdict, "grade": arm.grade}
            | {name: getattr(state, name) for name in _COLUMNS}
            for arm in self.arms
            for state in arm.states
        ]
        numbers = dict.fromkeys(("estimate", "low", "high", "limit"), float)
        return pd.DataFrame(rows, columns=["arm", "verdict", "grade", *_COLUMNS]).astype(numbers)

    def _repr_html_(self) -> str:
        facts = [
            (f"{arm.arm}: {arm.headline}" if len(self.arms) > 1 else arm.headline, arm.lead)
            for arm in self.arms
        ]
        return as_html(repr(self), facts, self.reasons)

    def __repr__(self) -> str:
        lead = self.leading
        arm = f", arm {self.arm}" if len(self.arms) > 1 else ""
        return in_ascii(f"Decision {lead.headline!r} (grade {self.grade}{arm})")

    __str__ = __repr__


_COLUMNS = ("role", "metric", "state", "estimate", "low", "high", "limit", "unit", "reason")


def _summary(arm: ArmDecision, *, named: bool) -> str:
    head = f"{arm.headline} (arm {arm.arm})" if named else arm.headline
    return "\n".join([head, arm.lead, *(f"  {reason}" for reason in arm.reasons)])
