"""What is analysed."""
