"""The engine: any long frame made into an estimate.

`did` is the library's door, `options` what it is asked, `defaults` what "auto" means, `finish` what every answer goes through.
Then, a room a step:

============= ============================================================
data          any long frame becomes a study, unit by time
estimators    one estimator a file
inference     from a fit to an interval, one method a file
results       what is answered; every result has the same doors
sensitivity   what a trend that was never seen would do to an answer
heterogeneity effects by slice, by unit and by cohort
plots         one chart of one result a file
============= ============================================================
"""
