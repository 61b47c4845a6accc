"""Demo pilots: the declaration that fits a scenario, filled in for a simulated company."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pandas import DataFrame

    from pilotlab.simulate.company import Company

BASELINE_WEEKS, ANNOUNCED_WEEKS = 8, 2
FULL_WEEK, HYBRID = "full-week", "hybrid-schedule"
PILOT_OF: Mapping[str, str] = {"mandate": FULL_WEEK}  # every other scenario: HYBRID
METRICS = (
    "job_satisfaction",
    "burnout_level",
    "cross_team_share",
    "work_life_balance",
    "intent_to_quit",
    "after_hours",
    "throughput_items",
    "office_days",
)
GROUPS = ("carer", "commute", "level")
BY_GROUP: Mapping[str, tuple[str, ...]] = {
    HYBRID: ("job_satisfaction", "burnout_level"),
    FULL_WEEK: ("job_satisfaction", "work_life_balance"),
}
STRATA = 6  # departments: stratified only where each can be halved


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPilot:
    """A declared pilot as files of a workspace, by path from its root."""

    id: str
    files: Mapping[str, str]


def demo_pilot(company: Company) -> DemoPilot:
    """Declare the pilot that a leader of this company would run."""
    from pilotlab.simulate.files import teams_csv

    pilot = PILOT_OF.get(company.scenario.name, HYBRID)
    source = resources.files("pilotlab.scaffold") / "demo_pilots" / f"{pilot}.yaml"
    declaration = Template(source.read_text(encoding="utf-8")).substitute(_values(company))
    folder = f"experiments/{pilot}"
    return DemoPilot(
        id=pilot,
        files={
            "pilotlab.toml": f'# The workspace of `pilotlab demo`: simulated, safe to delete.\nname = "Demo: {company.scenario.name}"\n',
            f"{folder}/README.md": _readme(company, declaration),
            f"{folder}/pilot.yaml": declaration,
            f"{folder}/teams.csv": teams_csv(company.teams),
        },
    )


def demo_rows(company: Company, arms: Mapping[str, str]) -> DataFrame:
    """Return what teams log: every metric of the whole team, and what is judged of people by group."""
    import pandas as pd

    groups = company.observe_groups(arms, GROUPS)
    wanted = BY_GROUP[PILOT_OF.get(company.scenario.name, HYBRID)]
    observed = [company.observe(arms).assign(slice=""), groups[groups["metric"].isin(wanted)]]
    return pd.concat(observed, ignore_index=True)


def _values(company: Company) -> dict[str, str]:
    timeline, announced = company.timeline, company.timeline.announced_on
    if announced is None:
        raise AssertionError("a demo company announces its pilot")
    halved = len(company.teams) % (2 * STRATA) == 0
    method = "method: stratified, on: [function]" if halved else "method: complete"
    return {
        "announced_on": announced.isoformat(),
        "assign": f"{{{method}, seed: {company.seed}}}",
        "slices": f"{{equity: [{', '.join(GROUPS)}]}}",
        "start": timeline.start.monday.isoformat(),
        "decide_by": (timeline.weeks[-1].monday + timedelta(weeks=5)).isoformat(),
        "consulted_on": (announced - timedelta(weeks=2)).isoformat(),
    }


def _readme(company: Company, declaration: str) -> str:
    question = next(
        line.partition(": ")[2] for line in declaration.splitlines() if line.startswith("question")
    )
    return (
        f"# A simulated pilot\n\n**Question.** {question}\n\n"
        f"The company is simulated (scenario `{company.scenario.name}`, seed {company.seed}): {company.scenario.title}.\n"
        "What is true stands in `data/truth.json`; the analysis never reads it.\n"
    )
