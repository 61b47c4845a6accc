"""The pages a leader, an employee and an analyst read."""
