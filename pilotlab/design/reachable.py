"""Reach: the smallest p a design can give, whatever the data. Pure Python, for `check` loads no numpy."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from pilotlab.design.units import (
    Team,
    Unit,
    Units,
    arm_counts,
    arm_names,
    arm_shares,
    drawing_units,
    value_of,
)
from pilotlab.spec.pilot import CONTROL, PilotSpec
from pilotlab.spec.standard import EXTENSION_SHARE
from pilotlab.wording import numbers
from pilotlab.wording.numbers import significant

ENUMERATED = 1_000_000  # designs with more draws are sampled
SAMPLED = 10_000  # the observed draw and 9,999 more
LOPSIDED = 1.5  # an arm this many times another is judged by CR2, which knows no smallest p

Claim = Literal["goal", "guardrail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far the draws of one contrast reach.

    Attributes
    ----------
    pilot, control : int
        Units as they are drawn; teams kept together count once. Strata with one arm are not counted.
    draws : int
        Admissible draws, the one that is made among them.
    mirrored : bool
        Arms of equal size in every stratum: the swapped draw is admissible too, and always as far from zero.
    """

    pilot: int
    control: int
    draws: int
    mirrored: bool

    @property
    def two_sided(self) -> float:
        """Smallest two-sided p."""
        return min(1.0, 1 / SAMPLED if self.draws > ENUMERATED else (2 if self.mirrored else 1) / self.draws)

    @property
    def one_sided(self) -> float:
        """Smallest one-sided p."""
        return 1 / (SAMPLED if self.draws > ENUMERATED else self.draws)

    @property
    def lopsided(self) -> bool:
        """Whether one arm is over 1.5 times the other."""
        return max(self.pilot, self.control) > LOPSIDED * min(self.pilot, self.control)


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """Levels at which the rule `standard@1` tests, before and after an extension.

    Attributes
    ----------
    goal : float
        Two-sided, for the first goal to pass: alpha over the pilot arms, halved where either of two goals will do.
    guardrail : float
        One-sided; never split.
    """

    goal: float
    guardrail: float
    last_look: float = EXTENSION_SHARE


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortfall:
    """A claim that a contrast can never show: its smallest p is above the level the rule needs."""

    arm: str
    claim: Claim
    needed: float
    smallest: float
    reach: Reach

    def __str__(self) -> str:
        can_not = "reach its level" if self.claim == "goal" else "be shown safe"
        sides = "two-sided" if self.claim == "goal" else "one-sided"
        return (
            f"{self.reach.pilot} against {self.reach.control} ({self.arm} against control) have {numbers.count(self.reach.draws)} draws: "
            f"a {self.claim} can never {can_not}, for the smallest {sides} p is {significant(self.smallest)} and {significant(self.needed)} is needed"
        )


def reach(strata: Iterable[tuple[int, int]]) -> Reach:
    """Count the draws of a contrast from its units, (pilot, control) by stratum; a pair is a stratum (1, 1).

    Examples
    --------
    >>> five_pairs = reach([(1, 1)] * 5)
    >>> five_pairs.draws, five_pairs.two_sided
    (32, 0.0625)
    """
    held = [(pilot, control) for pilot, control in strata if pilot and control]
    return Reach(
        pilot=sum(pilot for pilot, _ in held),
        control=sum(control for _, control in held),
        draws=math.prod(math.comb(pilot + control, pilot) for pilot, control in held),
        mirrored=all(pilot == control for pilot, control in held),
    )


def levels(spec: PilotSpec) -> Levels:
    """Say at which levels the pilot's claims are tested."""
    alpha = spec.analysis.alpha
    if spec.claim == "do_no_harm":  # goals are judged as guardrails are
        return Levels(goal=alpha, guardrail=alpha)
    split = 2 if len(spec.metrics.goals) == 2 and spec.decide.goals == "any" else 1
    return Levels(goal=alpha / max(1, len(spec.arms)) / split, guardrail=alpha)


def planned_reach(spec: PilotSpec, teams: Iterable[Team]) -> dict[str, Reach]:
    """Return the reach of each pilot arm against control, as the plan will draw it (or its column says it was drawn).

    Where arms can't be equal, whoever gets the leftover unit is not known before the draw: the shorter reach is given.
    Empty for a stepped wedge and for arms that no lot decides.

    Raises
    ------
    PilotlabError
        Where the units can't be formed.
    """
    assign = spec.design.assign
    arms = arm_names(spec)
    listed = list(teams)
    if assign.method == "stepped_wedge" or (assign.method == "declared" and not assign.drawn_by):
        return {}
    units = drawing_units(spec, listed)
    if assign.method == "declared":
        return _declared(units, listed, assign.column or "", arms)
    if assign.method == "matched_pairs":
        pairs = len(units.units) // len(arms)
        return {arm: reach([(1, 1)] * pairs) for arm in arms[1:]}
    sizes = [len(held) for held in units.strata().values()]
    shares = arm_shares(arms, assign.shares)
    found: dict[str, list[Reach]] = {arm: [] for arm in arms[1:]}
    for first in range(len(arms)):
        counts = arm_counts(sizes, shares, lambda n, first=first: [(first + place) % n for place in range(n)])  # type: ignore[misc]
        for arm in arms[1:]:
            found[arm].append(reach((count[arm], count[CONTROL]) for count in counts))
    return {arm: max(possible, key=lambda one: one.two_sided) for arm, possible in found.items()}


def shortfalls(spec: PilotSpec, teams: Iterable[Team]) -> tuple[Shortfall, ...]:
    """Name the claims the planned draw can never show, arm by arm; none where randomisation does not decide.

    Raises
    ------
    PilotlabError
        Where the units can't be formed.
    """
    if spec.analysis.inference not in ("auto", "randomization") or spec.claim == "learn":
        return ()
    needed = levels(spec)
    rows = []
    for arm, one in planned_reach(spec, teams).items():
        if spec.analysis.inference == "auto" and one.lopsided:
            continue
        if spec.claim == "improve" and spec.metrics.goals and one.two_sided > needed.goal + 1e-12:
            rows.append(
                Shortfall(arm=arm, claim="goal", needed=needed.goal, smallest=one.two_sided, reach=one)
            )
        protected = spec.metrics.guardrails or spec.claim == "do_no_harm"
        if protected and one.one_sided > needed.guardrail + 1e-12:
            rows.append(
                Shortfall(
                    arm=arm, claim="guardrail", needed=needed.guardrail, smallest=one.one_sided, reach=one
                )
            )
    return tuple(rows)


def _declared(units: Units, teams: Sequence[Team], column: str, arms: Sequence[str]) -> dict[str, Reach]:
    arm_of = {team.name: value_of(team, column) for team in teams}

    def held(unit_list: Sequence[Unit], arm: str) -> int:
        return sum(arm_of[unit.teams[0]] == arm for unit in unit_list)

    strata = units.strata().values()
    return {
        arm: reach((held(stratum, arm), held(stratum, CONTROL)) for stratum in strata) for arm in arms[1:]
    }
