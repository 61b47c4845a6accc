"""What was observed, and what was agreed before."""
