"""What an estimator hands to inference: coefficients, and all that standard errors and draws need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from pilotlab.estimate.data.arms import counts_nowhere
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.notes.by_code import note
from pilotlab.estimate.options import Options
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.note import Note
from pilotlab.stats.arrays import BoolArray, FloatArray, IntArray, n_distinct
from pilotlab.stats.variance.cluster import nested

if TYPE_CHECKING:
    from pilotlab.estimate.results.synthetic_comparison import Synthetic
    from pilotlab.stats.randomization.exact_counts import ConditionalCounts
    from pilotlab.stats.randomization.regression_draws import DrawnRegression
    from pilotlab.stats.regression.ols import OlsFit

LARGEST_DESIGN = 100_000_000  # cells of the written-out design that CR2 and HC1 may need
FEWEST = 4  # treated, and comparison, clusters


@dataclass(frozen=True, slots=True, eq=False)
class FullRows:
    """The regression written out row by row; units may be absorbed, everything else is a column of X."""

    X: FloatArray
    residuals: FloatArray
    cluster: IntArray
    contrasts: FloatArray
    weights: FloatArray | None = None
    absorbed: IntArray | None = None
    influence: FloatArray | None = None  # (N, m), where the estimate is not least squares on X: see stats.cr2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Linear:
    """A least-squares fit and the contrasts asked of it.

    Attributes
    ----------
    contrasts : ndarray, shape (m, k)
        The headline first.
    scores : ndarray, shape (r, k)
        Of rows, or of units summed over their rows; `cluster` (r,) says where each belongs.
    n_nested, n_params : int
        Parameters that count under CR1, and in all.
    size : int
        Cells of the written-out design, to judge whether CR2 can be had.
    closed : callable, optional
        Closed form of CR2: standard errors and degrees of freedom of the contrasts.
    plain : bool
        The estimator's own rule under `cluster`: squared scores of clusters are summed without a factor.
    not_a_regression : str
        Why the estimate is not least squares on `rows`; empty where it is.
    left_out : callable, optional
        Estimates of the contrasts without each cluster in turn, shape (G, m), where that is no step of least squares.
    """

    coef: FloatArray
    contrasts: FloatArray
    bread: FloatArray
    scores: FloatArray
    cluster: IntArray
    rss: float
    n_obs: int
    n_nested: int
    n_params: int
    size: int
    rows: Callable[[], FullRows]
    closed: Callable[[], tuple[FloatArray, FloatArray]] | None = None
    plain: bool = False
    not_a_regression: str = ""
    left_out: Callable[[], FloatArray] | None = None

    @property
    def values(self) -> FloatArray:
        """Estimates of the contrasts, shape (m,)."""
        return self.contrasts @ self.coef

    @property
    def n_clusters(self) -> int:
        """Clusters that hold a value."""
        return n_distinct(self.cluster)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Differences:
    """An estimate that is one change a unit, compared between arms: what can be drawn again.

    Attributes
    ----------
    changes : ndarray, shape (m, n)
        The headline first.
    treated : ndarray, shape (n,)
    strata : ndarray, shape (n,), optional
    weights : ndarray, shape (n,), optional
    covariates : ndarray, shape (n, p), optional
        Known before the draw, and adjusted for anew in every draw.
    between : bool
        The adjustment is made between strata, each of which gives one difference.
    """

    changes: FloatArray
    treated: BoolArray
    strata: IntArray | None
    weights: FloatArray | None = None
    covariates: FloatArray | None = None
    between: bool = False


@dataclass(frozen=True, slots=True)
class ArmClusters:
    """How many drawn clusters (units, where none are named) switch, and how many serve as comparison."""

    treated: int
    comparison: int
    by_dose: bool = False  # clusters whose dose moves, and the number that would carry as much of it evenly

    def __str__(self) -> str:
        if self.by_dose:
            moves = f"{_clusters(self.treated)} whose dose moves"
            return f"{moves}, carried as by {_clusters(self.comparison)} of equal spread"
        return f"{_clusters(self.treated, 'treated ')} and {_clusters(self.comparison, 'comparison ')}"

    @property
    def few(self) -> bool:
        """Fewer than four on a side: no cluster-robust interval can be trusted."""
        return min(self.treated, self.comparison) < FEWEST

    @property
    def uneven(self) -> bool:
        """One arm over 1.5 times the other: the randomisation test then leans on equal spreads."""
        return max(self.treated, self.comparison) > 1.5 * min(self.treated, self.comparison)


# What an interval is worth with two or three clusters on a side of equal noise: analysis/calibration/README.md. One: far too narrow.
OF_FEW = {
    "randomization": "few_clusters_drawn",
    "wild": "few_clusters_wild",
    "cr2": "few_clusters_wide",
    "jackknife": "few_clusters_narrow",
}
OF_FEW_BY_ESTIMATOR = {("group_time", "cluster"): "few_clusters_wide"}


def few_clusters(clusters: ArmClusters, inference: str, estimator: str) -> Note:
    """Say what an inference is worth with fewer than four clusters on a side."""
    code = OF_FEW_BY_ESTIMATOR.get((estimator, inference), OF_FEW.get(inference, "few_clusters"))
    one = min(clusters.treated, clusters.comparison) == 1 or clusters.by_dose
    if one and code in ("few_clusters_wide", "few_clusters_narrow"):
        code = "few_clusters_unsure" if estimator == "group_time" else "few_clusters"
    arms = {"treated": clusters.treated, "comparison": clusters.comparison, "by_dose": clusters.by_dose}
    return note(code, **arms, fewest=FEWEST, inference=inference)


def _clusters(count: int, what: str = "") -> str:
    return f"{count} {what}{'cluster' if count == 1 else 'clusters'}"


def arm_clusters(drawn: IntArray, treated: BoolArray, comparison: BoolArray) -> ArmClusters:
    """Count drawn clusters by arm."""
    return ArmClusters(n_distinct(drawn[treated]), n_distinct(drawn[comparison]))


class Fit(Protocol):
    """What an estimator hands over: all that the result says beside its uncertainty.

    `values` begin with the headline; those from `skip` on are the `rows` of the table, which `key` names.
    """

    @property
    def values(self) -> FloatArray: ...  # noqa: D102
    @property
    def rows(self) -> tuple[str | int, ...]: ...  # noqa: D102
    @property
    def skip(self) -> int: ...  # noqa: D102
    @property
    def key(self) -> str: ...  # noqa: D102
    @property
    def unit(self) -> str: ...  # noqa: D102
    @property
    def study(self) -> Study | None: ...  # noqa: D102
    @property
    def clusters(self) -> ArmClusters: ...  # noqa: D102
    @property
    def n_obs(self) -> int: ...  # noqa: D102
    @property
    def n_units(self) -> int: ...  # noqa: D102
    @property
    def n_treated(self) -> int: ...  # noqa: D102
    @property
    def n_clusters(self) -> int: ...  # noqa: D102
    @property
    def notes(self) -> tuple[Note, ...]: ...  # noqa: D102
    @property
    def synthetic(self) -> Synthetic | None: ...  # noqa: D102


class Estimator(Protocol):
    """Every estimator is one function: a study and what was asked, to a fit or the reason why there is none."""

    def __call__(self, study: Study, options: Options) -> Fit | NotEstimable: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fitted:
    """An estimate before its uncertainty.

    Attributes
    ----------
    study : Study or None
        What was used; None for repeated cross-sections.
    key : str
        Column that names the rows of the result's table.
    rows : tuple of str or int
        Names of the contrasts that make the table.
    skip : int
        Contrasts that stand before those of the table: 1 where the headline is no row of it.
    reference : int or None
        Event time that every coefficient of the table is measured from; None where rows are no such path.
    drift : ndarray, optional
        What trends that part by one unit a period do to each row, where not all are measured from `reference`.
    differences : Differences or None
    regression : callable, optional
        The regression whose treated cells a draw moves, where the estimate is no difference of changes. Without this
        and `differences` the estimate can't be drawn again; `not_drawn` says why.
    exact : ConditionalCounts or None
        Law of a ratio given its margins, where events are counted and there is one.
    unit : str
        Of the estimate, where it is not the outcome's.
    """

    linear: Linear
    n_units: int
    n_treated: int
    clusters: ArmClusters
    study: Study | None = None
    key: str = "term"
    rows: tuple[str | int, ...] = ("att",)
    skip: int = 0
    reference: int | None = None
    drift: FloatArray | None = None
    differences: Differences | None = None
    regression: Callable[[], DrawnRegression] | None = None
    not_drawn: str = ""
    exact: ConditionalCounts | None = None
    unit: str = ""
    notes: tuple[Note, ...] = ()

    @property
    def values(self) -> FloatArray:
        """The headline, then the rows."""
        return self.linear.values

    @property
    def n_obs(self) -> int:
        """Values that were used."""
        return self.study.n_obs if self.study else self.linear.n_obs

    @property
    def n_clusters(self) -> int:
        """Clusters that hold a value."""
        return self.linear.n_clusters

    @property
    def synthetic(self) -> Synthetic | None:
        """No synthetic comparison."""
        return None


def linear_of(fit: OlsFit, effects: tuple[IntArray, ...], cluster: IntArray) -> Linear:
    """Hand a regression written out to inference; its first coefficient is the effect.

    `effects` are codes of those whose dummies, but one each, are columns; they do not count where they lie within clusters.
    """
    contrast = np.eye(1, fit.n_params)
    inside = [len(np.unique(effect)) - 1 for effect in effects if nested(effect, cluster)]
    return Linear(
        coef=fit.coef,
        contrasts=contrast,
        bread=fit.bread,
        scores=fit.scores,
        cluster=cluster,
        rss=fit.rss,
        n_obs=fit.n_obs,
        n_nested=fit.n_params - sum(inside),
        n_params=fit.n_params,
        size=fit.X.size,
        rows=lambda: FullRows(fit.X, fit.residuals, cluster, contrast, fit.weights),
    )


def of_study(
    study: Study, linear: Linear, *, lost: IntArray | None = None, notes: tuple[Note, ...] = (), **rest: Any
) -> Fitted:
    """Count a study's units and clusters; later starters serve as comparison for earlier ones.

    Parameters
    ----------
    lost : ndarray, optional
        Starts whose cohort has no effect; else those without a value from then on.
    """
    if lost is None:
        lost = _without_treated_values(study)
    counted = study.ever & ~np.isin(study.cohort, lost)
    waiting = study.cohort > study.starts[0]
    named = (counts_nowhere(study, int(start), "cohort_without_value_after") for start in lost)
    return Fitted(
        linear=linear,
        n_units=len(study.units),
        n_treated=int(counted.sum()),
        clusters=arm_clusters(study.lot, counted & ~study.always, waiting),
        study=study,
        notes=(*named, *notes),
        **rest,
    )


def _without_treated_values(study: Study) -> IntArray:
    """Starts of the cohorts that have no value from then on."""

    def silent(start: int) -> bool:
        units, after = np.flatnonzero(study.cohort == start), study.times >= start
        if np.isfinite(study.y[units[0], after]).any():  # most cohorts answer by their first unit
            return False
        return not np.isfinite(study.y[np.ix_(units, np.flatnonzero(after))]).any()

    return np.array([start for start in study.starts.tolist() if silent(start)], dtype=np.int64)
