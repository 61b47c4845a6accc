"""Lateness: how long after the first pilot week had ended a plan was fixed, by the latest day that anything sealed names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from pilotlab.design.freeze import Freeze
from pilotlab.spec.metric import MetricSpec
from pilotlab.wording import numbers

if TYPE_CHECKING:
    from pilotlab.spec.pilot import PilotSpec
    from pilotlab.store.store import Store
    from pilotlab.weeks import Week

_JUDGED_BY = ("claim", "design", "metrics", "slices", "analysis", "decide")
_WEST = timedelta(hours=12)  # the ledger's clock is UTC; nowhere is the day older than twelve hours behind it


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """A plan that was fixed too late to have been made beforehand.

    Attributes
    ----------
    days : int
        Days from the end of the first pilot week, at least 1.
    on : date
        The day that counts.
    what : {"frozen", "amended"}
        Whether the freeze came late, or an amendment that changed what is judged.
    """

    days: int
    on: date
    what: Literal["frozen", "amended"] = "frozen"

    def __str__(self) -> str:
        count = "one day" if self.days == 1 else f"{numbers.count(self.days)} days"
        said = {"frozen": "plan frozen", "amended": "what is judged was amended"}[self.what]
        return f"{said} {count} after the first pilot week had ended"

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {"days": self.days, "on": self.on.isoformat(), "what": self.what}


def lateness(store: Store, pilot: str) -> Late | None:
    """Say how late a pilot's plan was fixed; None where it was in time, or is not frozen.

    The freeze counts, and every amendment after it that changed what the verdict is read from. Of the days that are sealed
    the latest holds: the day the act was told (`--today`), the clock when it was stored, and the clock of every act before
    it. A clock that is set back makes nothing earlier. Simulated and published pilots, whose pages say what they are, are told
    over by their own calendar: there the day that the act was told holds.
    """
    record = store.freeze(pilot)
    if record is None:
        return None
    before, amendments = Freeze.from_dict(record.content), store.amendments(pilot)
    newest = amendments[-1].content["plan"] if amendments else record.content
    replayed = newest["spec"].get("data", "company") != "company"
    moments = {} if replayed else {row.seq: row.at for row in store.ledger()}
    late = _after_first_week(before.plan(), _day(moments, record.seq, before.day), "frozen")
    for change in amendments:
        if late:
            break
        after = Freeze.from_dict(change.content["plan"])
        day = _day(moments, change.seq, after.day)
        if judged_otherwise(before, after, day):
            late = _after_first_week(before.plan(), day, "amended")
        before = after
    return late


def judged_otherwise(before: Freeze, after: Freeze, day: date) -> bool:
    """Whether an amendment of `day` changed what the verdict is read from: goals, bars, limits, methods, or weeks.

    A fix that is named, a title or a blackout of weeks that were still to come changes nothing of it.
    """
    if any(_judged(before.spec.get(key)) != _judged(after.spec.get(key)) for key in _JUDGED_BY):
        return True
    if _measured(before) != _measured(after):
        return True
    one, other = before.plan().windows, after.plan().windows
    return (one.start, one.end) != (other.start, other.end) or any(
        _ended(getattr(one, name), day) != _ended(getattr(other, name), day)
        for name in ("baseline", "washin", "counted")
    )


def _after_first_week(spec: PilotSpec, day: date, what: Literal["frozen", "amended"]) -> Late | None:
    days = (day - spec.windows.start.sunday).days
    return Late(days=days, on=day, what=what) if days > 0 else None


def _day(moments: Mapping[int, str], seq: int, told: str) -> date:
    """Latest day known of an act: as told, and by the clock of it and of every act before it."""
    clocks = [_clock_day(at) for number, at in moments.items() if number <= seq]
    return max([*clocks, *([date.fromisoformat(told)] if told else [])], default=date.min)


def _clock_day(at: str) -> date:
    moment = datetime.fromisoformat(at)
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC) - _WEST).date()


def _judged(part: Any) -> Any:
    """Leave out what is only said: the words of a fix."""
    if isinstance(part, Mapping):
        return {key: _judged(value) for key, value in part.items() if key != "fix"}
    return [_judged(one) for one in part] if isinstance(part, list) else part


def _measured(plan: Freeze) -> dict[str, dict[str, Any]]:
    return {key: MetricSpec.model_validate(value).measured for key, value in plan.metrics.items()}


def _ended(weeks: Sequence[Week], day: date) -> list[Week]:
    return [week for week in weeks if week.sunday < day]
