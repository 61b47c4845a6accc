"""Heterogeneity: effects by slice, by unit and by cohort; small groups hidden, none ranked."""
