"""`python -m pilotlab`: the command line."""

from pilotlab.cli.main import main

main()
