"""Commands: read input, call one verb, print."""
