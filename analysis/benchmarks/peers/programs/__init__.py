"""One file a program: `TASKS` names what it can do, the columns it is given, and how it is called."""
