"""Windows: which times are baseline, wait, wash-in and counted, unit by unit or for all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pilotlab.estimate.data.study import Study
from pilotlab.estimate.notes.by_code import names, note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.note import Note
from pilotlab.stats.arrays import BoolArray, IntArray, distinct

BY_START = ("cohorts_without_reference", "cohorts_without_base")  # notes that name starts, not units


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Masks over times (T,) of a design with one start; excluded times are in none."""

    before: BoolArray
    waiting: BoolArray
    washin: BoolArray
    after: BoolArray


def spans(times: IntArray, excluded: IntArray, options: Options, start: int) -> Spans:
    """Place times relative to one start."""
    there = ~np.isin(times, excluded)
    end = start - options.anticipation
    first = -np.inf if options.baseline is None else end - options.baseline
    return Spans(
        before=there & (times < end) & (times >= first),
        waiting=there & (times >= end) & (times < start),
        washin=there & (times >= start) & (times < start + options.washin),
        after=there & (times >= start + options.washin),
    )


def refuse_empty(study: Study, options: Options, start: int) -> NotEstimable | None:
    """Say so where no time is left before or after the start."""
    return empty_span(spans(study.times, study.excluded, options, start), options, study.label(start))


def empty_span(found: Spans, options: Options, start: str) -> NotEstimable | None:
    """Say so where a side of a start, as the frame writes it, has no time."""
    if not found.before.any():
        return NotEstimable(
            f"no {options.time} is left before the start at {start}, less anticipation and excluded times",
            "values from before the start, or a smaller anticipation",
        )
    if not found.after.any():
        return NotEstimable(
            f"no {options.time} is left after the start at {start} and a wash-in of {options.washin}",
            "values from later times, or a shorter wash-in",
        )
    return None


def cells(study: Study, options: Options, *, by_event_time: bool) -> BoolArray:
    """Cells that regressions use: (T,) where they are the same for every unit, as with one start, else (n, T).

    Parameters
    ----------
    by_event_time : bool
        Keep the times of anticipation and wash-in, which then get coefficients of their own.
    """
    starts = study.starts
    if len(starts) == 1 and not study.always.any():
        found = spans(study.times, study.excluded, options, int(starts[0]))
        kept = found.before | found.after
        return kept | found.waiting | found.washin if by_event_time else kept
    return _cells_by_cohort(study, options, by_event_time=by_event_time)


def left_out(study: Study, kept: BoolArray, code: str, **data: Any) -> Note | None:
    """Write the note about units that were left out, by name where the data do not name their starts."""
    lost = ~kept
    if not lost.any():
        return None
    who = {} if code in BY_START else {"units": names(study.units[lost])}
    return note(code, count=int(lost.sum()), **who, **data)


def drop_always(study: Study) -> Study:
    """Leave out units treated from the first time on."""
    kept = ~study.always
    return study.keep_units(kept).note(left_out(study, kept, "units_treated_throughout"))


def drop_silent(study: Study) -> Study:
    """Leave out units without a single value."""
    kept: BoolArray = np.asarray(np.isfinite(study.y).any(axis=1))
    return study.keep_units(kept).note(left_out(study, kept, "units_without_value"))


def _cells_by_cohort(study: Study, options: Options, *, by_event_time: bool) -> BoolArray:
    there = ~np.isin(study.times, study.excluded)
    kept = {}
    starts = study.starts
    for cohort in distinct(study.cohort):
        own = there.copy()
        if cohort in starts or cohort <= study.first_time:
            found = spans(study.times, study.excluded, options, int(cohort))
            own = found.before | found.after
            own |= (found.waiting | found.washin) if by_event_time else False
        elif options.baseline is not None and len(starts):
            own &= study.times >= starts[0] - options.anticipation - options.baseline
        kept[int(cohort)] = own
    if all(own.all() for own in kept.values()):
        return there
    return np.stack(list(kept.values()))[np.searchsorted(list(kept), study.cohort)]
