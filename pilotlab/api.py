"""The public face: a workspace is made or opened, and its verbs are what commands, pages and analysts call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pilotlab.store.database import Clock, utc_now
from pilotlab.verbs.analysed import Analysed
from pilotlab.verbs.collected import Collected
from pilotlab.verbs.designed import Designed
from pilotlab.workspace import Folders
from pilotlab.workspace import actor as who_acts


def open_workspace(
    path: Path | str | None = None,
    *,
    actor: str | None = None,
    today: date | None = None,
    clock: Clock = utc_now,
) -> Workspace:
    """Open the workspace at `path` or above it.

    Parameters
    ----------
    actor : str, optional
        Who acts; else `PILOTLAB_ACTOR`, else the login name.
    today : date, optional
        The day taken as today; else the clock's.
    clock : callable, optional
        Gives the time of an act as text; a demo passes its own, so that the same run writes the same bytes.

    Raises
    ------
    NotFound
        Where there is no workspace.

    Examples
    --------
    >>> from datetime import date
    >>> import pilotlab as pl
    >>> _ = pl.init("my-company")
    >>> workspace = pl.open("my-company/experiments", actor="ana", today=date(2027, 3, 1))
    >>> workspace.actor, workspace.pilots()
    ('ana', ('anchor-days',))
    """
    return Workspace(Folders.find(path), who_acts(actor), today or datetime.now().date(), clock)


def init(path: Path | str = ".") -> Workspace:
    """Make a workspace with a commented example pilot.

    Examples
    --------
    >>> import pilotlab as pl
    >>> pl.init("new-company").pilots()
    ('anchor-days',)
    """
    from pilotlab.scaffold.init import init_workspace

    init_workspace(Path(path))
    return open_workspace(path)


@dataclass(frozen=True, slots=True)
class Workspace(Analysed, Collected, Designed):
    """One company's pilots: their declarations, and the store of what was observed and agreed.

    Attributes
    ----------
    folders : Folders
        Where its files lie.
    actor : str
        Who acts.
    today : date
        The day taken as today.
    clock : callable
        Gives the time of an act as text.

    Examples
    --------
    >>> import pilotlab as pl
    >>> workspace = pl.init("acme")
    >>> workspace.assign("anchor-days", seed=7)
    Assignment anchor-days: 12 control, 12 anchor; stratified, seed 7
    >>> workspace.decide("anchor-days")
    Decision 'Not decision-ready' (grade A)
    """
