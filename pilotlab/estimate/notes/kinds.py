"""Kinds of note: of each its sentence with slots, and what it says of the number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NAMED = 5  # names that a sentence lists before it counts the others

LeftOut = Literal["", "rows", "units", "times", "values", "covariate"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table of notes.

    Attributes
    ----------
    words : str
        The sentence; `{name}` is a slot, `{count:?one|many}` a choice of words by 1 or true, `{names:listed}` a list.
    changes_meaning : bool
        Whether the number means something else, or is worth less, than it seems.
    leaves_out : str
        What of the frame does not count, where something does not.
    """

    words: str
    changes_meaning: bool = False
    leaves_out: LeftOut = ""


_UNITS = "{count} {count:?unit|units} left out, "
_TIMES = "{count} {count:?time|times} left out, "
_ROWS = "{count:,} {count:?row|rows} "
_COHORT = "cohort {cohort} ({size} {size:?unit|units}) counts nowhere: "


def _rows(words: str) -> Kind:
    return Kind(_ROWS + words, leaves_out="rows")


def _units(why: str) -> Kind:
    return Kind(_UNITS + why, leaves_out="units")


def _other(words: str, what: LeftOut) -> Kind:
    return Kind(words, leaves_out=what)


def _cohort(why: str) -> Kind:
    return Kind(_COHORT + why, changes_meaning=True)


LEFT_OUT = {
    "rows_without_value": _rows("without {column} left out"),
    "rows_of_weight_zero": _rows("of weight 0 in {column} left out"),
    "rows_without_exposure": _rows("with an exposure of 0 left out"),
    "rows_foretold": _rows(
        "left out: covariate {covariates:listed} foretells them wholly, so that they say nothing of the ratio"
    ),
    "units_treated_throughout": _units("treated from the first time on"),
    "units_without_value": _units("no value in the times that count"),
    "units_without_gapless_values": _units("a value is missing"),
    "units_not_at_every_time": _units("not seen at every time"),
    "units_of_one_side": _units("no value on one side of the start"),
    "units_without_value_before": _units("no value before their start"),
    "units_with_many_gaps": _units("more than {share:.0%} of the times that count are missing"),
    "units_of_one_arm_strata": _units("their stratum holds one arm only"),
    "units_alone_in_start": _units("alone in their start ({starts:listed})"),
    "units_without_events": _units("no event"),
    "units_without_both_outcomes": _units("no event, or nothing but events"),
    "cohorts_without_reference": _units("no value before their start at {starts:listed}"),
    "cohorts_without_base": _units("no time before their start at {starts:listed}"),
    "times_without_events": _other(_TIMES + "no event", "times"),
    "times_without_both_outcomes": _other(_TIMES + "no event, or nothing but events", "times"),
    "times_with_gaps": _other(
        _TIMES + "for a treated unit, or every comparison unit, has no value: {times:listed}", "times"
    ),
    "values_not_imputable": _other(
        "{count} values of treated units left out: nobody untreated at that time tells what they would have been",
        "values",
    ),
    "effects_without_link": _other(
        "{count} effects of a cohort at a time left out: no units, there or in the comparison, link that time to the reference",
        "values",
    ),
    "pairs_without_comparison": _other(
        "{count} of {of} pairs of cohort and {time} left out: no unit with both values on one side"
        "{covariates:? or covariates that tell the arms apart|}",
        "values",
    ),
    "covariate_says_nothing": _other(
        "covariate {covariate} left out: it does not vary, or other covariates say the same", "covariate"
    ),
    "covariate_explained": _other(
        "covariate {covariate} left out: {by} and time effects, or other covariates, explain it wholly",
        "covariate",
    ),
    "cohort_without_value_after": _cohort("no value after its start can be compared"),
    "cohort_without_comparison_left": _cohort("no unit still waits in the weeks that count after its start"),
    "cohort_without_comparison_base": _cohort("no comparison unit has a value at its base time {base}"),
    "cohort_without_own_base": _cohort("none of its units has a value at its base time {base}"),
    "cohort_without_pairs": _cohort(
        "no time after its start has values on both sides{covariates:? of like covariates|}"
    ),
    "units_without_base_value": Kind(
        "{count} treated {count:?unit has no value at its base time and counts|"
        "units have no value at their base time and count} nowhere after it"
    ),
}


COMPARISON = {
    "starts_after_last_time": Kind(
        "{count} units start after the last {time} and count as never treated", changes_meaning=True
    ),
    "rows_start_after_last_time": Kind(
        "{count:,} {count:?row|rows} of cohorts that start after the last {time} count as never treated",
        changes_meaning=True,
    ),
    "start_between_times": Kind(
        "the start at {start} is no {time} of the frame: the first treated one is {first}"
    ),
    "none_never_treated": Kind(
        "no unit is never treated: units not yet treated are the comparison, up to {last}, after which all are",
        changes_meaning=True,
    ),
    "last_cohort_compares": Kind(
        "no unit is never treated: those that start at {start} are the comparison, and times from then on are left out",
        changes_meaning=True,
    ),
    "treated_compared": Kind(
        "starts differ: later starters are also compared with units already treated, which can mislead where effects grow or differ",
        changes_meaning=True,
    ),
    "starts_not_said_drawn": Kind(
        "nothing says that starts were drawn by lot: this estimate is right only if they were",
        changes_meaning=True,
    ),
    "dose_was_chosen": Kind(
        "units choose their dose, so this compares doses and not arms; where arms were drawn, compare those first",
        changes_meaning=True,
    ),
    "ratio": Kind(
        "a {scale}: the {of_rates:?rate of events is|odds of an event are} {ratio:.3g} times what would have been; "
        "exponents of the interval's ends bound that ratio"
    ),
    "group_time_taken": Kind("`group_time` was taken, since it never compares with units already treated"),
    "gls_imputation_taken": Kind(
        "`gls_imputation` was taken, which needs half the units of `group_time` or fewer where chance decided who starts when"
    ),
    "unit_covariance": Kind(
        "a unit's own level is taken as {share:.2f} of the variance, and what is left as fading by {fade:.1f} from week to week"
        "{fitted:?: fitted before the first start|, for too little is there before the first start to fit it on}"
    ),
    "gaps": Kind(
        "gaps: each cohort and time is compared among the units with a value then and at the base time"
    ),
    "gaps_filled": Kind(
        "{count} of {of} values of comparison units are missing and stand at what unit and time effects give"
    ),
    "flat_baseline": Kind(
        "baseline means do not differ between units, so there is nothing to adjust for: the arms' means after are compared"
    ),
    "times_before_not_shown": Kind(
        "event times before start are not shown: without never-treated units they can't be told apart from unit and time effects"
    ),
    "clusters_are_means": Kind(
        "{clusters} clusters were drawn: each is one mean of its units, and clusters weigh alike"
    ),
    "slope_before": Kind(
        "the difference before the start is taken off {slope:.2f} times (0 is a difference in means, 1 a difference of changes)"
    ),
    "synthetic_made_of": Kind(
        "the synthetic path weighs {weighed} of {comparison} comparison units (as much as {effective:.1f} of equal weight)"
        "{timed:? and {times} of {before} times before the start|}; "
        "before the start it misses the treated by {miss:.3g} (root mean square)"
    ),
    "pre_trend_of_cells": Kind("before the start: Wald {wald:.4g} on {k} cells of cohort and time, p {p:p}"),
    "bacon_of_all": Kind(
        "with them the two-way coefficient is {att}: what is taken apart is that of complete units",
        changes_meaning=True,
    ),
    "group_without_strata": Kind(
        "strata hold one arm of this group only: its arms are compared without them, by CR2"
    ),
    "people_not_counted": Kind(
        "the frame does not say how many people stand behind a row: no group is hidden", changes_meaning=True
    ),
    "noise_of_comparison": Kind(
        "what one unit varies by without an effect is taken from the comparison units; strata and weights are not looked at"
    ),
    "cohorts_share_comparison": Kind(
        "cohorts may share comparison units, so their errors are not independent"
    ),
}


_ARMS = (
    "{by_dose:?{treated} {treated:?cluster|clusters} whose dose moves, carried as by "
    "{comparison} {comparison:?cluster|clusters} of equal spread|"
    "{treated} treated {treated:?cluster|clusters} and {comparison} comparison {comparison:?cluster|clusters}}: "
)
_NARROW = "a `{inference}` interval is far too narrow and its p far too small"
_DRAWS = "the smallest p they can give is {p_min:.3g}"
_COUNTS = "; the smallest p these totals can give is {p_min:.3g}"
_OPEN = "the interval is open: no {} can reject at {alpha:g}, since p can't fall below {p_min:.3g}"

UNCERTAINTY = {
    "no_noise": Kind(
        "units do not differ at all: the standard error is zero and says nothing", changes_meaning=True
    ),
    "few_clusters": Kind(_ARMS + "with fewer than {fewest} on a side " + _NARROW, changes_meaning=True),
    "few_clusters_wide": Kind(
        _ARMS + "with so few a `{inference}` interval is usually too wide, so that it misses real effects; "
        "it can be too narrow where the treated are the noisier ones",
        changes_meaning=True,
    ),
    "few_clusters_narrow": Kind(
        _ARMS + "with so few a `{inference}` interval is too narrow", changes_meaning=True
    ),
    "few_clusters_unsure": Kind(
        _ARMS + "with so few a `{inference}` interval is not reliable", changes_meaning=True
    ),
    "few_clusters_wild": Kind(
        _ARMS + "with fewer than {fewest} on a side `wild` may fail to reject whatever the effect: "
        "its interval is not what it claims",
        changes_meaning=True,
    ),
    "few_clusters_drawn": Kind(_ARMS + "read p beside the smallest this design can give"),
    "few_treated_clusters": Kind(
        "{treated} treated clusters: with fewer than {fewest} a `{inference}` interval is not reliable, and usually too wide",
        changes_meaning=True,
    ),
    "few_treated_placebo": Kind(
        "{treated} treated {treated:?cluster is too few to measure its|clusters are too few to measure their} "
        "own noise, so the effect is held against that of other units"
    ),
    "rows_taken_as_independent": Kind(
        "`{inference}` takes a unit's times as independent of each other: the interval is likely far too narrow",
        changes_meaning=True,
    ),
    "lone_starts": Kind(
        "{count:?1 start has|{count} starts have} a single unit, whose own noise no standard error can tell from its effect",
        changes_meaning=True,
    ),
    "cohorts_of_one_cluster": Kind(
        "{alone:?cohort|cohorts} {cohorts:listed}: one unit or cluster only, whose own spread can't be measured; bands are unstable",
        changes_meaning=True,
    ),
    "few_clusters_corrected": Kind(
        "{clusters} {are_units:?units|clusters}, fewer than {enough}: each cohort's variance is taken times n/(n-1), "
        "with {df:.3g} degrees of freedom"
    ),
    "spread_between_strata": Kind(
        "a stratum's arm holds one cluster only: spread is measured between strata, as with pairs"
    ),
    "spread_of_small_strata": Kind(
        "in {small} of {strata} strata an arm holds one unit: its spread is measured "
        "{between:?between them|by its arm in the others}"
    ),
    "neyman_of_few": Kind("few units: Neyman's variance with the slope counted as estimated, and t"),
    "neyman": Kind(
        "cohorts are too small for values before the first start to narrow the variance: Neyman's is taken, which is never too small on average"
    ),
    "cr1_of_large_design": Kind("se is CR1's, for the design is too large for CR2"),
    "covariance_of_cr2": Kind("the covariance is CR2's: draws give none"),
    "stretched_to_t": Kind(
        "{clusters} clusters: standard errors are stretched by {stretch:.2f}, from normal to t with {df:.3g} degrees of freedom"
    ),
    "last_look_is_end": Kind("the last look is taken for the planned end"),
    "interval_open": Kind(_OPEN.replace("{}", "draw")),
    "interval_open_placebo": Kind(_OPEN.replace("{}", "placebo")),
    "interval_open_on_side": Kind("the interval is open: no draw can reject at {alpha:g} on that side"),
    "uneven_arms": Kind(
        "arms are uneven ({treated} against {comparison}), so CR2 leads; "
        "the randomisation p over {draws:,} draws is {p:p}"
    ),
    "arms_taken_as_drawn": Kind(
        "nothing says how arms were drawn: they are taken as drawn by lot{pairs:? within pairs|}{strata:? within strata|}"
        "{clusters:?, whole clusters|}, as many as observed",
        changes_meaning=True,
    ),
    "starts_taken_as_drawn": Kind(
        "nothing says how starts were drawn: they are taken as drawn by lot{clusters:?, whole clusters|}, "
        "as many at each time as observed",
        changes_meaning=True,
    ),
    "draws": Kind(
        "{draws:,} draws, {exact:?all of them|sampled, the one that was made among them}; " + _DRAWS
    ),
    "draws_of_starts": Kind(
        "{draws:,} draws of starts, {exact:?all of them|sampled, the one that was made among them}; " + _DRAWS
    ),
    "draws_of_signs": Kind(
        "signs of {clusters} clusters turned round with no effect imposed: {draws:,} draws, "
        "{exact:?all of them|sampled, the observed one among them}; " + _DRAWS
    ),
    "multiplier_draws": Kind(
        "signs of {clusters:,} clusters turned round {draws:,} times; p can't fall below {p_min:.3g}"
    ),
    "placebos": Kind(
        "held against {draws:,} {single:?other units|other sets of units} ({exact:?all there are|sampled}) "
        "in the place of the treated: " + _DRAWS
    ),
    "draws_lost": Kind("{count} draws can't be estimated; they count against the effect"),
    "units_out_of_draws": Kind(
        "{count} of {of} units have no change or no weight and leave the draws", leaves_out="units"
    ),
    "strata_out_of_draws": Kind(
        "{count} strata have one arm only and are left out ({size} units)", leaves_out="units"
    ),
    "exact": Kind(
        "few events: the law of the treated units' events given every unit's total and the total after the start; "
        "within a unit events are taken as independent of each other" + _COUNTS
    ),
    "exact_of_many": Kind(
        "events are many enough for a standard error: `exact` takes them as independent within a unit and does not see what moves whole "
        "teams, so that its interval may be far too narrow; inference 'cr2' sees it" + _COUNTS,
        changes_meaning=True,
    ),
}
