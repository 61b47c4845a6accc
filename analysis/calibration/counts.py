"""Alarms over nothing and coverage of the truth where the outcome is a count: exits, incidents, answers out of all asked.

python analysis/calibration/counts.py --date 2026-11-22 --write
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
from doors import frame_of
from numpy.typing import NDArray
from pilots import ALPHA, STUDY_SEED, FloatArray
from scipy import stats
from store import Row, rounded, run

import pilotlab as pl
from pilotlab.stats.randomization.exact_counts import FEW_EVENTS, conditional_poisson

SEEDS = 2_000
COVERED = 1_000  # pilots whose interval is looked at, where they go through `pl.did` one by one
DOOR = 100  # pilots of a batched cell that also go through `pl.did`
CHECKED = 100  # the first pilots, whose alarms are stored by themselves so that a test can rerun them
MONTHS, START, WASHIN, RAMP = 12, 6, 1, 3  # four weeks each; the policy starts in month START, counted from 0
RATIO = 1.4  # of the rate (or the odds) once the effect is whole
NO_NUMBER = "no number"
Names = NDArray[np.str_]
TEAM_SD, MONTH_SD, MONTH_AR = 0.4, 0.15, 0.35  # of the log rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One kind of pilot whose outcome is a count.

    Attributes
    ----------
    mean : float
        Events a person and month (`poisson`), or the chance that an answer is a yes (`binomial`).
    """

    pilot: int
    control: int
    family: str
    mean: float

    @property
    def name(self) -> str:
        """What the README calls it."""
        return f"{self.pilot} against {self.control}, {self.family} {self.mean:g}"

    @property
    def start(self) -> NDArray[np.int64]:
        """First month under the policy; a number beyond the panel for none."""
        return np.r_[np.full(self.pilot, START), np.full(self.control, 99)]


CELLS = (
    *(Counted(pilot=n, control=n, family="poisson", mean=0.5) for n in (4, 6, 8, 12, 20)),
    *(Counted(pilot=n, control=n, family="poisson", mean=0.008) for n in (6, 12)),
    Counted(pilot=12, control=12, family="poisson", mean=0.03),
    Counted(pilot=4, control=8, family="poisson", mean=0.5),
    Counted(pilot=6, control=6, family="binomial", mean=0.3),
)


def simulate(cell: Counted, seed: int) -> tuple[FloatArray, FloatArray, FloatArray, float]:
    """Simulate one pilot: events without and with the policy (teams, months), people, and the true log ratio.

    The truth is what the policy did to what was to be expected in the counted months of the pilot teams.
    """
    rng = np.random.default_rng([STUDY_SEED, cell.pilot, cell.control, round(1e4 * cell.mean), seed])
    teams = cell.pilot + cell.control
    people = np.clip(np.round(rng.lognormal(np.log(9), 0.3, teams)), 5, 16)[:, None] * np.ones(MONTHS)
    shock = rng.normal(size=(teams, MONTHS))
    for month in range(1, MONTHS):
        shock[:, month] = MONTH_AR * shock[:, month - 1] + np.sqrt(1 - MONTH_AR**2) * shock[:, month]
    season = 0.2 * np.sin(2 * np.pi * (np.arange(MONTHS) / 13 + rng.random()))
    log_rate = _link(cell) + rng.normal(0, TEAM_SD, (teams, 1)) + MONTH_SD * shock + season
    ramp = np.clip((np.arange(MONTHS) - cell.start[:, None] + 1) / RAMP, 0, 1)
    means = [_mean(cell, log_rate), _mean(cell, log_rate + np.log(RATIO) * ramp)]
    counted = (slice(0, cell.pilot), slice(START + WASHIN, None))
    without, under = (float((people * mean)[counted].sum() / people[counted].sum()) for mean in means)
    events = _events(cell, rng, *means, people)
    odds = cell.family == "binomial"
    scale = [share / (1 - share) if odds else share for share in (without, under)]
    return events[0], events[1], people, float(np.log(scale[1] / scale[0]))


def ask(cell: Counted, events: FloatArray, people: FloatArray) -> pl.Estimate | pl.NotEstimable:
    """Name the family; the inference is what `auto` takes."""
    frame = frame_of(events, cell.start, people=people)
    return pl.did(frame, estimator=cell.family, exposure="people", washin=WASHIN)


def one(cell: Counted, seeds: int = SEEDS) -> Row:
    """Run one cell: alarms of all pilots without the policy, coverage of those under it that have a number."""
    pilots = [simulate(cell, seed) for seed in range(seeds)]
    without, under, people = (np.array([pilot[k] for pilot in pilots]) for k in range(3))
    truth = np.array([pilot[3] for pilot in pilots])
    whole = cell.family == "poisson"
    kernel, looked = (in_batch, seeds) if whole else (by_door, min(COVERED, seeds))
    p, rule = kernel(cell, without, people, np.zeros(seeds))
    held, rule_under = kernel(cell, under[:looked], people, truth[:looked])
    alarms, covered = p <= ALPHA, (held > ALPHA)[rule_under != NO_NUMBER]
    return {
        "name": cell.name,
        **asdict(cell),
        "rates": {"alarm": rounded(alarms.mean()), "coverage": rounded(covered.mean())},
        "first": {"alarm": int(alarms[:CHECKED].sum()), "coverage": int(covered[:CHECKED].sum())},
        "rules": {str(name): int((rule == name).sum()) for name in np.unique(rule)},
        "door": through_door(cell, without[:DOOR], people, p, rule),
    }


def through_door(cell: Counted, events: FloatArray, people: FloatArray, p: FloatArray, rule: Names) -> Row:
    """Compare with what `pl.did` answers; where it was asked for every pilot there is nothing to compare."""
    if cell.family != "poisson":
        return {"pilots": len(p)}
    theirs, rules = by_door(cell, events, people, np.zeros(len(events)))
    return {
        "pilots": len(events),
        "largest_difference": float(np.abs(theirs - p[: len(events)]).max()),
        "rules_apart": int((rules != rule[: len(events)]).sum()),
    }


def by_door(
    cell: Counted, events: FloatArray, people: FloatArray, effect: FloatArray
) -> tuple[FloatArray, Names]:
    """Ask `pl.did` pilot by pilot: p (1 without a number; of an effect whether the interval holds it), and its inference."""
    found = [ask(cell, own, size) for own, size in zip(events, people, strict=False)]
    p = [_p(one, value) if one else 1.0 for one, value in zip(found, effect.tolist(), strict=True)]
    return np.array(p), np.array([one.inference if one else NO_NUMBER for one in found])


def _p(found: pl.Estimate, effect: float) -> float:
    return float(found.ci[0] <= effect <= found.ci[1]) if effect else found.p_value


def in_batch(
    cell: Counted, events: FloatArray, people: FloatArray, effect: FloatArray
) -> tuple[FloatArray, Names]:
    """`poisson` where every team has every month and keeps its size.

    Such a fit depends on each team's events before and after alone: expected events after are its total times its arm's
    share, and the log ratio is that of the arms' totals. CR2 is that of two weighted means, a team weighing by its total.
    Where a cell of arm by period holds fewer than five events the law given the margins takes its place.
    """
    before, after = events[..., :START].sum(axis=2), events[..., START + WASHIN :].sum(axis=2)
    arms = (slice(0, cell.pilot), slice(cell.pilot, None))
    cells = np.array([[side[:, arm].sum(axis=1) for side in (before, after)] for arm in arms])
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = np.log(cells[0, 1] * cells[1, 0] / (cells[0, 0] * cells[1, 1]))
        parts = [_arm_spread(before[:, arm], after[:, arm]) for arm in arms]
        variance, expected, squares = (sum(part[k] for part in parts) for k in range(3))
        p = 2 * stats.t.sf(np.abs(estimate - effect) / np.sqrt(variance), expected**2 / squares)
    rule = np.full(len(p), "cr2", dtype="U9")
    for pilot in np.flatnonzero(cells.min(axis=(0, 1)) < FEW_EVENTS):
        p[pilot], rule[pilot] = _exact(cell, before[pilot], after[pilot], people[pilot], effect[pilot])
    return p, rule


def _arm_spread(before: FloatArray, after: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """One arm's part of CR2, of its expectation, and of the square that Satterthwaite's degrees of freedom divide by."""
    own = before + after
    total = own.sum(axis=1, keepdims=True)
    share, later = own / total, after.sum(axis=1, keepdims=True) / total
    scale = 1 / (later * (1 - later))
    moved = (after - own * later) * scale / total
    together = scale[..., None] * (_diagonal(1 / np.where(own > 0, own, 1.0)) - 1 / total[..., None])
    root = share / np.sqrt(1 - share)
    matrix = root[:, :, None] * together * root[:, None]
    squares = np.einsum("pij,pij->p", matrix, matrix)
    return (moved**2 / (1 - share)).sum(axis=1), np.einsum("pii->p", matrix), squares


def _diagonal(values: FloatArray) -> FloatArray:
    return np.asarray(values[:, :, None] * np.eye(values.shape[1]))


def _exact(
    cell: Counted, before: FloatArray, after: FloatArray, people: FloatArray, effect: float
) -> tuple[float, str]:
    months = (MONTHS - START - WASHIN) / START
    found = conditional_poisson(before, after, cell.start == START, np.full(len(people), months))
    if not found.informative or not np.isfinite(found.estimate):
        return 1.0, NO_NUMBER
    return found.p_two_sided(float(effect)), "exact"


def study(seeds: int = SEEDS) -> Iterator[Row]:
    """Run every cell."""
    return (one(cell, seeds) for cell in CELLS)


def _link(cell: Counted) -> float:
    return float(np.log(cell.mean / (1 - cell.mean) if cell.family == "binomial" else cell.mean))


def _mean(cell: Counted, log_rate: FloatArray) -> FloatArray:
    return np.asarray(1 / (1 + np.exp(-log_rate)) if cell.family == "binomial" else np.exp(log_rate))


def _events(
    cell: Counted, rng: np.random.Generator, without: FloatArray, under: FloatArray, people: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Events without the policy, and the same events with those that it adds."""
    if cell.family == "binomial":
        plain = rng.binomial(people.astype(int), without)
        return plain.astype(float), plain + rng.binomial(
            people.astype(int) - plain, (under - without) / (1 - without)
        ).astype(float)
    plain = rng.poisson(people * without)
    return plain.astype(float), plain + rng.poisson(people * (under - without)).astype(float)


if __name__ == "__main__":
    run(__file__, __doc__, study, seeds=SEEDS, checked=CHECKED)
