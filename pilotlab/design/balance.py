"""Balance: how alike the arms were before the pilot, and how many draws that chance could have made are as uneven."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import fmean, variance
from typing import TYPE_CHECKING, Any

from pilotlab.design.assignment import AssignedTeam, Assignment, BalanceRow, Imbalance
from pilotlab.design.units import Team, number, value_of
from pilotlab.spec.pilot import CONTROL

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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


ENUMERATED = 20_000  # at most so many draws are all looked at; of more, so many are sampled
SEED = 20_260_101  # of the sample: the same draw is told the same
BASELINE = ", baseline"
_DUST = 1e-9


def imbalance(
    assignment: Assignment, teams: Iterable[Team], baseline: Mapping[str, Mapping[str, float]] | None = None
) -> Imbalance | None:
    """Place a draw among the draws that could have been made in its stead.

    Parameters
    ----------
    baseline : mapping, optional
        What was measured before the start, by its name: a team's mean where one is stored.

    Returns
    -------
    Imbalance or None
        None where no lot decided, or no attribute varies.

    Notes
    -----
    A draw is as uneven as its worst attribute: the largest difference between a pilot arm and control, over arms and
    attributes (columns of the teams' file, levels of text as shares, baseline values), each in units of what it varies by
    from draw to draw. Numbers per arm and stratum stay as they were drawn, and teams kept together move together.

    References
    ----------
    Morgan, K. L. & Rubin, D. B. (2012). Rerandomization to improve covariate balance in experiments. Annals of Statistics
    40:1263.
    """
    columns = [
        *measures(teams, assignment.teams),
        *((name + BASELINE, by) for name, by in (baseline or {}).items()),
    ]
    if not assignment.drawn or not columns:
        return None
    import numpy as np

    names = [row.team for row in assignment.teams]
    values = np.array([[by.get(name, np.nan) for name in names] for _, by in columns]).T
    arms, draws, exact = _draws(assignment)
    scores = np.stack(
        [_differences(draws, values, arm) for arm in range(1, len(arms))]
    )  # arms x draws x columns
    spread = scores.std(axis=(1,), keepdims=True)
    scaled = np.abs(np.divide(scores, spread, out=np.zeros_like(scores), where=spread > _DUST))
    if not scaled.any():
        return None
    worst = scaled.max(axis=(0, 2))
    share = float((worst >= worst[0] - _DUST).mean())
    at = int(scaled[:, 0, :].max(axis=0).argmax())
    return Imbalance(
        share=share, attribute=columns[at][0], attributes=len(columns), draws=len(draws), exact=exact
    )


def _draws(assignment: Assignment) -> tuple[tuple[str, ...], NDArray[np.intp], bool]:
    """Return the arms, draws as places in them (draws x teams, the one that was made first), and whether they are all."""
    import numpy as np

    from pilotlab.stats.randomization.draws import Design, count, enumerate_draws

    arms = assignment.arms
    made = np.array([arms.index(row.arm) for row in assignment.teams])
    strata = [row.stratum for row in assignment.teams]
    clusters = [f"cluster {row.cluster}" if row.cluster else f"team {row.team}" for row in assignment.teams]
    design = Design.stratified(made > 0, strata, cluster=clusters)
    if len(arms) == 2 and count(design) <= ENUMERATED:
        every = enumerate_draws(design).astype(np.intp)
        return arms, np.vstack([made, every[(every != made).any(axis=1)]]), True
    return arms, np.vstack([made, _sampled(made, design.strata, design.cluster)]), False


def _sampled(made: NDArray[np.intp], strata: NDArray[np.intp], cluster: NDArray[np.intp]) -> NDArray[np.intp]:
    """Shuffle the arms of the clusters within each stratum."""
    import numpy as np

    lot = np.random.default_rng(SEED)
    _, first, of_team = np.unique(cluster, return_index=True, return_inverse=True)
    shuffled = np.tile(made[first], (ENUMERATED, 1))
    for stratum in np.unique(strata):
        inside = np.flatnonzero(strata[first] == stratum)
        shuffled[:, inside] = lot.permuted(shuffled[:, inside], axis=1)
    return shuffled[:, of_team]


def _differences(draws: NDArray[np.intp], values: NDArray[np.float64], arm: int) -> NDArray[np.float64]:
    """Mean of an arm less that of control, draw by draw and column by column; teams without a value are left out."""
    import numpy as np

    present, filled = (~np.isnan(values)).astype(float), np.nan_to_num(values)

    def means(place: int) -> Any:
        inside = (draws == place).astype(float)
        counts = inside @ present
        return np.divide(inside @ filled, counts, out=np.zeros_like(counts), where=counts > 0)

    apart: NDArray[np.float64] = means(arm) - means(0)
    return apart


def advice(found: Imbalance) -> str:
    """Say what to do about a draw that few are as uneven as: keep it, and what helps where it is declared beforehand."""
    attribute = found.attribute
    on = "size" if attribute.endswith(BASELINE) else attribute.partition(": ")[0]
    return (
        "Keep it all the same: drawing until arms look alike makes a choice of the lottery, and the analysis compares "
        "changes from each team's own baseline. What prevents it is declared before a draw: strata "
        f"(`assign: {{method: stratified, on: [{on}]}}`), matched pairs, or a bound on how uneven a draw may be."
    )
