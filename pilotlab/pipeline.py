"""From the plan in force to the verdict: store, panels, analysis, decision, page; what was worked out before is read, not made again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic_core import to_jsonable_python

from pilotlab.decide.decision import Decision
from pilotlab.design.plan import Plan
from pilotlab.plugins import plugin
from pilotlab.program import MadeWith, program_digest
from pilotlab.readout.document.model import Readout
from pilotlab.spec.frozen import digest, unsealed
from pilotlab.spec.team import TeamList
from pilotlab.store.plans import Run
from pilotlab.store.store import Store

if TYPE_CHECKING:
    from pilotlab.decide.course import Course

SCHEMA = "pilotlab/run@1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What a pilot came to, as it may be seen.

    Attributes
    ----------
    analysis : mapping
        Plain data of the `Analysis`, signed as measured.
    told : mapping
        The same with the page's sign, unit and level: what `analyze --format json` prints.
    run : int
        Number of the stored run.
    made_on : str
        Day on which it was worked out.
    reused : bool
        Whether it was read from the store.
    """

    analysis: Mapping[str, Any]
    told: Mapping[str, Any]
    decision: Decision
    readout: Readout
    run: int
    made_on: str
    reused: bool

    @property
    def source(self) -> str:
        """Say where it was read from; empty where it was worked out just now."""
        return f"read from run {self.run} of {self.made_on}" if self.reused else ""


def follow(
    store: Store, plan: Plan, teams: TeamList, *, actor: str, today: date, early: bool = False
) -> Followed:
    """Read what a pilot came to from the store, or work it out and keep it; either way the reading is recorded.

    Parameters
    ----------
    store : Store
        Already verified: a stored run is as good as the seal of the act that wrote it.
    early : bool
        Show goals before the planned end: whoever asks has put on record why.
    """
    if kept := _kept(store, plan.spec.id, _inputs(store, plan, teams, today, early)):
        store.record_reading(plan.spec.id, "analyze", f"run {kept.number}", actor=actor)
        return _followed(kept, today, reused=True)
    _, made = work_out(store, plan, teams, actor=actor, today=today, early=early)
    return _followed(made, today, reused=False)


def work_out(
    store: Store, plan: Plan, teams: TeamList, *, actor: str, today: date, early: bool = False
) -> tuple[Course, Run]:
    """Analyse and decide a pilot, and keep the run where the same one is not kept already."""
    from pilotlab.decide.course import follow as course_of

    pilot, before = plan.spec.id, _inputs(store, plan, teams, today, early)
    course = course_of(store, plan, teams, today=today, verified=True, early=early)
    if course.releases:
        store.record_reading(pilot, "analyze", "values", actor=actor, released=course.releases)
    elif kept := _kept(store, pilot, before):
        store.record_reading(pilot, "analyze", f"run {kept.number}", actor=actor)
        return _numbered(course, kept), kept
    shown = [*before["shown"], *to_jsonable_python(course.releases)]
    after = _inputs(store, plan, teams, today, early)
    alone = after == {
        **before,
        "shown": shown,
    }  # else somebody wrote meanwhile: this run answers for no known state
    made = store.save_run(pilot, _content(course, digest(after) if alone else ""), actor=actor)
    return _numbered(course, made), made


def _content(course: Course, key: str) -> dict[str, Any]:
    from pilotlab.readout.build.analysis_json import told
    from pilotlab.readout.build.assemble import build_readout

    return {
        "schema": SCHEMA,
        "key": key,
        "made_with": course.made_with.to_dict(),
        "analysis": course.analysis.to_dict(),
        "told": told(course),
        "decision": course.decision.to_dict(),
        "readout": build_readout(course).to_dict(),
    }


def _numbered(course: Course, run: Run) -> Course:
    """Say of a course, and of its decision, under which number it is kept."""
    made = _made_with(run)
    return replace(course, made_with=made, decision=course.decision.model_copy(update={"made_with": made}))


def _made_with(run: Run) -> MadeWith:
    return MadeWith.model_validate({**run.content["made_with"], "run": run.number})


def _kept(store: Store, pilot: str, inputs: Mapping[str, Any]) -> Run | None:
    """Find the stored run of the same inputs, whose content is what its digest says."""
    kept = store.run(pilot, digest(inputs))
    return kept if kept and digest(kept.content) == kept.digest else None


def _inputs(store: Store, plan: Plan, teams: TeamList, today: date, early: bool) -> dict[str, Any]:
    """All that a run depends on.

    The newest act that is no reading stands for everything in the store: values, draws, freeze, amendments. What was
    shown before decides which values wait.
    """
    newest = store.settled()
    added = plugin("estimator", plan.spec.analysis.estimator)
    return {
        "program": program_digest(),
        **({"estimator": str(added)} if added else {}),
        "plan": digest(to_jsonable_python((plan, teams), fallback=unsealed)),
        "store": list(newest) if newest else [],
        "shown": to_jsonable_python(store.releases(plan.spec.id)),
        "through": str(plan.spec.windows.last_over(today)),
        "early": early,
    }


def _followed(run: Run, today: date, *, reused: bool) -> Followed:
    made, plain = _made_with(run), run.content
    decision, readout = Decision.from_dict(plain["decision"]), Readout.from_dict(plain["readout"])
    return Followed(
        analysis=plain["analysis"],
        told={**plain["told"], "made_with": made.to_dict()},
        decision=decision.model_copy(update={"made_with": made}),
        readout=replace(readout, date=today.isoformat(), made_with=made),
        run=run.number,
        made_on=run.at[:10],
        reused=reused,
    )
