"""What was declared."""
