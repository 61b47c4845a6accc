"""Groups of people in a simulated company: what carers, long commuters or seniors of each team answered, and the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from pilotlab.errors import unknown
from pilotlab.simulate.measures import MEASURES, Score
from pilotlab.simulate.paths import person_scores
from pilotlab.simulate.scenarios import LONG_COMMUTE
from pilotlab.simulate.seeds import FloatArray
from pilotlab.simulate.world import BoolArray, World

CONTROL, PILOT = "control", "pilot"
Levels = Callable[[pd.DataFrame], pd.Series]


def _commute(people: pd.DataFrame) -> pd.Series:
    long = people["commute_minutes"] > LONG_COMMUTE
    return long.map({True: f"over {LONG_COMMUTE} min", False: f"up to {LONG_COMMUTE} min"})


GROUPS: Mapping[str, Levels] = MappingProxyType(
    {
        "carer": lambda people: people["carer"].map({True: "yes", False: "no"}),
        "commute": _commute,
        "level": lambda people: people["level"],
    }
)


def observe_groups(
    world: World, metrics: Iterable[str], treated: BoolArray, by: Iterable[str]
) -> pd.DataFrame:
    """Reveal what people of each team answered by group: the columns of `Company.observe`, and `slice` ("carer=yes").

    Scores of people only; a group of which nobody answered in a week has no row.

    Raises
    ------
    UsageError
        For a group that is none of `GROUPS`.
    """
    groups = list(_known(by))
    frames = [
        _long(world, metric, name, treated)
        for metric in metrics
        if isinstance(MEASURES[metric], Score)
        for name in groups
    ]
    found = pd.concat(frames, ignore_index=True)
    return found.sort_values(["week", "team", "metric", "slice"], ignore_index=True)


def truth_by_group(
    world: World, metrics: Iterable[str], treated: BoolArray, by: Iterable[str]
) -> pd.DataFrame:
    """Return the true effect by group on the pilot teams that hold it, every team counting the same.

    Returns
    -------
    DataFrame
        A row a metric and group: `metric, slice, level, att_all, att_steady`.
    """
    since, groups, rows = world.timeline.event_time, list(_known(by)), []
    for metric in metrics:
        measure = MEASURES[metric]
        if not isinstance(measure, Score):
            continue
        scores = person_scores(world, metric, measure)
        for name in groups:
            for level, effect in _team_means(world, name, scores[PILOT] - scores[CONTROL]):
                own = effect[treated & np.isfinite(effect[:, 0])]
                rows.append(
                    {
                        "metric": metric,
                        "slice": name,
                        "level": level,
                        "att_all": float(own[:, since >= 0].mean()),
                        "att_steady": float(own[:, since >= world.timeline.washin_weeks].mean()),
                    }
                )
    return pd.DataFrame(rows)


def _known(by: Iterable[str]) -> Iterator[str]:
    for name in by:
        if name not in GROUPS:
            raise unknown("group", name, GROUPS)
        yield name


def _long(world: World, metric: str, name: str, treated: BoolArray) -> pd.DataFrame:
    measure = MEASURES[metric]
    assert isinstance(measure, Score)
    scores = person_scores(world, metric, measure)
    on = world.roster.per_person(treated.astype(float)) > 0
    score = np.where(on[:, None], scores[PILOT], scores[CONTROL])
    counted = world.answers.astype(float) if measure.answered else np.ones(world.answers.shape)
    level = GROUPS[name](world.roster.people).to_numpy()
    weeks = np.array([str(week) for week in world.timeline.weeks])
    teams = world.roster.teams["team"].to_numpy()
    frames = []
    for each in sorted(set(level)):
        mine = counted * (level == each)[:, None]
        n = world.roster.per_team(mine)
        team, week = np.nonzero(n)
        value = world.roster.per_team(mine * score)[team, week] / n[team, week]
        frames.append(
            pd.DataFrame(
                {
                    "team": teams[team],
                    "week": weeks[week],
                    "metric": metric,
                    "value": np.round(value, 4),
                    "numerator": np.nan,
                    "denominator": np.nan,
                    "n": n[team, week].astype(int),
                    "slice": f"{name}={each}",
                    "gap": "",
                    "entered": weeks[week],
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _team_means(world: World, name: str, effect: FloatArray) -> Iterator[tuple[str, FloatArray]]:
    """Mean effect of each team's people of a group by week, (teams, weeks); nan where a team holds none."""
    level = GROUPS[name](world.roster.people).to_numpy()
    for each in sorted(set(level)):
        mine = (level == each).astype(float)[:, None]
        n = world.roster.per_team(mine)
        total = world.roster.per_team(mine * effect)
        yield str(each), np.divide(total, n, out=np.full(total.shape, np.nan), where=n > 0)
