"""Choosing: what `auto` stands for, and what few clusters allow."""

from __future__ import annotations

from pilotlab.estimate.data.assigned import is_drawn
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.estimators.fit import FEWEST, Fitted, arm_clusters, few_clusters
from pilotlab.estimate.inference.analytic import MANY_CLUSTERS
from pilotlab.estimate.inference.exact import few
from pilotlab.estimate.notes.table import has, note
from pilotlab.estimate.options import WHERE_STARTS_DIFFER, Options
from pilotlab.estimate.results.estimate import NotEstimable
from pilotlab.note import Note
from pilotlab.spec.engine import ESTIMATORS
from pilotlab.wording.lists import listed, plural

FEWEST_CLUSTERS = 3
CLUSTERED = ("cluster", "cr2", "jackknife", "wild", "randomization")


def estimator(study: Study, options: Options) -> str | NotEstimable:
    """Name the estimator; `auto` is `change` where there is one start, `group_time` where there are several."""
    if options.estimator != "auto":
        return options.estimator
    for argument in ("exposure", "dose", "group"):
        if getattr(options, argument) is not None:
            return next(name for name, row in ESTIMATORS.items() if argument in row.reads)
    if len(study.starts) > 1 or _asks_for_cohorts(options):
        return _by_cohort(study, options)
    if options.aggregate == "event_time":
        return "event_study"
    if options.inference not in ("auto", *ESTIMATORS["change"].inferences):
        return next(name for name, row in ESTIMATORS.items() if options.inference in row.inferences)
    return "synthetic_did" if _few_treated(study, options) else "change"


def _asks_for_cohorts(options: Options) -> bool:
    """Something was asked that only `group_time` reads."""
    defaults = {"comparison": "never_treated", "adjust": "dr", "balance": None}
    asked = any(getattr(options, name) != default for name, default in defaults.items())
    universal = options.base_period == "universal" and options.aggregate != "event_time"
    return asked or universal or options.aggregate in ("cohort", "week")


def _by_cohort(study: Study, options: Options) -> str | NotEstimable:
    taken = ESTIMATORS[WHERE_STARTS_DIFFER].inferences
    if options.inference in ("auto", *taken):
        return WHERE_STARTS_DIFFER
    return NotEstimable(
        f"units start at {len(study.starts)} different times, and the default for that ({WHERE_STARTS_DIFFER}) takes no `{options.inference}`",
        f"inference {listed(taken, 'or')}; or name an estimator that takes it, such as `twfe`, which assumes that effects are alike",
    )


def _few_treated(study: Study, options: Options) -> bool:
    """One to three treated clusters against more: only placebos say how large an effect chance alone makes."""
    other = options.strata or options.pairs or options.weights or options.covariates
    if options.inference != "auto" or other or not len(study.starts):
        return False
    arms = arm_clusters(study.drawn, study.ever & ~study.always, ~study.ever)
    return arms.treated < FEWEST <= arms.comparison


def inference(fitted: Fitted, options: Options) -> str | NotEstimable:
    """Name the inference; `auto` follows the draw, the number of clusters and how even the arms are."""
    if options.inference != "auto":
        return options.inference
    if fitted.study is None and options.cluster is None:
        return "hetero"
    if fitted.clusters.few:
        return _too_few(fitted)
    if few(fitted.exact):
        return "exact"
    if is_drawn(options.assignment) and fitted.drawn is not None and not fitted.clusters.uneven:
        return "randomization"
    if fitted.drawn is not None or fitted.linear.closed is not None:
        return "cr2"
    return "cr2" if fitted.linear.n_clusters < MANY_CLUSTERS else "cluster"


def refuse_clusters(fitted: Fitted, name: str) -> NotEstimable | None:
    """Fewer than three clusters carry no interval at all."""
    found = fitted.linear.n_clusters
    if name not in CLUSTERED or found >= FEWEST_CLUSTERS:
        return None
    if has(fitted.notes, "spread_between_strata"):
        if name == "randomization" and fitted.drawn is not None and fitted.drawn.covariates is None:
            return None  # draws need no spread
        return NotEstimable(
            f"an arm of a stratum holds one cluster, so that only whole strata can be compared, and {plural(found, 'gives', 'give')} no interval",
            "strata with at least two clusters an arm, more of them, or leave strata out",
        )
    return NotEstimable(
        f"{plural(found, 'cluster')}: no interval can be had from fewer than {FEWEST_CLUSTERS}",
        "more units, or clusters that hold fewer of them",
    )


def refuse_rows(fitted: Fitted, name: str) -> NotEstimable | None:
    """Some inferences need the estimate to be least squares on rows."""
    why = fitted.linear.not_a_regression
    if not why or name not in ("jackknife", "wild", "iid", "hetero"):
        return None
    if name == "jackknife" and fitted.linear.left_out is not None:
        return None
    return NotEstimable(
        f"`{name}` works on the rows of a regression, and {why}", "inference 'cluster' or 'cr2'"
    )


def warnings(fitted: Fitted, name: str) -> tuple[Note, ...]:
    """What to say first about an inference that was asked for by name."""
    found = []
    if fitted.clusters.few and name in CLUSTERED:
        found.append(few_clusters(fitted.clusters, name))
    if name in ("iid", "hetero") and fitted.study is not None:
        found.append(note("rows_taken_as_independent", inference=name))
    return tuple(found)


def _too_few(fitted: Fitted) -> NotEstimable:
    sides = "" if fitted.clusters.by_dose else " on a side"
    return NotEstimable(
        f"{fitted.clusters}: below {FEWEST}{sides} no interval here can be trusted",
        "more units whose dose moves; or an inference asked for by name"
        if fitted.clusters.by_dose
        else "more units in the smaller arm; or `inference='randomization'` with `assignment`, which says how small p can get",
        code="too_few_clusters",
    )
