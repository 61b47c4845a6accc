"""Notes about what of a frame does not count."""

from __future__ import annotations

from pilotlab.estimate.notes.kind import Kind, LeftOut

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
