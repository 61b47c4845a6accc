"""The pilots of verdicts.py: simulated companies by scenario, what is true in each, and a run through a real workspace."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

import pilotlab as pl
from pilotlab.decide.course import Course
from pilotlab.scaffold.demo_pilot import (
    ANNOUNCED_WEEKS,
    BASELINE_WEEKS,
    FULL_WEEK,
    HYBRID,
    PILOT_OF,
    demo_pilot,
)
from pilotlab.scaffold.init import write_all
from pilotlab.simulate import SCENARIOS, Company, Scenario
from pilotlab.simulate.company import CONTROL, PILOT
from pilotlab.simulate.files import long_csv, teams_csv
from pilotlab.simulate.measures import MEASURES
from pilotlab.simulate.paths import Cells, Paths, draw_paths
from pilotlab.simulate.seeds import autoregressive, stream

FloatArray = NDArray[np.float64]

# Goal, deciding guardrails and adherence of the demo's declarations; what is watched decides nothing and is left out.
METRICS = {
    HYBRID: ("job_satisfaction", "burnout_level", "cross_team_share", "office_days"),
    FULL_WEEK: ("throughput_items", "job_satisfaction", "work_life_balance", "office_days"),
}
GOAL = "job_satisfaction"
DRIFT = 0.02  # standard deviations a week, teams that were picked because they were on their way up
SPILLOVER = 0.40  # of the effect reaches comparison teams
RESTLESS, RESTLESS_RHO = 0.06, 0.70  # further variance between team-weeks, which lasts for weeks
UNHAPPY, LEAVE = 0.20, 0.50  # share of people who are least satisfied; chance that one of them leaves

T = TypeVar("T")
# Cells of one scenario and seed are one company under other circumstances.
_COMPANIES: dict[Hashable, Company] = {}
REMEMBERED = 64


def remembered(store: dict[Hashable, T], key: Hashable, make: Callable[[], T]) -> T:
    """Make a value once for as long as it is likely to be asked for again: pilots are run seed by seed."""
    if key not in store:
        if len(store) >= REMEMBERED:
            store.clear()
        store[key] = make()
    return store[key]


Change = Callable[[Company], Company]
Arms = Callable[[Company], Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One kind of pilot.

    Attributes
    ----------
    teams : int
        In both arms together.
    shifts : Mapping[str, float]
        Added to every pilot team's value from the start on, in the metric's unit: what is true by construction.
    change : callable, optional
        What else happens in the company.
    arms : callable, optional
        Who takes part where no lot decides; `recruitment` says how they came to.
    """

    name: str
    scenario: Scenario
    teams: int
    shifts: Mapping[str, float] = field(default_factory=dict)
    change: Change | None = None
    arms: Arms | None = None
    recruitment: str = "lottery"

    @property
    def key(self) -> str:
        """Name and size, as stored."""
        return f"{self.name}, {self.teams // 2} an arm"

    @property
    def pilot(self) -> str:
        """Name of the declaration."""
        return PILOT_OF.get(self.scenario.name, HYBRID)

    def company(self, seed: int) -> Company:
        """Draw the company, and let happen what happens in it."""
        drawn = remembered(_COMPANIES, (self.scenario.name, self.teams, seed), lambda: self._simulated(seed))
        changed = drawn if self.change is None else self.change(drawn)
        return _shifted(changed, self.shifts) if self.shifts else changed

    def _simulated(self, seed: int) -> Company:
        return pl.simulate(
            self.scenario,
            self.teams,
            seed,
            baseline_weeks=BASELINE_WEEKS + ANNOUNCED_WEEKS,
            announced_week=BASELINE_WEEKS + 1,
            metrics=METRICS[self.pilot],
        )

    def files(self, company: Company) -> Mapping[str, str]:
        """Write the declaration of the demo without what is watched; where no lot decides, with the arms in teams.csv."""
        files = dict(demo_pilot(company).files)
        folder = f"experiments/{self.pilot}"
        lines = files[f"{folder}/pilot.yaml"].splitlines(keepends=True)
        lines = [line for line in lines if not line.startswith("  watch: ")]
        if self.arms is not None:
            policy = "office" if self.pilot == FULL_WEEK else "hybrid"
            arm = {team: policy if arm == PILOT else arm for team, arm in self.arms(company).items()}
            files[f"{folder}/teams.csv"] = teams_csv(company.teams, {"arm": arm})
            new = {
                "  recruitment: ": f"  recruitment: {self.recruitment}\n",
                "  assign: ": "  assign: {method: declared, column: arm}\n",
            }
            lines = [new.get(line[: line.find(": ") + 2], line) for line in lines]
        files[f"{folder}/pilot.yaml"] = "".join(lines)
        return files


def whole(cell: Cell, seed: int) -> Course:
    """Take one pilot through a real workspace: declare, draw, freeze, import, analyse, decide."""
    company = cell.company(seed)
    start, last = company.timeline.start, company.timeline.weeks[-1]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_all({root / name: text for name, text in cell.files(company).items()})

        def on(days: int) -> pl.Workspace:
            day = start.monday + timedelta(days=days)
            return pl.open(root, actor="study", today=day, clock=lambda: f"{day.isoformat()}T16:00:00+00:00")

        before = on(-3)
        assignment = before.assign(cell.pilot)
        before.freeze(cell.pilot)
        table = root / "logged.csv"
        table.write_text(long_csv(company.observe({row.team: row.arm for row in assignment.teams})))
        after = on((last.sunday - start.monday).days + 1)
        after.import_file(table)
        return after.course(cell.pilot)


def _shifted(company: Company, shifts: Mapping[str, float]) -> Company:
    """Move the pilot's path of some metrics by a constant from the start on; values stay in the metric's range."""
    since = company.timeline.event_time >= 0
    paths = dict(company.paths)
    for metric, shift in shifts.items():
        paths[metric] = {**paths[metric], PILOT: _moved(paths[metric][PILOT], metric, shift * since)}
    return replace(company, paths=paths)


def _moved(cells: Cells, metric: str, shift: FloatArray) -> Cells:
    measure = MEASURES[metric]
    low, high = getattr(measure, "low", 0.0), getattr(measure, "high", 1.0)
    return replace(
        cells,
        value=np.clip(cells.value + shift, low, high),
        true=np.clip(cells.true + shift, low, high),
        numerator=None,  # a share's parts no longer make its value
        denominator=None,
    )


def spill(company: Company) -> Company:
    """Comparison teams meet pilot teams: part of the effect reaches them."""
    paths = {metric: _spilled(both) for metric, both in company.paths.items() if metric != "office_days"}
    return replace(company, paths={**company.paths, **paths})


def _spilled(both: Paths) -> Paths:
    near, far = both[PILOT], both[CONTROL]
    mixed = replace(
        far,
        value=far.value + SPILLOVER * (near.value - far.value),
        true=far.true + SPILLOVER * (near.true - far.true),
        numerator=None,
        denominator=None,
    )
    return {PILOT: near, CONTROL: mixed}


def restless(company: Company) -> Company:
    """Satisfaction of a team comes and goes over weeks, whatever the policy."""
    weeks = len(company.timeline.weeks)
    waves = autoregressive(stream(company.seed, "noise", "restless"), len(company.teams), weeks, RESTLESS_RHO)
    return _everywhere(company, MEASURES[GOAL].sd * np.sqrt(RESTLESS) * waves)


def rising(company: Company) -> Company:
    """The teams that will take part were on their way up before, and stay on it."""
    arms = company.assignment
    picked = np.array([arms[team] == PILOT for team in company.teams["team"]])[:, None]
    return _everywhere(company, MEASURES[GOAL].sd * DRIFT * picked * company.timeline.event_time)


def _everywhere(company: Company, shift: FloatArray) -> Company:
    """Move a goal's paths alike in both arms: nothing of it is an effect."""
    both = {arm: _moved(cells, GOAL, shift) for arm, cells in company.paths[GOAL].items()}
    return replace(company, paths={**company.paths, GOAL: both})


def leavers(arm: str) -> Change:
    """Let unhappy people leave one arm in the course of the pilot: their answers are missing from then on."""

    def change(company: Company) -> Company:
        world = replace(company.world, answers=company.world.answers & ~_gone(company))
        scores = [metric for metric in company.paths if metric != "office_days"]
        paths = {
            metric: {**company.paths[metric], arm: draw_paths(world, metric, MEASURES[metric])[arm]}
            for metric in scores
        }
        return replace(company, paths={**company.paths, **paths})

    return change


def _gone(company: Company) -> NDArray[np.bool_]:
    """Who has left, shape (people, weeks): half of the least satisfied fifth, each in a week of their own."""
    since = company.timeline.event_time
    mood = company.person_weeks(GOAL)[:, since < 0].mean(axis=1)
    rng = stream(company.seed, "response", "leavers")
    leaves = (rng.random(len(mood)) < LEAVE) & (mood <= np.quantile(mood, UNHAPPY))
    week = rng.integers(1, int(since.max()) + 1, len(mood))
    return np.asarray(leaves[:, None] & (since >= week[:, None]))


def picked(company: Company) -> Mapping[str, str]:
    """Teams that management picked."""
    return company.assignment


def worst_volunteer(company: Company) -> Mapping[str, str]:
    """The half of the teams that was least satisfied in the baseline takes part."""
    return _half(company, better=1)


def best_volunteer(company: Company) -> Mapping[str, str]:
    """The half of the teams that was most satisfied in the baseline takes part."""
    return _half(company, better=-1)


def _half(company: Company, better: int) -> Mapping[str, str]:
    teams = company.teams["team"].to_numpy()
    level = np.nanmean(company.paths[GOAL][CONTROL].value[:, :BASELINE_WEEKS], axis=1)
    volunteers = set(teams[np.argsort(better * level, kind="stable")[: len(teams) // 2]])
    return {team: PILOT if team in volunteers else CONTROL for team in teams}


def _own(name: str, title: str, **effects: float) -> Scenario:
    """A scenario of this study: five office days become three."""
    return Scenario(name=name, title=title, control_days=5, pilot_days=3, effects=effects)


NAMED = ("hybrid_strong", "hybrid_published", "null", "mandate", "trade_off", "novelty")
NULL = SCENARIOS["null"]
GAIN = {GOAL: 1.0}  # points: the goal is as good as sure to be a clear yes


def _scenarios(teams: int) -> tuple[Cell, ...]:
    """Scenarios of the simulated company, at one size."""
    spread = _own("spillover", "A gain of which comparison teams get two fifths", job_satisfaction=0.25)
    return (
        *(Cell(name=name, scenario=SCENARIOS[name], teams=teams) for name in NAMED),
        Cell(
            name="volunteers",
            scenario=NULL,
            teams=teams,
            change=restless,
            arms=worst_volunteer,
            recruitment="volunteer",
        ),
        *_better_half(teams),
        Cell(name="drift", scenario=NULL, teams=teams, change=rising, arms=picked, recruitment="convenience"),
        Cell(name="spillover", scenario=spread, teams=teams, change=spill),
        Cell(name="attrition", scenario=NULL, teams=teams, change=leavers(CONTROL)),
        Cell(name="attrition of the pilot", scenario=NULL, teams=teams, change=leavers(PILOT)),
    )


def _better_half(teams: int) -> Iterator[Cell]:
    """Volunteers at their best, with a policy that does nothing and with one of the size that published trials found."""
    for name, scenario in (
        ("better half, null", NULL),
        ("better half, good policy", SCENARIOS["hybrid_published"]),
    ):
        yield Cell(
            name=name,
            scenario=scenario,
            teams=teams,
            change=restless,
            arms=best_volunteer,
            recruitment="volunteer",
        )


def _edges(teams: int) -> tuple[Cell, ...]:
    """Pilots that the rule must not let through, and those at its very edge; margins and bar are the demo's."""
    made = {
        "goal at -s": {GOAL: -0.2},
        "goal at s": {GOAL: 0.2},
        "burnout at 1.5 margins": {**GAIN, "burnout_level": 0.3},
        "links at 1.5 margins": {**GAIN, "cross_team_share": -0.06},
        "burnout at its margin": {**GAIN, "burnout_level": 0.2},
        "links at their margin": {**GAIN, "cross_team_share": -0.04},
    }
    return tuple(Cell(name=name, scenario=NULL, teams=teams, shifts=shifts) for name, shifts in made.items())


SCENARIO_CELLS = (*_scenarios(24), *_scenarios(12))
EDGE_CELLS = (*_edges(24), *_edges(16))
CELLS = (*SCENARIO_CELLS, *EDGE_CELLS)
