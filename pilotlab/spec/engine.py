"""The tables of estimators and of inferences: a row each, imported on first use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from pilotlab import plugins
from pilotlab.errors import unknown

NO_SUCH_COLUMN = "reads a column that a declaration can't name"
A_RATIO = "gives a ratio, which bars and margins in a metric's unit can't be held against"
FALSE_ALARMS = "takes a team's weeks for independent and raises false alarms"
LEAST_SQUARES = ("randomization", "cr2", "jackknife", "wild", "cluster", "iid", "hetero")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row: where the code is, what it estimates or assumes, how, and who said so."""

    target: str
    estimand: str
    formula: str
    source: str
    strata: bool = False  # compares within strata and pairs
    reads: tuple[
        str, ...
    ] = ()  # arguments that no estimator reads but those that name them: exposure, dose, group
    lacks: tuple[str, ...] = ()  # of weights and covariates, which all others read
    aggregates: tuple[str, ...] = ("overall",)
    inferences: tuple[str, ...] = LEAST_SQUARES  # that an estimator takes
    own: tuple[tuple[str, str], ...] = ()  # inferences that it has code of its own for, and where
    ratio: bool = (
        False  # estimates on a log scale, where 1 is large and no difference of changes stands for it
    )
    cross_section: bool = False  # runs where no unit is followed, `unit=None`
    frames_only: str = ""  # why `pl.did` runs it and no pilot may declare it; "" where one may

    def load(self) -> Any:
        """Import the target."""
        module, _, name = self.target.partition(":")
        return attrgetter(name)(import_module(module))


ESTIMATORS: Mapping[str, Entry] = MappingProxyType(
    {
        "change": Entry(
            "pilotlab.estimate.estimators.change:fit",
            estimand="mean effect on the treated units over the weeks that count, units weighing alike",
            formula="per unit, mean after minus mean before; treated minus comparison within strata, strata weighted by their units",
            source="Frison & Pocock (1992); McKenzie (2012)",
            strata=True,
        ),
        "ancova": Entry(
            "pilotlab.estimate.estimators.ancova:fit",
            estimand="mean effect on the treated units over the weeks that count, units weighing alike",
            formula="per unit, the mean after regressed on arms within strata and the mean before; treated minus comparison at the same baseline",
            source="Frison & Pocock (1992); McKenzie (2012)",
            strata=True,
        ),
        "twfe": Entry(
            "pilotlab.estimate.estimators.twfe:fit",
            estimand="mean effect on the treated, if effects are alike over units and time",
            formula="least squares of the outcome on a treated indicator with unit and time effects",
            source="Frisch & Waugh (1933); Goodman-Bacon (2021) on what it weighs",
            strata=True,
            cross_section=True,
        ),
        "synthetic_did": Entry(
            "pilotlab.estimate.estimators.synthetic_fit:fit_did",
            estimand="mean effect on the treated units over the weeks that count, if a weighted mean of comparison units would have moved as they",
            formula="mean after less weighted mean before, of the treated less that of weighted comparison units; weights fitted before the start",
            source="Arkhangelsky, Athey, Hirshberg, Imbens & Wager (2021)",
            lacks=("weights", "covariates"),
            inferences=("placebo", "jackknife", "bootstrap"),
            own=(("jackknife", "pilotlab.estimate.inference.synthetic_inference:with_jackknife"),),
        ),
        "synthetic_control": Entry(
            "pilotlab.estimate.estimators.synthetic_fit:fit_control",
            estimand="mean effect on the treated units over the weeks that count, if a weighted mean of comparison units would have been where they are",
            formula="mean after of the treated less that of comparison units weighted to run where they ran before the start",
            source="Abadie, Diamond & Hainmueller (2010)",
            lacks=("weights", "covariates"),
            inferences=("placebo", "jackknife", "bootstrap"),
            own=(("jackknife", "pilotlab.estimate.inference.synthetic_inference:with_jackknife"),),
        ),
        "event_study": Entry(
            "pilotlab.estimate.estimators.event_study:fit",
            estimand="effect at each time since start, if effects are alike over cohorts; overall, their plain mean after start",
            formula="least squares of the outcome on an indicator for each event time but the last before start, with unit and time effects",
            source="Sun & Abraham (2021) on what it assumes",
            aggregates=("overall", "event_time"),
        ),
        "group_time": Entry(
            "pilotlab.estimate.estimators.group_time:fit",
            estimand="ATT(g,t), the effect on each cohort at each time, averaged by cohort size over all treated times, or as `aggregate` says",
            formula="change of a cohort from its last time before start, less that of units never or not yet treated; weighed, regressed or both where covariates are named",
            source="Callaway & Sant'Anna (2021); Sant'Anna & Zhao (2020)",
            reads=("balance", "comparison", "base_period", "adjust"),
            aggregates=("overall", "event_time", "cohort", "week"),
            inferences=("randomization", "cr2", "cluster", "bootstrap"),
            own=tuple(
                (name, "pilotlab.estimate.inference.group_time_inference:with_influence")
                for name in ("randomization", "cr2", "cluster", "bootstrap")
            ),
        ),
        "sun_abraham": Entry(
            "pilotlab.estimate.estimators.sun_abraham:fit",
            estimand="effect at each time since start, cohorts weighed by their units seen then; overall, the mean over treated unit-times",
            formula="least squares on an indicator for each cohort and time but its last before start, with unit and time effects; coefficients averaged by shares",
            source="Sun & Abraham (2021); fixest::sunab",
            aggregates=("overall", "event_time", "cohort", "week"),
        ),
        "imputation": Entry(
            "pilotlab.estimate.estimators.imputation:fit",
            estimand="mean effect over treated unit-times; by event time, cohort or week, the mean over those",
            formula="unit and time effects from untreated unit-times foretell the treated ones; effects are what they differ by",
            source="Borusyak, Jaravel & Spiess (2024)",
            aggregates=("overall", "event_time", "cohort", "week"),
        ),
        "rollout": Entry(
            "pilotlab.estimate.estimators.rollout:fit",
            estimand="mean effect on the treated units over the weeks that count, where chance decided who starts when",
            formula="difference in means after the start, less the slope that narrows it most times the same difference before it",
            source="Roth & Sant'Anna (2023)",
            lacks=("weights", "covariates"),
            aggregates=("overall", "event_time", "cohort", "week"),
            inferences=("randomization", "cluster"),
            own=(
                ("randomization", "pilotlab.estimate.inference.rollout_inference:with_starts_drawn_again"),
                ("cluster", "pilotlab.estimate.inference.rollout_inference:with_neyman"),
            ),
        ),
        "gls_imputation": Entry(
            "pilotlab.estimate.estimators.gls_imputation:fit",
            estimand="mean effect on the treated units over the weeks that count and in which some units still wait, where chance decided who starts when",
            formula="treated values less their best linear prediction from untreated ones: week effects by generalised least squares, unit levels and fading errors as fitted before the first start",
            source="Goldberger (1962); Borusyak, Jaravel & Spiess (2024)",
            lacks=("weights", "covariates"),
            aggregates=("overall", "event_time", "cohort", "week"),
            inferences=("randomization",),
            own=(("randomization", "pilotlab.estimate.inference.gls_inference:with_starts_drawn_again"),),
        ),
        "poisson": Entry(
            "pilotlab.estimate.estimators.counts:fit_poisson",
            estimand="log ratio of the rate of events to what it would have been, if it is alike over units and time",
            formula="Poisson likelihood of counts on a treated indicator with unit and time effects, log link, exposure as offset",
            source="Wooldridge (1999, 2023); McCullagh & Nelder (1989)",
            reads=("exposure",),
            inferences=("cr2", "cluster", "hetero", "exact"),
            ratio=True,
            cross_section=True,
            frames_only=A_RATIO,
        ),
        "binomial": Entry(
            "pilotlab.estimate.estimators.counts:fit_binomial",
            estimand="log ratio of the odds of an event to what they would have been, if it is alike over units and time",
            formula="binomial likelihood of events out of exposure on a treated indicator with unit and time effects, logit link",
            source="Wooldridge (2023); McCullagh & Nelder (1989)",
            reads=("exposure",),
            inferences=("cr2", "cluster", "hetero", "exact"),
            ratio=True,
            cross_section=True,
            frames_only=A_RATIO,
        ),
        "triple": Entry(
            "pilotlab.estimate.estimators.triple:fit",
            estimand="mean effect on the treated affected units, if cohorts would have moved apart alike in both groups",
            formula="least squares of the outcome on a treated indicator of affected units with unit, group-by-time and cohort-by-time effects",
            source="Gruber (1994); Olden & Moen (2022)",
            reads=("group",),
            inferences=tuple(name for name in LEAST_SQUARES if name != "randomization"),
            frames_only=NO_SUCH_COLUMN,
        ),
        "dose": Entry(
            "pilotlab.estimate.estimators.dose:fit",
            estimand="effect of one unit more of the dose, if it is the same for every unit, time and step of the dose",
            formula="least squares of the outcome on the dose with unit and time effects",
            source="Callaway, Goodman-Bacon & Sant'Anna (2024) on what it assumes",
            reads=("dose",),
            inferences=tuple(name for name in LEAST_SQUARES if name != "randomization"),
            frames_only=NO_SUCH_COLUMN,
        ),
    }
)

"""Estimators by name, as `pl.did(estimator=...)` and `pilot.yaml` take them."""

INFERENCES: Mapping[str, Entry] = MappingProxyType(
    {
        "randomization": Entry(
            "pilotlab.estimate.inference.randomization:with_draws",
            estimand="one additive effect, tested against every draw that could have been made",
            formula="p is the share of admissible draws at least as extreme; the interval holds the effects whose removal gives p above alpha",
            source="Fisher (1935); Rosenbaum (2002)",
        ),
        "cr2": Entry(
            "pilotlab.estimate.inference.analytic:with_cr2",
            estimand="independent clusters, few of them",
            formula="bias-reduced cluster variance, t with Satterthwaite degrees of freedom",
            source="Bell & McCaffrey (2002); Pustejovsky & Tipton (2018)",
        ),
        "jackknife": Entry(
            "pilotlab.estimate.inference.analytic:with_cr3",
            estimand="independent clusters, few of them, each left out in turn",
            formula="CR3: (G-1)/G times the sum of squared moves when a cluster is left out, t with G-1 degrees of freedom",
            source="Bell & McCaffrey (2002); MacKinnon, Nielsen & Webb (2023)",
        ),
        "wild": Entry(
            "pilotlab.estimate.inference.wild:with_wild",
            estimand="independent clusters, few of them, whose residuals could have had either sign",
            formula="p is the share of sign patterns whose t is at least as far out, with the null imposed; the interval inverts it",
            source="Cameron, Gelbach & Miller (2008); Roodman, MacKinnon, Nielsen & Webb (2019)",
        ),
        "bootstrap": Entry(
            "pilotlab.estimate.inference.synthetic_inference:with_bootstrap",
            estimand="independent clusters, several of them treated",
            formula="`group_time`: influence of clusters turned round by random signs; synthetic comparisons: standard deviation of estimates from clusters drawn with replacement, each fitted again, t with Satterthwaite degrees of freedom",
            source="Callaway & Sant'Anna (2021), algorithm 1; Arkhangelsky et al. (2021), algorithm 2",
        ),
        "placebo": Entry(
            "pilotlab.estimate.inference.synthetic_inference:with_placebo",
            estimand="one additive effect, held against those found where other units stand in for the treated",
            formula="p is the share of placebos, the estimate among them, at least as far from zero; the interval holds the effects whose removal gives p above alpha",
            source="Abadie, Diamond & Hainmueller (2010); Arkhangelsky et al. (2021), algorithm 4",
        ),
        "cluster": Entry(
            "pilotlab.estimate.inference.analytic:with_cr1",
            estimand="independent clusters, many of them",
            formula="CR1: nested fixed effects not counted, G/(G-1) (N-1)/(N-K), t with G-1 degrees of freedom",
            source="Liang & Zeger (1986); the rule of fixest",
        ),
        "exact": Entry(
            "pilotlab.estimate.inference.exact:with_exact",
            estimand="independent events within units, as few as they may be",
            formula="the treated units' events after the start, given every unit's total and the total after: twice the smaller tail",
            source="Przyborowski & Wilenski (1940); Cox (1970)",
            frames_only=FALSE_ALARMS,
        ),
        "iid": Entry(
            "pilotlab.estimate.inference.analytic:with_iid",
            estimand="independent rows of equal variance",
            formula="classical least-squares variance, t with N-K degrees of freedom",
            source="any textbook",
            frames_only=FALSE_ALARMS,
        ),
        "hetero": Entry(
            "pilotlab.estimate.inference.analytic:with_hc1",
            estimand="independent rows",
            formula="HC1: squared residuals times N/(N-K), t with N-K degrees of freedom",
            source="White (1980); MacKinnon & White (1985)",
            frames_only=FALSE_ALARMS,
        ),
    }
)


"""Inferences by name, as `pl.did(inference=...)` and `pilot.yaml` take them."""


def row(name: str) -> Entry:
    """Return an estimator's row: the table's, or what an installed package adds under `pilotlab.estimators`.

    Raises
    ------
    UsageError
        For a name that is in neither; lists those that are.
    PluginError
        Where the package that adds it can't be imported.
    """
    if name in ESTIMATORS:
        return ESTIMATORS[name]
    if name not in plugins.added("estimator"):
        raise unknown("estimator", name, ("auto", *ESTIMATORS, *plugins.added("estimator")))
    found: Entry = plugins.require("estimator", name).load(Entry)
    return found


def declarable(table: Mapping[str, Entry]) -> tuple[str, ...]:
    """Return the names of a table that a pilot may declare."""
    return tuple(name for name, entry in table.items() if not entry.frames_only)


def refuse_taken(name: str) -> None:
    """Refuse an estimator asked for by a name that a package takes from pilotlab."""
    plugins.plugin("estimator", name, ESTIMATORS)


def estimator(name: str) -> Any:
    """Load what fits an estimator; `UsageError` for a name that is not known."""
    entry = row(name)
    if name in ESTIMATORS:
        return entry.load()
    added = plugins.require("estimator", name)
    fit = added.running(entry.load)
    return partial(added.running, fit)


def inference(name: str, estimator: str) -> Any:
    """Load what measures the uncertainty of an estimator's fit; `UsageError` for a name that is not in the table."""
    if name not in INFERENCES:
        raise unknown("inference", name, ("auto", *INFERENCES))
    own = dict(row(estimator).own)
    return replace(INFERENCES[name], target=own.get(name, INFERENCES[name].target)).load()
