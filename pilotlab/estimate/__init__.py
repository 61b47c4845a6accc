"""A panel made into an estimate.

`did` is the library's door, `result` what it answers, `registry` the tables of estimators and inferences. Then, a room a step:

========== =======================================================================
reading    any long frame becomes a study, unit by time
methods    one estimator a file
inference  from a fit to an interval, one method a file
doubt      what a trend that was never seen would do to an answer
groups     effects by slice, by unit and by cohort
pilot      a declared pilot analysed as its plan says; robustness card and threats
plots      drawings
========== =======================================================================
"""
