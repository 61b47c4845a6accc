"""Notes about standard errors, intervals and p."""

from __future__ import annotations

from pilotlab.estimate.notes.kind import Kind

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
    "few_clusters_wild": Kind(
        _ARMS + "with fewer than {fewest} on a side `wild` may fail to reject whatever the effect: "
        "its interval is not what it claims",
        changes_meaning=True,
    ),
    "few_clusters_drawn": Kind(_ARMS + "read p beside the smallest this design can give"),
    "few_treated_clusters": Kind(
        "{treated} treated clusters: with fewer than {fewest} " + _NARROW, changes_meaning=True
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
