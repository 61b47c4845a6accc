"""GLS draws: averages of GLS-imputed effects in every admissible draw of starts.

Removing a constant effect e from the treated weeks of the draw that was made leaves T(z) - e a(z), with a(z) the same
average of the observed treatment itself, so that the test inverts in closed form; the covariance comes from weeks before
any start and is the same in every draw.

References
----------
Rosenbaum (2002), "Observational Studies", section 2.4; Ji, Fink, Robyn & Small (2017) for units that start in turn.
"""

from __future__ import annotations

import numpy as np

from pilotlab.stats.arrays import FloatArray
from pilotlab.stats.randomization.adjusted_draws import AdjustedResult
from pilotlab.stats.randomization.rota import Rota
from pilotlab.stats.randomization.sharp_null import ROUNDING, Lost
from pilotlab.stats.staggered.gls_imputation import Design, estimates, parts

AT_ONCE = 2_000  # draws


def drawn_imputations(
    y: FloatArray, treatments: FloatArray, design: Design, rota: Rota, *, reps: int = 9999, seed: int = 0
) -> list[AdjustedResult]:
    """Test each of K averages against the admissible draws; the same draws for all.

    Parameters
    ----------
    y : ndarray, shape (n, T)
    treatments : ndarray, shape (K, n, T)
        The treatment that each average is about: 0 and 1 by unit and time.
    design : Design
        By start, in the order of the rota's codes.
    rota : Rota
    reps, seed : int
        Sampled draws beside the one that was made, where there are more than a million, and their seed.
    """
    outcomes = np.stack([y, *np.where(np.isfinite(y), treatments, np.nan)])
    ready = parts(outcomes, design)
    own = estimates(ready, rota.start[None])[0, 0]
    drawn = np.concatenate(
        [
            estimates(ready, block[at : at + AT_ONCE])
            for block in rota.blocks(reps, seed)
            for at in range(0, len(block), AT_ONCE)
        ]
    )
    size = float(np.nanmax(np.abs(y - np.nanmean(y, axis=0))))
    return [
        _result(value, drawn[:, [0, 1 + k], k], rota.exact, ROUNDING * size)
        for k, value in enumerate(own.tolist())
    ]


def _result(att: float, drawn: FloatArray, exact: bool, rounding: float) -> AdjustedResult:
    """Draws in which a week can't be predicted count as extreme."""
    lost = ~np.isfinite(drawn).all(axis=1)
    return AdjustedResult(
        att=att,
        statistics=np.where(lost, att, drawn[:, 0]),
        indicator=np.where(lost, 1.0, drawn[:, 1]),
        exact=exact,
        rounding=rounding,
        lost=Lost(draws=int(lost.sum())),
    )
