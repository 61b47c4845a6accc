"""Uncertainty: what every inference hands over, whatever it is made of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from pilotlab.estimate.estimators.fit import Fit
from pilotlab.estimate.notes.by_code import note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.distribution import Draws, Law
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.estimate.results.event_path import EventPath
from pilotlab.note import Note
from pilotlab.stats.arrays import FloatArray

if TYPE_CHECKING:
    from pilotlab.estimate.results.synthetic_comparison import Named

F = TypeVar("F", contravariant=True)
Ends = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Uncertainty:
    """How sure the values of a fit are.

    Attributes
    ----------
    laws : sequence of Law
        One a value, the headline's first.
    se, df : ndarray
        Likewise.
    bands : tuple of tuple, optional
        Ends of the band that holds all rows at once, a pair a row.
    warnings, notes : tuple of Note
        What is said before the fit's own notes, and after them.
    instead : Fit, optional
        Where an inference estimates anew: what takes the fit's place.
    """

    laws: Sequence[Law]
    se: FloatArray
    df: FloatArray
    bands: tuple[Ends, ...] | None = None
    path: EventPath | None = None
    placebos: Named = ()
    warnings: tuple[Note, ...] = ()
    notes: tuple[Note, ...] = ()
    instead: Fit | None = None


class Inference(Protocol[F]):
    """Every inference is one function: a fit and what was asked, to its uncertainty or the reason why there is none.

    `options.estimator` and `options.inference` are names here, never `auto`.
    """

    def __call__(self, fit: F, options: Options, /) -> Uncertainty | NotEstimable: ...  # noqa: D102


def settle(value: float, se: float) -> float:
    """Take a standard error that is arithmetic alone as zero."""
    return 0.0 if se <= 1e-13 * max(abs(value), 1e-300) else float(se)


def open_end(law: Law, options: Options) -> tuple[Note, ...]:
    """Say where draws are too few to close the interval."""
    if not isinstance(law, Draws) or all(map(math.isfinite, law.interval(options.alpha))):
        return ()
    return (note("interval_open", alpha=options.alpha, p_min=law.result.p_min),)
