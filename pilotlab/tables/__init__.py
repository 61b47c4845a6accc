"""Tables as people send them: bytes to rows, numbers, dates and names; shared by teams.csv and `import`."""
