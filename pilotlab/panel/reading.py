"""Reading: the values that an analysis and a frame may rest on, those of too few new people still as they were released."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pilotlab.release.history import Answer, Crowd, Data, Place, held_back
from pilotlab.release.thresholds import counts_people, least
from pilotlab.spec.frozen import digest
from pilotlab.spec.metric import MetricSpec
from pilotlab.store.observations import Observation
from pilotlab.store.readings import Release
from pilotlab.store.revisions import Entered, entered, last_submission
from pilotlab.store.store import Store
from pilotlab.weeks import Week

OBJECT = "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Current values of one metric, as they may be read.

    Attributes
    ----------
    rows : tuple of Observation
        Whole teams and groups within teams.
    waiting : int
        Values that came or changed since the last release and are not in it, for they come from too few people.
    release : Release or None
        What to keep, where it differs from the last release.
    """

    rows: tuple[Observation, ...]
    waiting: int = 0
    release: Release | None = None


def read(
    store: Store,
    pilot: str,
    metric: MetricSpec,
    *,
    teams: Sequence[str],
    arms: Mapping[str, str],
    members: Mapping[str, int],
    privacy: int,
    audience: str,
    through: Week | None = None,
) -> Reading:
    """Read one metric of a pilot; a metric that tells of no person's answer is read as it is.

    Parameters
    ----------
    arms, members : mapping
        Team to its arm and to its members.
    privacy : int
        `privacy.min_group` of the pilot.
    audience : str
        The command or page that shows what comes of it.
    through : Week, optional
        Last week that is read; None: all. Of people's answers never an earlier one than was shown already: asked day by
        day, the differences would tell each week alone.
    """
    if metric.level != "person" and not counts_people(metric):
        return Reading(rows=tuple(store.observations(metric.key, teams=teams, slices=None, through=through)))
    earlier = [row for row in store.releases(pilot, objects=(OBJECT,)) if row.metric == metric.key]
    through = _never_back(through, earlier)
    now = store.observations(metric.key, teams=teams, slices=None, through=through)
    act = last_submission(store.database)
    if not earlier:
        return Reading(rows=tuple(now), release=_release(pilot, metric, act, {}, now, audience, through))
    entries = entered(store.database, metric.key, teams=teams)
    states = [_state(entries, row) for row in earlier]
    crowd = Crowd(arms=arms, members=members, fewest=least(metric, privacy=privacy))
    current = {_place(row): row for row in now}
    counts = counts_people(metric)
    held = held_back(
        _data(current.values(), counts=counts),
        [_data(state.values(), counts=counts) for state in states],
        crowd,
    )
    last = states[-1]
    kept = {place: row for place, row in current.items() if place not in held}
    kept |= {place: last[place] for place in held if place in last}
    rows = sorted(kept.values(), key=lambda row: (row.metric, row.week, row.team, row.slice))
    revisions = {place: last[place].revision if place in last else 0 for place in held}
    made = _release(pilot, metric, act, revisions, rows, audience, through)
    same = made.behind == earlier[-1].behind
    return Reading(rows=tuple(rows), waiting=len(held), release=None if same else made)


def _never_back(through: Week | None, earlier: Sequence[Release]) -> Week | None:
    """Return the later of a week and the last that was shown."""
    shown = [row.content.get("through") for row in earlier]
    if through is None or None in shown:
        return None
    return max([through, *(Week.from_code(code) for code in shown if code)])


def _place(row: Observation) -> Place:
    return row.team, row.week.code, row.slice


def _data(rows: Iterable[Observation], *, counts: bool) -> Data:
    return {_place(row): Answer(row.value, row.numerator if counts else row.n) for row in rows}


def _state(entries: Iterable[Entered], release: Release) -> dict[Place, Observation]:
    """Cells as a release had them: up to its last act, those that waited at the revision that stood before."""
    act = int(release.content["as_of"])
    held = {(team, week, name): revision for team, week, name, revision in release.content["held"]}
    last_week = release.content.get("through")
    state: dict[Place, Observation] = {}
    for submission, row in entries:
        place = _place(row)
        last = held.get(place)
        if last is None and last_week is not None and row.week.code > last_week:
            continue
        if submission <= act and (last is None or row.revision <= last):
            state[place] = row
    return state


def _release(
    pilot: str,
    metric: MetricSpec,
    act: int,
    held: Mapping[Place, int],
    rows: Iterable[Observation],
    audience: str,
    through: Week | None,
) -> Release:
    behind = digest([[*_place(row), row.value, row.gap, row.n] for row in rows])
    return Release(
        pilot=pilot,
        object=OBJECT,
        metric=metric.key,
        content={
            "as_of": act,
            "held": [[*place, held[place]] for place in sorted(held)],
            **({"through": through.code} if through else {}),
        },
        behind=behind,
        audience=audience,
    )
