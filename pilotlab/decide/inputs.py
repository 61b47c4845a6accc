"""Inputs: all that `standard@1` reads, as frozen plain values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pilotlab.decide.ladder import Claim, IfBreached
from pilotlab.decide.levels import Look, Mode
from pilotlab.design.lateness import Late
from pilotlab.errors import UsageError
from pilotlab.release.rounding import Rounding
from pilotlab.spec.standard import AGREEMENT_NEEDED, LOST_ALPHA
from pilotlab.wording.effects import LOG_DECIMALS, PER_CENT
from pilotlab.wording.numbers import typed
from pilotlab.wording.sentences import Grammar, by_label

Check = Literal["clear", "alarmed"] | None  # None: did not run


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Interval and bound at one alpha, oriented so that up is good; an end that does not exist is infinite."""

    alpha: float
    low: float  # two-sided, at 1 - alpha
    high: float
    lower: float  # one-sided lower bound, at 1 - alpha


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the headline method says of one metric in one contrast, oriented so that up is good.

    Attributes
    ----------
    estimate : float or None
        In the unit of analysis (log points under `transform: log`); None where it cannot be estimated.
    levels : tuple of Level
        At the alphas of `alphas_needed`.
    p_one_sided : float or None
        Chance of at least this good a result if the policy did nothing: the luck line.
    p_value : float or None
        Two-sided; with two goals it says which is judged first.
    reason, would_help : str
        Why it cannot be estimated, and what would help.
    hidden : str
        Why its numbers may not be shown: the rule reads them, and says the state alone. Empty where they may.
    rounding : Rounding or None
        How its numbers are rounded where they are shown; None where they are shown as they are.
    """

    estimate: float | None = None
    levels: tuple[Level, ...] = ()
    p_one_sided: float | None = None
    p_value: float | None = None
    reason: str = ""
    would_help: str = ""
    hidden: str = ""
    rounding: Rounding | None = None

    @property
    def estimable(self) -> bool:
        """Whether there is an estimate."""
        return self.estimate is not None

    def at(self, alpha: float) -> Level:
        """Return interval and bound at `alpha`.

        Raises
        ------
        UsageError
            Where the interval was not computed at this alpha.
        """
        for level in self.levels:
            if math.isclose(level.alpha, alpha, rel_tol=1e-9):
                return level
        there = ", ".join(typed(level.alpha) for level in self.levels) or "none"
        raise UsageError(
            f"no interval at alpha {typed(alpha)}; there are {there}",
            fix="compute one at each alpha of alphas_needed(...)",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """How a metric is named and printed; numbers of the rule turn into its own unit and direction by this alone."""

    key: str
    label: str
    unit: str
    decimals: int = 2
    better: int = 1  # +1 where higher is better, -1 where lower is
    transform: str = "none"  # under "log", numbers are log points and are printed as percentages
    more: int = 0  # further decimals, where a number would otherwise stand on its bar without being there
    grammar: Grammar | None = None  # how its effects are told; None: by its label

    @property
    def places(self) -> int:
        """Decimals as printed."""
        return (LOG_DECIMALS if self.transform == "log" else self.decimals) + self.more

    @property
    def told(self) -> Grammar:
        """How its effects are told in sentences."""
        if self.grammar:
            return self.grammar
        log = self.transform == "log"
        unit = PER_CENT if log else self.unit.partition(" (")[0]
        return by_label(self.label, unit, self.places - self.more, better=self.better, log=log)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """People behind a metric's values, counted weeks against baseline, pilot teams against comparison teams.

    `ratio` is what the pilot arm kept for one that the comparison arm kept; `p` its one-sided chance if arms lose alike.
    """

    ratio: float
    p: float

    @property
    def lost(self) -> bool:
        """Whether answers were lost in the pilot arm beyond the comparison arm."""
        return self.ratio < 1 and self.p <= LOST_ALPHA


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalInput:
    """A goal: its bar (`improve`), its limit (`do_no_harm`) or neither (`learn`), and what was found.

    `bar` is abs(worth_it) and `margin` is positive, both in the unit of analysis. `sign_flips`: whether the sign
    flips when some one team is left out. `agreed` of `runs` robustness runs agree. `of_people`: its values are means
    of people's answers, and `answers` says whether some were lost; `roster_fixed`: the headline is the mean over
    people who answer on both sides, which those who are lost do not move. None: not made.
    """

    metric: Metric
    evidence: Evidence
    bar: float | None = None
    margin: float | None = None
    if_breached: IfBreached = "stop"
    fix: str = ""
    sign_flips: bool | None = None
    agreed: int | None = None
    runs: int | None = None
    of_people: bool = False
    answers: Answers | None = None
    roster_fixed: bool = False

    @property
    def seldom_held(self) -> bool:
        """Whether too few of the other analyses agree."""
        return (
            self.agreed is not None and bool(self.runs) and self.agreed < AGREEMENT_NEEDED * (self.runs or 0)
        )

    @property
    def doubted(self) -> bool:
        """Whether another analysis speaks against it, so that its verdict is lowered one step."""
        return bool(self.sign_flips) or self.seldom_held

    @property
    def answers_lost(self) -> bool:
        """Whether its headline may have moved because of who stopped answering."""
        return self.of_people and not self.roster_fixed and self.answers is not None and self.answers.lost


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardrailInput:
    """A deciding guardrail: the worst acceptable change for the worse, and what a breach means."""

    metric: Metric
    margin: float
    evidence: Evidence
    if_breached: IfBreached = "stop"
    fix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricFacts:
    """What the gate asks of one goal or deciding guardrail: shares of due team-weeks by window, usable baseline weeks.

    Shares are 0 to 1; None where nothing was due.
    """

    metric: str
    baseline_arm: float | None
    baseline_control: float | None
    counted_arm: float | None
    counted_control: float | None
    baseline_weeks: int  # where starts are staggered, of the team that has fewest


@dataclass(frozen=True, slots=True, kw_only=True)
class Adherence:
    """Observed gap in office days between the arms, and the gap that was planned (signed)."""

    planned_gap: float
    minimum_gap: float
    observed_gap: float | None  # None: declared, but no value came in
    shown_gap: float | None = None  # the same as it may be seen; None: as observed
    hidden: str = ""  # why the observed gap may not be shown


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFacts:
    """What the trust gate asks of one contrast."""

    store_verified: bool  # every row of the store is what was written
    frozen_at: datetime | None
    frozen_first: bool  # the freeze stands in the ledger before every row of a pilot week
    first_pilot_row_at: datetime | None  # None: no row of a pilot week was entered yet
    digests_match: bool
    metrics: tuple[MetricFacts, ...]
    adherence: Adherence | None  # None: no adherence metric was declared
    planned_end: date
    end_reached: bool
    edited: str = ""  # where the files differ from the plan, in short; empty where they do not


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignFacts:
    """What the evidence grade asks of one contrast; units are counted as drawn, teams kept together once.

    `units_in_all` counts both arms and, in a stepped wedge, every team of the rota; `steps` its start weeks.
    """

    design: Literal["parallel", "stepped_wedge", "matched", "before_after"] = "parallel"
    drawn: bool
    recruitment: Literal["lottery", "volunteer", "mandated", "convenience"] = "convenience"
    units_arm: int
    units_control: int
    units_in_all: int | None = None
    steps: int = 1
    unit: Literal["team", "person"] = "team"
    paired: bool = False
    pretrend: Check = None
    placebo: Check = None
    breakdown: float | None = None  # relative magnitudes; None: not made
    late: Late | None = None  # the plan was fixed after the first pilot week had ended
    place: str = (
        ""  # attribute with few levels that tells the arm, so that policy and place can't be told apart
    )

    @property
    def confounded(self) -> bool:
        """Whether policy and place can't be told apart; a lot tells them apart on average."""
        return bool(self.place) and not self.drawn

    @property
    def smaller_arm(self) -> int:
        """Units in the smaller arm of the contrast."""
        return min(self.units_arm, self.units_control)

    @property
    def total(self) -> int:
        """Units in all."""
        return self.units_arm + self.units_control if self.units_in_all is None else self.units_in_all


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmInputs:
    """One pilot arm against control.

    Attributes
    ----------
    equity_breached : tuple of str or None
        Declared equity groups whose limit is breached after Holm; None: slices not made.
    forecast_chance : float or None
        Chance, 0 to 1, that after an extension the verdict is no longer Extend; None: no forecast made.
    harm_stop : bool or None
        Whether the pilot was stopped early for harm; None: no harm bounds were looked at.
    harm_why : str
        Why it was, as the page says it.
    watch_alarms : tuple of str or None
        Watched metrics with an alarm; they change no verdict. None: alarms not made.
    roster_drift : float or None
        Larger of the two arms' shares of members who left or moved, 0 to 1; a flag. None: not made.
    """

    arm: str
    goals: tuple[GoalInput, ...]
    guardrails: tuple[GuardrailInput, ...] = ()
    design: DesignFacts
    gate: GateFacts
    equity_breached: tuple[str, ...] | None = None
    forecast_chance: float | None = None
    harm_stop: bool | None = None
    harm_why: str = ""
    watch_alarms: tuple[str, ...] | None = None
    roster_drift: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleInputs:
    """All that the rule reads. `sponsor`, `decide_by` and `not_measured` are printed and decide nothing."""

    claim: Claim = "improve"
    arms: tuple[ArmInputs, ...]
    alpha: float = 0.05
    mode: Mode = "any"  # two goals: one is enough, or both are needed
    cheap_and_reversible: bool = False
    look: Look = 1  # 2: after the extension
    early: bool = False  # whoever looks before the planned end put on record why
    extensions_left: int = 1
    pilot: str = ""
    sponsor: str = ""
    decide_by: date | None = None
    not_measured: tuple[str, ...] = ()

    def veils(self, arm: ArmInputs) -> bool:
        """Whether goals are kept back: the planned end is not reached, and nobody put on record why to look."""
        return not arm.gate.end_reached and not self.early
