"""Imbalance: how many of the draws that chance could have made are at least as uneven as the one that was made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pilotlab.design.assignment import Assignment, Imbalance
from pilotlab.design.balance import measures
from pilotlab.design.units import Team

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

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
