"""Balance: how alike the arms were before the pilot, attribute by attribute."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import fmean, variance

from pilotlab.design.assignment import AssignedTeam, BalanceRow
from pilotlab.design.units import Team, number, value_of
from pilotlab.spec.pilot import CONTROL

Values = Mapping[str, float]  # by team; teams without a value are not in it


def measures(teams: Iterable[Team], places: Sequence[AssignedTeam]) -> list[tuple[str, Values]]:
    """Return what `balance` compares: each attribute, and its value by team; levels of text are 0 or 1."""
    return [(attribute, values) for attribute, values, _ in _compared(teams, places)]


def balance(teams: Iterable[Team], places: Sequence[AssignedTeam]) -> tuple[BalanceRow, ...]:
    """Compare every pilot arm with control on every attribute of the teams.

    Columns of numbers are compared by their means; text level by level, as shares of teams. A column in which hardly a
    value comes twice (a name, a lead) says nothing about balance and is left out, as is one that names the arm.

    Notes
    -----
    The standardised difference is the difference over the square root of the arms' mean variance (p(1 - p) for shares);
    None where neither arm varies.

    References
    ----------
    Austin, P. C. (2009). Balance diagnostics for comparing the distribution of baseline covariates. Statistics in
    Medicine 28:3083.
    """
    arm_of = {row.team: row.arm for row in places}
    arms = sorted({row.arm for row in places} - {CONTROL})
    return tuple(
        row
        for attribute, values, is_share in _compared(teams, places)
        for arm in arms
        for row in _row(attribute, arm, values, arm_of, is_share=is_share)
    )


def _compared(teams: Iterable[Team], places: Sequence[AssignedTeam]) -> Iterator[tuple[str, Values, bool]]:
    arm_of = {row.team: row.arm for row in places}
    placed = sorted((team for team in teams if team.name in arm_of), key=lambda team: team.name)
    for column in _columns(placed):
        written = {team.name: text for team in placed if (text := value_of(team, column))}
        if written != arm_of:
            yield from _measures(column, written)


def _columns(teams: Sequence[Team]) -> list[str]:
    found = {"size": None} if any(team.size is not None for team in teams) else {}
    for team in teams:
        found |= dict.fromkeys(team.attributes)
    return sorted(column for column in found if column not in ("team", "name"))


def _measures(column: str, written: Mapping[str, str]) -> list[tuple[str, Values, bool]]:
    """What can be compared in a column: (attribute, value by team, whether it is a share)."""
    numbers = {team: value for team, text in written.items() if (value := number(text)) is not None}
    if written and len(numbers) == len(written):
        return [(column, numbers, False)]
    different = sorted(set(written.values()))
    if len(different) > max(2, len(written) / 2):
        return []
    return [
        (f"{column}: {level}", {team: float(text == level) for team, text in written.items()}, True)
        for level in different
    ]


def _row(
    attribute: str, arm: str, values: Values, arm_of: Mapping[str, str], *, is_share: bool
) -> Iterator[BalanceRow]:
    """One row, or none where an arm has no value."""
    pilot = [value for team, value in values.items() if arm_of[team] == arm]
    control = [value for team, value in values.items() if arm_of[team] == CONTROL]
    if pilot and control:
        difference = _standardised(pilot, control, is_share=is_share)
        yield BalanceRow(attribute, arm, fmean(pilot), fmean(control), difference)


def _standardised(pilot: Sequence[float], control: Sequence[float], *, is_share: bool) -> float | None:
    if not is_share and min(len(pilot), len(control)) < 2:
        return None
    spread = math.sqrt((_variance(pilot, is_share=is_share) + _variance(control, is_share=is_share)) / 2)
    return (fmean(pilot) - fmean(control)) / spread if spread > 0 else None


def _variance(values: Sequence[float], *, is_share: bool) -> float:
    share = fmean(values)
    return share * (1 - share) if is_share else variance(values)
