"""Randomisation: the draws chance could have made, and the tests that hold an effect against them."""
