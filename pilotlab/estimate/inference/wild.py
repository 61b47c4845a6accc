"""Wild cluster bootstrap of an estimate: signs by cluster, the null imposed, every contrast's test turned round."""

from __future__ import annotations

from pilotlab.estimate.estimators.fit import LARGEST_DESIGN, Fitted
from pilotlab.estimate.inference.analytic import cr1_variance, too_large
from pilotlab.estimate.inference.least_squares import least_squares
from pilotlab.estimate.inference.uncertainty import Uncertainty, open_end
from pilotlab.estimate.notes.by_code import note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.distribution import Draws
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.note import Note
from pilotlab.stats.variance.wild import wild_bootstrap
from pilotlab.stats.variance.wild_result import WildResult

REPS = 9_999


def with_wild(fitted: Fitted, options: Options) -> Uncertainty | NotEstimable:
    """Bootstrap every contrast with the same signs; standard errors are CR1's, of which t is made."""
    linear = fitted.linear
    scale = cr1_variance(linear)
    if isinstance(scale, NotEstimable):
        return scale
    if linear.size > LARGEST_DESIGN:
        return too_large("wild")
    rows = linear.rows()
    if rows.X.shape[1] ** 2 * linear.n_clusters > LARGEST_DESIGN:
        return too_large("wild")
    found = wild_bootstrap(
        rows.X,
        rows.residuals,
        rows.cluster,
        rows.contrasts,
        linear.values,
        weights=rows.weights,
        absorbed=rows.absorbed,
        reps=REPS if options.reps is None else options.reps,
        seed=options.seed,
    )
    laws = [Draws(result) for result in found]
    notes = (_how_many(found[0], linear.n_clusters), *open_end(laws[0], options))
    return least_squares(fitted, laws, scale, options, notes)


def _how_many(result: WildResult, clusters: int) -> Note:
    return note(
        "draws_of_signs", clusters=clusters, draws=result.n_draws, exact=result.exact, p_min=result.p_min
    )
