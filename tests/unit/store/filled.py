"""A store with a row in every table, and ways to change it past its triggers as somebody with SQL would."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from pilotlab.design.assignment import AssignedTeam, Assignment
from pilotlab.store.readings import Release
from pilotlab.store.store import Store
from tests.unit.store.conftest import W40, entry, metric, ticking


def fill(path: Path) -> None:
    """Write every kind of act."""
    arms = (AssignedTeam("api", "anchor", W40), AssignedTeam("web", "control"))
    with Store.open(path, clock=ticking()) as store:
        for title in ("old", "new"):
            store.save_pilot("p", {"title": title}, actor="ann")
        for draw, seed in enumerate((7, 8), start=1):
            drawn = Assignment("p", "complete", arms, seed=seed, draw=draw)
            store.save_assignment("p", drawn.to_dict(), actor="ann")
        store.save_freeze("p", {"rule": "standard@1"}, actor="ann")
        store.save_amendment("p", {"b": 2}, actor="ben", why="a bar forgotten", seen_data=True)
        store.log_values([entry(21.5, n=8), entry(None, team="web", gap="leave")], actor="ann")
        store.log_values([entry(12.5, n=8)], actor="ben", why="typo")
        store.log_values([entry(3.0, team="web", week=W40 + 1, slice="remote", n=5)], actor="ben")
        store.rename_team("api", "platform", since=W40 + 1, actor="ann", why="merged")
        store.rename_team("api", "core", since=W40 + 3, actor="ann", why="merged again")
        shown = Release(pilot="p", object="mean", content={"mean": 7}, behind="ab", audience="status")
        store.record_reading("p", "status", "means by arm", actor="cy", released=[shown])
        store.save_run("p", {"seed": 1}, actor="ann")
        store.save_decision("p", {"verdict": "Stop"}, actor="ann")
        store.save_readout("p", {"digest": "x"}, actor="ann")
        assert store.verify().problems == ()
        assert metric().key == "focus_hours@1"


def tamper(path: Path, *statements: str) -> None:
    """Change rows with foreign keys and triggers off, then put the triggers back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as plain:
        triggers = plain.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            plain.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            plain.execute(statement)
        for _, sql in triggers:
            plain.execute(sql)


def problems(path: Path) -> tuple[str, ...]:
    """What `verify` finds."""
    with Store.open(path, readonly=True) as store:
        return store.verify().problems
