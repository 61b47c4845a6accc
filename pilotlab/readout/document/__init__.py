"""The document: what a readout says, as frozen values that every renderer reads."""
