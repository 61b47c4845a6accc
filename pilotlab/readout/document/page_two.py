"""The second part as values: the gate, the flow, the map, the plan, the appendix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pilotlab.readout.document.page_one import Effect, Phase, Row

GateState = Literal["met", "not met", "not measured", "flag"]
ThreatState = Literal["no alarm", "alarm", "not applicable"]
CellState = Literal[
    "counts",
    "outside",
    "blackout",
    "leave",
    "holiday",
    "no_work",
    "forgotten",
    "not_applicable",
    "missing",
    "not_due",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of ready-made text; a column named in `numeric` (by place, from 0) is set to the right."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateItem:
    """One condition of the trust gate."""

    condition: str
    needed: str
    found: str
    state: GateState = "met"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowBox:
    """A box of the flow: its head in bold, the rest below."""

    head: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowArm:
    """An arm's column; every arm has as many boxes, each row one step."""

    label: str
    boxes: tuple[FlowBox, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """From the teams looked at to the analysis (CONSORT, extension to clusters)."""

    looked_at: FlowBox
    not_drawn: str  # "5 not drawn: 2 in a reorganisation, …"; "" where all were
    assigned: FlowBox
    how_drawn: str
    arms: tuple[FlowArm, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapWeek:
    """A column of the completeness map."""

    label: str  # "26"
    phase: Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRow:
    """A team's weeks, presence only; one state a column."""

    name: str
    cells: tuple[CellState, ...]
    present: int
    expected: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MapGroup:
    """An arm: its teams in alphabetical order, or, where no unit may be shown singly, its share present in each week."""

    label: str  # "Pilot teams"
    present: int
    expected: int
    rows: tuple[MapRow, ...] = ()
    shares: tuple[float | None, ...] = ()  # 0 to 1, a week each; None: nothing due


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """Who logged which week."""

    weeks: tuple[MapWeek, ...]
    groups: tuple[MapGroup, ...]
    note: str = ""
    unit: str = "team"  # "person": no unit is shown singly


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Can I trust it."""

    finding: str
    flow: Flow
    completeness: Completeness
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherAnalysis:
    """One run of the robustness card, oriented.

    Attributes
    ----------
    effect : Effect
        Without an estimate where it was not run or may not be shown; `reason` says why.
    held : bool or None
        None where it was not run: it is named and not counted.
    why : str
        Why it did not hold.
    """

    label: str
    effect: Effect
    held: bool | None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveOneOut:
    """The result without each unit in turn, oriented; no ends where the range may not be shown."""

    what: str  # "team", "pair"
    flips: bool
    runs: int
    shown: int  # so many of the runs are in the range
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Threat:
    """What else could have made the result, looked at."""

    label: str
    found: str
    state: ThreatState


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustnessCard:
    """Would another analyst agree: one goal, analysed otherwise."""

    metric: str
    label: str
    headline: Effect
    runs: tuple[OtherAnalysis, ...]
    unit: str
    decimals: int = 2
    bar: float | None = None
    limit: float | None = None
    better: str = "better"
    level: float = 0.95
    left_out: LeaveOneOut | None = None
    threats: tuple[Threat, ...] = ()

    @property
    def counted(self) -> tuple[OtherAnalysis, ...]:
        """Those that were run."""
        return tuple(run for run in self.runs if run.held is not None)

    @property
    def failed(self) -> tuple[OtherAnalysis, ...]:
        """Those that did not hold."""
        return tuple(run for run in self.runs if run.held is False)

    @property
    def not_run(self) -> tuple[OtherAnalysis, ...]:
        """Those that could not be run."""
        return tuple(run for run in self.runs if run.held is None)

    @property
    def looked_at(self) -> tuple[Threat, ...]:
        """Threats that could be looked at."""
        return tuple(threat for threat in self.threats if threat.state != "not applicable")

    @property
    def not_looked_at(self) -> tuple[Threat, ...]:
        """Threats that could not, or need not."""
        return tuple(threat for threat in self.threats if threat.state == "not applicable")

    @property
    def alarms(self) -> tuple[Threat, ...]:
        """Threats that raised an alarm."""
        return tuple(threat for threat in self.threats if threat.state == "alarm")

    @property
    def finding(self) -> str:
        """The heading."""
        if not self.counted:
            return "No other analysis could be run"
        return f"Held in {len(self.counted) - len(self.failed)} of {len(self.counted)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """One line of planned against done."""

    item: str
    planned: str
    done: str
    bearing: str = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """A change of the frozen plan."""

    version: int
    on: str
    by: str
    what: str
    reason: str
    saw_data: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplanned:
    """A result nobody planned, labelled so wherever it is shown."""

    label: str
    effect: Effect
    unit: str
    decimals: int = 2
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Planned against done."""

    finding: str
    rows: tuple[PlanRow, ...]
    amendments: tuple[Amendment, ...] = ()
    unplanned: tuple[Unplanned, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricLine:
    """One declared metric in the list of all metrics; p is shown here and nowhere else."""

    arm: str
    metric: str
    label: str
    role: str
    effect: Effect
    unit: str
    decimals: int
    baseline: str  # ready-made: "6.92 pilot, 7.07 comparison"
    state: str = ""
    p_value: float | None = None
    rows: str = ""  # "426 team-weeks"
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A metric as frozen: question, unit, range, direction, window, minimum group, gaming note."""

    metric: str
    label: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Appendix:
    """Every number, and how it was made."""

    method: tuple[Row, ...] = ()
    metrics: tuple[MetricLine, ...] = ()
    definitions: tuple[Definition, ...] = ()
    digests: tuple[Row, ...] = ()  # plan, metrics, assignment, data, result
    seed: str = ""
    tables: tuple[Table, ...] = ()  # further tables, after the charts' twins
    checklist: tuple[Row, ...] = ()
