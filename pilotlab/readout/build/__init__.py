"""From the analysis and the decision to the readout's values."""
