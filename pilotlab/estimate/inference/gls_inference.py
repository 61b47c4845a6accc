"""Uncertainty of GLS imputation: the starts that could have been drawn."""

from __future__ import annotations

import numpy as np

from pilotlab.estimate.data.possible_draws import how_drawn, rota_of
from pilotlab.estimate.estimators.gls_imputation import GlsFitted
from pilotlab.estimate.inference.randomization import lost_draws
from pilotlab.estimate.inference.uncertainty import Uncertainty, open_end, settle
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.distribution import Draws
from pilotlab.stats.randomization.gls_draws import drawn_imputations
from pilotlab.stats.staggered.gls_imputation import standard_errors

DRAWS = 9_999


def with_starts_drawn_again(fitted: GlsFitted, options: Options) -> Uncertainty:
    """Test against the starts that could have been drawn; standard errors are the model's."""
    found = drawn_imputations(
        fitted.study.y,
        fitted.treatments,
        fitted.design,
        rota_of(fitted.study, options),
        reps=DRAWS if options.reps is None else options.reps,
        seed=options.seed,
    )
    laws = [Draws(result) for result in found]
    se = standard_errors(fitted.study.y, fitted.code, fitted.design)
    se[0] = settle(float(fitted.values[0]), se[0])
    return Uncertainty(
        laws=laws,
        se=se,
        df=np.full(len(se), np.inf),
        notes=(*how_drawn(found[0], options), *lost_draws(found[0]), *open_end(laws[0], options)),
    )
