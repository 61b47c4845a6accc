"""Doors: the same pilots through `pl.did` from a DataFrame, as an analyst asks, to hold batched kernels against."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pilots import BASELINE, WASHIN, WEEKS, Cell, FloatArray

import pilotlab as pl


def frame_of(panel: FloatArray, start: NDArray[np.int64], **columns: NDArray[Any]) -> pd.DataFrame:
    """Write one panel (teams, weeks) long; `start` counts weeks from 0, beyond the last for none.

    Parameters
    ----------
    **columns : ndarray, shape (teams,) or (teams, weeks)
        More of them.
    """
    teams, weeks = panel.shape
    first = np.where(start < weeks, start + 1, 0)
    wide = {name: np.broadcast_to(values.T, (weeks, teams)).T for name, values in columns.items()}
    return pd.DataFrame(
        {
            "team": np.repeat(np.arange(teams), weeks),
            "week": np.tile(np.arange(1, weeks + 1), teams),
            "first_week": np.repeat(first, weeks),
            "y": panel.ravel(),
            **{name: values.ravel() for name, values in wide.items()},
        }
    )


def starts(cell: Cell) -> NDArray[np.int64]:
    """First week under the policy, counted from 0."""
    return np.where(cell.design.z, BASELINE, WEEKS)


def ask(cell: Cell, panel: FloatArray, **more: Any) -> pl.Estimate:
    """Ask for what `auto` takes, or for what is named."""
    given: dict[str, Any] = {"assignment": "complete" if cell.drawn else None}
    if cell.strata > 1:
        given["pairs" if cell.paired else "strata"] = "block"
    frame = frame_of(panel, starts(cell), block=cell.design.strata)
    return answered(pl.did(frame, baseline=BASELINE, washin=WASHIN, **{**given, **more}))


def answered(found: pl.Estimate | pl.NotEstimable) -> pl.Estimate:
    """Take the estimate; a study's pilots all have one."""
    if not isinstance(found, pl.Estimate):
        raise TypeError(f"no estimate: {found}")
    return found
