"""Cells: one value with the people behind it, and whether it is shown or hidden with a reason."""

from __future__ import annotations

from dataclasses import dataclass

from pilotlab.release.thresholds import COUNT, MEAN, counts_people, least
from pilotlab.spec.metric import MetricSpec
from pilotlab.wording.numbers import typed

BANDS = (5, 10, 20, 30, 50, 75, 100)  # where the bands of respondents begin
SHARE_STEP, MEAN_DECIMALS = 0.05, 1  # a team's percentage and a team's mean


@dataclass(frozen=True, slots=True)
class Cell:
    """A stored value of one team: what it is, how many answered, how many persons it counts.

    Attributes
    ----------
    n : float or None
        Who answered; None where nobody said, and then the value is never shown.
    count : float or None
        Persons to whom it happened, of a metric that counts some.
    slice : str
        Group within the team; "" for all of it.
    """

    value: float
    n: float | None = None
    count: float | None = None
    slice: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A value that may be seen, rounded; `n` is a band, "" where no persons answered."""

    value: float
    n: str = ""


@dataclass(frozen=True, slots=True)
class Hidden:
    """Why a value may not be seen; it says nothing of the value."""

    reason: str


def release(cell: Cell, metric: MetricSpec, *, privacy: int = MEAN) -> Shown | Hidden:
    """Show a whole team's value, or say why not.

    Examples
    --------
    >>> from pilotlab.spec.metric_catalogue import Catalogue
    >>> satisfaction = Catalogue.load().get("job_satisfaction")
    >>> release(Cell(7.26, n=12), satisfaction)
    Shown(value=7.3, n='10-19')
    >>> release(Cell(7.26, n=4), satisfaction)
    Hidden(reason='fewer than 5 answers')
    >>> release(Cell(10.0, n=12), satisfaction)
    Hidden(reason='everybody answered alike, or nearly: 9.5 or more')
    """
    if counts_people(metric):
        few = cell.count is None or cell.count < COUNT
        return Hidden(f"fewer than {COUNT} persons (<{COUNT})") if few else Shown(cell.value)
    if metric.level != "person":
        return Hidden("a group within a team") if cell.slice else Shown(cell.value)
    return _answers(cell, metric, least(metric, privacy=privacy))


def _answers(cell: Cell, metric: MetricSpec, fewest: int) -> Shown | Hidden:
    if cell.slice:
        return Hidden("a group within a team: shown as an effect alone")
    if cell.n is None:
        return Hidden("how many answered was not said")
    if cell.n < fewest:
        return Hidden(few_answers(fewest))
    value = rounded_mean(cell.value, metric)
    said = alike(value, metric)
    return Hidden(said) if said else Shown(value, banded(cell.n))


def few_answers(fewest: int) -> str:
    """Reason of a value with too few answers."""
    return f"fewer than {fewest} answers"


def rounded_mean(value: float, metric: MetricSpec) -> float:
    """Round a team's survey value: a share to 5 %, any other to one decimal."""
    if metric.kind == "share":
        return round(round(value / SHARE_STEP) * SHARE_STEP, 2)
    return round(value, min(MEAN_DECIMALS, metric.decimals))


def alike(value: float, metric: MetricSpec) -> str:
    """Say in a band what a mean at the end of its scale would tell of everybody; "" anywhere else.

    A mean of exactly 10 on a scale to 10 says what each single person answered.
    """
    if metric.range is None:
        return ""
    low, high = metric.range
    room = (high - low) / 20
    if value <= low:
        return f"everybody answered alike, or nearly: {typed(low + room)} or less"
    if value >= high:
        return f"everybody answered alike, or nearly: {typed(high - room)} or more"
    return ""


def banded(n: float) -> str:
    """Tell a number of people in a band.

    Examples
    --------
    >>> banded(4), banded(5), banded(19), banded(260)
    ('<5', '5-9', '10-19', '100 or more')
    """
    if n < BANDS[0]:
        return f"<{BANDS[0]}"
    at = max(place for place, first in enumerate(BANDS) if n >= first)
    return f"{BANDS[at]} or more" if at + 1 == len(BANDS) else f"{BANDS[at]}-{BANDS[at + 1] - 1}"
