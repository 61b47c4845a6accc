"""Demo: a simulated company's pilot, from an empty folder to a readout, held against the truth."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pilotlab.errors import FindingsError, PilotlabError, UsageError
from pilotlab.scaffold.demo_pilot import (
    ANNOUNCED_WEEKS,
    BASELINE_WEEKS,
    METRICS,
    DemoPilot,
    demo_pilot,
    demo_rows,
)
from pilotlab.scaffold.init import write_all
from pilotlab.weeks import Week
from pilotlab.wording.lists import plural
from pilotlab.wording.numbers import count

if TYPE_CHECKING:
    from pilotlab.api import Workspace
    from pilotlab.decide.decision import Decision
    from pilotlab.evaluate.analysis import MetricResult
    from pilotlab.simulate.company import Company
    from pilotlab.spec.metric import Direction

ACTOR = "demo"
MARK = ".pilotlab-demo"  # only a folder that carries it is ever replaced
TRUTH_FILE = "data/truth.json"
FORMS = ("html", "markdown", "json")
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One metric's estimate beside its truth, after the wash-in; None where there is no estimate, with the reason."""

    role: str
    metric: str
    label: str
    unit: str
    decimals: int
    truth: float
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str = ""
    direction: Direction = "higher"

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRun:
    """What the demo did and wrote."""

    folder: Path
    pilot: str
    scenario: str
    title: str
    decision: Decision
    compared: tuple[Compared, ...]
    files: tuple[Path, ...]  # in the order in which a reader wants them


def run_demo(
    folder: Path | str = "demo",
    *,
    scenario: str = "hybrid_strong",
    teams: int = 24,
    seed: int = 7,
    force: bool = False,
    tell: Tell | None = None,
) -> DemoRun:
    """Run a simulated company's pilot from nothing to a readout, through the verbs everybody uses.

    Parameters
    ----------
    folder : Path or str
        Becomes a workspace; must be new or empty, or a former demo with `force`.
    scenario, teams, seed
        Of the simulated company; see `pilotlab.simulate.simulate`.
    tell : callable
        Receives a line at each step.

    Raises
    ------
    UsageError
        For an unknown scenario or an impossible number of teams.
    PilotlabError
        Where `folder` holds something else.
    """
    from pilotlab.simulate.company import simulate

    if teams < 4:
        raise UsageError(f"teams is {teams!r}", fix="give at least 4: two an arm")
    before = BASELINE_WEEKS + ANNOUNCED_WEEKS
    company = simulate(
        scenario, teams, seed, baseline_weeks=before, announced_week=BASELINE_WEEKS + 1, metrics=METRICS
    )
    root, pilot = Path(folder), demo_pilot(company)
    _make_room(root, force=force)
    story = _Story(root, company, pilot, tell or _silently)
    story.tell(f"company    {company}")
    return story.run()


def demo(path: Path | str = "demo", **options: Any) -> Workspace:
    """Make a simulated company's workspace and run its pilot from nothing to a readout.

    Examples
    --------
    It takes some ten seconds, most of them for the pages.

    >>> import pilotlab as pl
    >>> workspace = pl.demo("demo", teams=8)  # doctest: +SKIP
    >>> workspace.decide("hybrid-schedule")  # doctest: +SKIP
    Decision 'Extend' (grade B)
    """
    from pilotlab.api import open_workspace

    run_demo(Path(path), **options)
    return open_workspace(path)


def _make_room(root: Path, *, force: bool) -> None:
    """Empty the folder of a former demo; refuse everything else."""
    if root.exists() and not root.is_dir():
        raise UsageError(f"{str(root)!r} is a file", fix="name a folder")
    if not root.exists() or not any(root.iterdir()):
        return
    if not (root / MARK).is_file():
        raise PilotlabError(
            f"{root.as_posix()} holds other files; nothing was written", fix="name a new or an empty folder"
        )
    if not force:
        raise PilotlabError(
            f"{root.as_posix()} holds a demo already; nothing was written",
            fix="add --force to replace it, or name another folder",
        )
    shutil.rmtree(root)


@dataclass(frozen=True, slots=True)
class _Story:
    """The life of the pilot, in the order in which it happens; every step runs on its own day."""

    root: Path
    company: Company
    pilot: DemoPilot
    tell: Tell

    def run(self) -> DemoRun:
        weeks, start = self.company.timeline.weeks, self.company.timeline.start
        self.write_files()
        self.declare(weeks[0])
        arms = {str(team): "control" for team in self.company.teams["team"]}
        self.collect([week for week in weeks if week < start], arms, "baseline")
        arms = self.assign_and_freeze(start)
        self.collect([week for week in weeks if week >= start], arms, "pilot")
        return self.report(arms, weeks[-1].sunday + timedelta(days=1))

    def at(self, day: date) -> Workspace:
        """Open the workspace as it stands on a day: clock, author and calendar are the story's."""
        from pilotlab.api import open_workspace

        return open_workspace(
            self.root, actor=ACTOR, today=day, clock=lambda: f"{day.isoformat()}T16:00:00+00:00"
        )

    def write_files(self) -> None:
        files = {MARK: "Made by `pilotlab demo`, which may replace this folder.\n", **self.pilot.files}
        write_all({self.root / name: text for name, text in files.items()})

    def declare(self, first: Week) -> None:
        findings = self.at(first.monday).check(self.pilot.id)
        errors = [finding for finding in findings if finding.level == "error"]
        if errors:
            raise FindingsError(
                "the demo's declaration has errors", errors, fix="report this; the demo should always run"
            )
        self.tell(f"check      {self.pilot.id}: no errors, {plural(len(findings), 'finding')} to read")

    def collect(self, weeks: list[Week], arms: dict[str, str], phase: str) -> None:
        """Import what comes in, week by week; a late log comes with the next week's file."""
        rows = 0
        for week, text in _weekly_files(self.company, weeks, arms):
            path = self.root / "data" / "incoming" / f"{week}.csv"
            write_all({path: text})
            self.at(week.sunday).import_file(path)
            rows += text.count("\n") - 1
            if week == weeks[len(weeks) // 2]:
                self.tell(f"import     {phase}: to {week}, {count(rows)} rows so far")
        self.tell(f"import     {phase}: {weeks[0]} to {weeks[-1]}, {count(rows)} rows")

    def assign_and_freeze(self, start: Week) -> dict[str, str]:
        workspace = self.at(start.monday - timedelta(days=3))
        assignment = workspace.assign(self.pilot.id)
        sizes = ", ".join(f"{len(assignment.of(arm))} {arm}" for arm in assignment.arms)
        self.tell(f"assign     {assignment.method}, seed {assignment.seed}: {sizes}")
        workspace.freeze(self.pilot.id)
        self.tell(f"freeze     {start.monday - timedelta(days=3)}, before the first pilot week {start}")
        return {row.team: row.arm for row in assignment.teams}

    def report(self, arms: dict[str, str], day: date) -> DemoRun:
        from pilotlab.simulate.files import truth_json

        write_all({self.root / TRUTH_FILE: truth_json(self.company.truth_as_dict(arms))})
        workspace = self.at(day)
        self.tell("analyse    every declared metric")
        analysis = workspace.analyze(self.pilot.id)
        decision = workspace.decide(self.pilot.id)
        self.tell(f"decide     {decision.verdict}")
        page = workspace.readout(self.pilot.id)
        pages = [self.root / page.write(form=form).relative_to(self.root.resolve()) for form in FORMS]
        self.tell("readout    written")
        return DemoRun(
            folder=self.root,
            pilot=self.pilot.id,
            scenario=self.company.scenario.name,
            title=self.company.scenario.title,
            decision=decision,
            compared=tuple(_compared(analysis.results, self.company, arms)),
            files=(
                *pages,
                *(
                    self.root / name
                    for name in (f"experiments/{self.pilot.id}/pilot.yaml", TRUTH_FILE, "data/pilots.db")
                ),
            ),
        )


def _weekly_files(company: Company, weeks: list[Week], arms: dict[str, str]) -> Iterator[tuple[Week, str]]:
    """Yield the table that comes in during each week."""
    from pilotlab.simulate.files import long_csv

    observed = demo_rows(company, arms)
    last = company.timeline.weeks[-1]
    observed.loc[observed["entered"] > str(last), "entered"] = str(
        last
    )  # the last week's log waits for nobody
    by_week = dict(iter(observed.groupby("entered")))
    for week in weeks:
        yield week, long_csv(by_week[str(week)])


def _compared(results: Iterable[MetricResult], company: Company, arms: dict[str, str]) -> Iterator[Compared]:
    from pilotlab.estimate.results.effect import NotEstimable

    truth = company.truth_of(arms).set_index("metric")["att_steady"]
    for result in results:
        metric, estimate = result.metric, result.estimate
        beside = Compared(
            role=result.role,
            metric=metric.key,
            label=metric.label,
            unit=metric.unit,
            decimals=metric.decimals,
            truth=round(float(truth[metric.id]), 6),
            direction=metric.direction,
        )
        if result.hidden or isinstance(estimate, NotEstimable):
            yield replace(beside, reason=result.hidden or getattr(estimate, "reason", ""))
        else:
            yield replace(beside, estimate=estimate.att, low=estimate.ci[0], high=estimate.ci[1])


def _silently(line: str) -> None:
    """Tell nobody."""
