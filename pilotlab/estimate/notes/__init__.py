"""Notes of estimates: a row for each, made and asked for by code."""
