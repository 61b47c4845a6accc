"""History: which changes wait, since a release that differs by too few people from an earlier one would tell their answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pilotlab.release.thresholds import MEMBERS, SHIFT, TEAMS


class Answer(NamedTuple):
    """What a cell says: its value, None for a gap, and how many stand behind it, None where nobody said."""

    value: float | None
    people: float | None


Place = tuple[str, int, str]  # team, week code, slice
Data = Mapping[Place, Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Who a pilot's teams are: arm and members of each, and the fewest answers behind a shown mean."""

    arms: Mapping[str, str]
    members: Mapping[str, int]
    fewest: int

    def teams_of(self, arm: str) -> int:
        """How many teams an arm has."""
        return sum(own == arm for own in self.arms.values())


def held_back(now: Data, earlier: Sequence[Data], crowd: Crowd) -> frozenset[Place]:
    """Return the cells that stay as the last release had them.

    Parameters
    ----------
    earlier : sequence
        What stood behind each earlier release, oldest first.

    Notes
    -----
    The difference of two releases tells of those by whom they differ. A cell whose respondents shifted by fewer than
    three stays as it was. Of the rest, the changes of an arm wait together until they would pass for a mean themselves,
    against every earlier release: enough answers, and where some come from a team too small to be shown, so many teams
    that none can be told apart; or four teams with five members each.
    """
    if not earlier:
        return frozenset()
    last = earlier[-1]
    held = {place for place in _changed(now, last) if _few_moved(now.get(place), last.get(place))}
    waiting: set[str] = set()
    while found := _arms_of_few(_mixed(now, last, held, waiting, crowd), earlier, crowd) - waiting:
        waiting |= found
    return frozenset(held | {place for place in _changed(now, last) if crowd.arms.get(place[0]) in waiting})


def as_released(now: Data, last: Data, held: Iterable[Place]) -> Data:
    """Put back what waits."""
    mixed = dict(now)
    for place in held:
        mixed.pop(place, None)
        if place in last:
            mixed[place] = last[place]
    return mixed


def _mixed(now: Data, last: Data, held: set[Place], waiting: set[str], crowd: Crowd) -> Data:
    more = {place for place in _changed(now, last) if crowd.arms.get(place[0]) in waiting}
    return as_released(now, last, held | more)


def _arms_of_few(now: Data, earlier: Sequence[Data], crowd: Crowd) -> set[str]:
    return {arm for before in earlier for arm in _few(now, before, crowd)}


def _few(now: Data, before: Data, crowd: Crowd) -> Iterator[str]:
    """Arms that differ by too few people."""
    moved: dict[str, dict[str, float]] = {}
    small: dict[str, bool] = {}
    for place in _changed(now, before):
        team = place[0]
        arm = crowd.arms.get(team)
        if arm is None:
            continue
        people = _people(now.get(place), before.get(place))
        own = moved.setdefault(arm, {})
        own[team] = max(own.get(team, 0.0), people)
        small[arm] = small.get(arm, False) or people < crowd.fewest
    for arm, teams in moved.items():
        if not _enough(arm, teams, crowd, small=small[arm]):
            yield arm


def _enough(arm: str, teams: Mapping[str, float], crowd: Crowd, *, small: bool) -> bool:
    many = len(teams) >= min(TEAMS, crowd.teams_of(arm))
    if sum(teams.values()) >= max(crowd.fewest, SHIFT) and (many or not small):
        return True
    return len(teams) >= TEAMS and all(crowd.members.get(team, 0) >= MEMBERS for team in teams)


def _changed(now: Data, before: Data) -> Iterator[Place]:
    for place in now.keys() | before.keys():
        if _said(now.get(place)) != _said(before.get(place)):
            yield place


def _said(answer: Answer | None) -> tuple[float | None, float | None]:
    """A gap says what no row says: nothing."""
    return (None, None) if answer is None or answer.value is None else (answer.value, answer.people)


def _few_moved(now: Answer | None, before: Answer | None) -> bool:
    """Whether both hold answers, of groups that differ by one or two people."""
    if now is None or before is None or now.value is None or before.value is None:
        return False
    if now.people is None or before.people is None:
        return False
    return 0 < abs(now.people - before.people) < SHIFT


def _people(now: Answer | None, before: Answer | None) -> float:
    """By how many people two answers differ, at least; one where nobody said how many."""
    told = [one for one in (now, before) if one is not None and one.value is not None]
    counts = [1.0 if one.people is None else one.people for one in told]
    if len(counts) == 2 and counts[0] != counts[1]:
        return abs(counts[0] - counts[1])
    return max(counts, default=0.0)
