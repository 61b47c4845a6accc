"""Choosing: what `auto` stands for, and what few clusters allow."""

from __future__ import annotations

from pilotlab.estimate.data.assigned import is_drawn
from pilotlab.estimate.data.study import Study
from pilotlab.estimate.estimators.fit import FEWEST, Fit, Fitted, arm_clusters, few_clusters
from pilotlab.estimate.inference.analytic import MANY_CLUSTERS
from pilotlab.estimate.notes.by_code import has, note
from pilotlab.estimate.options import WHERE_STARTS_ARE_DRAWN, WHERE_STARTS_DIFFER, Options
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.note import Note
from pilotlab.spec.engine import ESTIMATORS
from pilotlab.wording.lists import listed, plural
from pilotlab.wording.numbers import significant

FEWEST_CLUSTERS = 3
SYNTHETIC = ("synthetic_did", "synthetic_control")
CLUSTERED = ("cluster", "cr2", "jackknife", "wild", "randomization")


def estimator(study: Study, options: Options) -> str | NotEstimable:
    """Name the estimator; `auto` is `change` where there is one start; where there are several, by how they came about."""
    if options.estimator != "auto":
        return options.estimator
    for argument in ("exposure", "dose", "group"):
        if getattr(options, argument) is not None:
            return next(name for name, row in ESTIMATORS.items() if argument in row.reads)
    if _drawn_starts(study, options):
        return WHERE_STARTS_ARE_DRAWN
    if len(study.starts) > 1 or _asks_for_cohorts(options):
        return _by_cohort(study, options)
    if options.aggregate == "event_time":
        return "event_study"
    if options.inference not in ("auto", *ESTIMATORS["change"].inferences):
        return next(name for name, row in ESTIMATORS.items() if options.inference in row.inferences)
    return "synthetic_did" if _few_treated(study, options) else "change"


def _asks_for_cohorts(options: Options) -> bool:
    return _asks_for_group_time(options) or options.aggregate in ("cohort", "week")


def _asks_for_group_time(options: Options) -> bool:
    """Something was asked that only `group_time` reads."""
    defaults = {"comparison": "never_treated", "adjust": "dr", "balance": None}
    asked = any(getattr(options, name) != default for name, default in defaults.items())
    return asked or (options.base_period == "universal" and options.aggregate != "event_time")


def _drawn_starts(study: Study, options: Options) -> bool:
    """Chance decided who starts when, and nothing is asked that its default does not read."""
    given = options.strata or options.pairs or options.weights or options.covariates
    drawn = len(study.starts) > 1 and is_drawn(options.assignment)
    taken = ("auto", *ESTIMATORS[WHERE_STARTS_ARE_DRAWN].inferences)
    return drawn and options.inference in taken and not given and not _asks_for_group_time(options)


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
    arms = arm_clusters(study.lot, study.ever & ~study.always, ~study.ever)
    return arms.treated < FEWEST <= arms.comparison


def inference(fit: Fit, estimator: str, options: Options) -> str | NotEstimable:
    """Name the inference; `auto` follows the draw, the number of clusters and how even the arms are."""
    if options.inference != "auto":
        return options.inference
    return _RULES.get(estimator, _of_regression)(fit, options)


def _of_regression(fit: Fit, options: Options) -> str | NotEstimable:
    assert isinstance(fit, Fitted)
    if fit.study is None and options.cluster is None:
        return "hetero"
    if fit.clusters.few:
        return _too_few(fit)
    if fit.exact is not None and fit.exact.few:
        return "exact"
    if is_drawn(options.assignment) and fit.differences is not None and not fit.clusters.uneven:
        return "randomization"
    if fit.differences is not None or fit.linear.closed is not None:
        return "cr2"
    return "cr2" if fit.linear.n_clusters < MANY_CLUSTERS else "cluster"


def _of_group_time(fit: Fit, options: Options) -> str | NotEstimable:
    if fit.clusters.few:
        return _too_few(fit)
    if not is_drawn(options.assignment) or options.covariates:
        return "cluster"
    assert fit.study is not None
    return "cr2" if len(fit.study.starts) == 1 and fit.clusters.uneven else "randomization"


def _of_rollout(fit: Fit, options: Options) -> str | NotEstimable:
    if fit.clusters.few:
        return _too_few(fit)
    return "randomization" if is_drawn(options.assignment) else "cluster"


def _of_gls_imputation(fit: Fit, options: Options) -> str | NotEstimable:  # noqa: ARG001 - the table asks each with both
    """Nothing but the draws says how sure it is; where nothing says that starts were drawn, a note does."""
    return _too_few(fit) if fit.clusters.few else "randomization"


def _of_synthetic_did(fit: Fit, options: Options) -> str | NotEstimable:  # noqa: ARG001 - as above
    """Hold few treated clusters against placebos, and measure the spread of many."""
    refusal = _too_few_placebos(fit)
    spread = "placebo" if fit.clusters.treated < FEWEST else "jackknife"
    return spread if refusal is None else refusal


def _of_synthetic_control(fit: Fit, options: Options) -> str | NotEstimable:  # noqa: ARG001 - as above
    """Likewise; the bootstrap needs as many treated as comparison clusters."""
    treated, comparison = fit.clusters.treated, fit.clusters.comparison
    spread = "placebo" if treated < FEWEST or comparison > treated else "bootstrap"
    refusal = _too_few_placebos(fit)
    return spread if refusal is None else refusal


def _too_few_placebos(fit: Fit) -> NotEstimable | None:
    comparison = fit.clusters.comparison
    if comparison >= FEWEST:
        return None
    return NotEstimable(
        f"{plural(comparison, 'comparison cluster')}: below {FEWEST} no interval here can be trusted, and no p falls below {significant(1 / (comparison + 1), 2)}",
        "more comparison units; or `inference='placebo'`, which says how small p can get",
    )


_RULES = {
    "group_time": _of_group_time,
    "rollout": _of_rollout,
    "gls_imputation": _of_gls_imputation,
    "synthetic_did": _of_synthetic_did,
    "synthetic_control": _of_synthetic_control,
}


def refusal(fit: Fit, estimator: str, name: str) -> NotEstimable | None:
    """Say why a fit can't be had with an inference; synthetic comparisons and rollouts have reasons of their own."""
    if isinstance(fit, Fitted):
        few = _refuse_clusters(fit, name)
        return _refuse_rows(fit, name) if few is None else few
    return _refuse_few_clusters(fit.n_clusters) if estimator == "group_time" else None


def _refuse_clusters(fitted: Fitted, name: str) -> NotEstimable | None:
    """Fewer than three clusters carry no interval at all."""
    found = fitted.linear.n_clusters
    if name not in CLUSTERED or found >= FEWEST_CLUSTERS:
        return None
    if has(fitted.notes, "spread_between_strata"):
        if (
            name == "randomization"
            and fitted.differences is not None
            and fitted.differences.covariates is None
        ):
            return None  # draws need no spread
        return NotEstimable(
            f"an arm of a stratum holds one cluster, so that only whole strata can be compared, and {plural(found, 'gives', 'give')} no interval",
            "strata with at least two clusters an arm, more of them, or leave strata out",
        )
    return _refuse_few_clusters(found)


def _refuse_few_clusters(found: int) -> NotEstimable | None:
    if found >= FEWEST_CLUSTERS:
        return None
    return NotEstimable(
        f"{plural(found, 'cluster')}: no interval can be had from fewer than {FEWEST_CLUSTERS}",
        "more units, or clusters that hold fewer of them",
    )


def _refuse_rows(fitted: Fitted, name: str) -> NotEstimable | None:
    """Some inferences need the estimate to be least squares on rows."""
    why = fitted.linear.not_a_regression
    if not why or name not in ("jackknife", "wild", "iid", "hetero"):
        return None
    if name == "jackknife" and fitted.linear.left_out is not None:
        return None
    return NotEstimable(
        f"`{name}` works on the rows of a regression, and {why}", "inference 'cluster' or 'cr2'"
    )


def warnings(fitted: Fit, estimator: str, name: str) -> tuple[Note, ...]:
    """What to say first about an inference that was asked for by name."""
    found = []
    if fitted.clusters.few and name in (*CLUSTERED, "bootstrap") and estimator not in SYNTHETIC:
        found.append(few_clusters(fitted.clusters, name, estimator))
    if name in ("iid", "hetero") and fitted.study is not None:
        found.append(note("rows_taken_as_independent", inference=name))
    return tuple(found)


def chosen(fit: Fit, estimator: str, name: str, options: Options) -> tuple[Note, ...]:
    """Say why `auto` took what it took, where that is no matter of course."""
    if estimator in SYNTHETIC and name == "placebo" and "auto" in (options.estimator, options.inference):
        treated = fit.clusters.treated
        return (note("few_treated_placebo", treated=treated),) if treated < FEWEST else ()
    if options.estimator != "auto" or estimator not in (WHERE_STARTS_DIFFER, WHERE_STARTS_ARE_DRAWN):
        return ()
    return (note("group_time_taken" if estimator == WHERE_STARTS_DIFFER else "gls_imputation_taken"),)


def beside(fit: Fit, name: str, options: Options) -> tuple[Note, ...]:
    """Give the randomisation p where arms were drawn but too uneven for it to lead."""
    took = options.inference == "auto" and name == "cr2" and is_drawn(options.assignment)
    if not took or not isinstance(fit, Fitted) or fit.differences is None or fit.study is None:
        return ()
    from pilotlab.estimate.inference import randomization

    result = randomization.beside(fit.differences, fit.study, options)
    arms = {"treated": fit.clusters.treated, "comparison": fit.clusters.comparison}
    return (note("uneven_arms", **arms, draws=result.n_draws, p=result.p_two_sided),)


def _too_few(fitted: Fit) -> NotEstimable:
    sides = "" if fitted.clusters.by_dose else " on a side"
    return NotEstimable(
        f"{fitted.clusters}: below {FEWEST}{sides} no interval here can be trusted",
        "more units whose dose moves; or an inference asked for by name"
        if fitted.clusters.by_dose
        else "more units in the smaller arm; or `inference='randomization'` with `assignment`, which says how small p can get",
        code="too_few_clusters",
    )
