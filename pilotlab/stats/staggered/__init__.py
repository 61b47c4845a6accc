"""Staggered starts: group-time effects, imputation, interaction-weighted event studies, rollouts, Goodman-Bacon."""
