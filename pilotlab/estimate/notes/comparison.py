"""Notes about what is compared with what."""

from __future__ import annotations

from pilotlab.estimate.notes.kind import Kind

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
