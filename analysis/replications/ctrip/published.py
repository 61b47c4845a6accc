"""Published: our figures beside the published ones and an independent program's, as rows and as tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

EQUAL = 1e-6  # fixest takes out two sets of effects step by step and stops at 1e-6; ours solves exactly


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One figure: as published, as an independent program gets it, and ours from the store."""

    id: str
    what: str
    published: str
    reference: float
    ours: float
    tolerance: float  # in the last digit that reference and we must share

    @property
    def agrees(self) -> bool:
        """Whether ours is the reference's."""
        return abs(self.ours - self.reference) <= self.tolerance


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Planted entry errors: how many there are, how many the commands named, how many came into the store."""

    where: str
    planted: int
    named: int
    kept: int


def compare(analysis: Mapping[str, Any], *, weeks: int) -> list[Row]:
    """Put our figures beside the published ones and beside an independent program's (R 4.2.2, fixest 0.14.2)."""
    found = {row["metric"].partition("@")[0]: row for row in analysis["results"]}
    weekly, work = found["weekly_performance"]["as_measured"], found["work_satisfaction"]["as_measured"]
    left = found["left_company"]
    return [
        Row(
            id="table2.col1",
            what="weekly performance, SD",
            published="0.232",
            reference=0.232359378149274,
            ours=weekly["att"],
            tolerance=EQUAL,
        ),
        Row(
            id="table2.col1.se",
            what="  standard error",
            published="0.063",
            reference=0.0623507940477037,
            ours=weekly["se"],
            tolerance=EQUAL,
        ),
        Row(
            id="table2.col1.n",
            what="  person-weeks",
            published="17,806",
            reference=17806,
            ours=weekly["n_obs"],
            tolerance=0,
        ),
        Row(
            id="table2.col1.people",
            what="  people",
            published="249",
            reference=249,
            ours=weekly["n_units"],
            tolerance=0,
        ),
        Row(id="table2.col1.weeks", what="  weeks", published="85", reference=85, ours=weeks, tolerance=0),
        Row(
            id="table7.col1",
            what="work satisfaction, log",
            published="0.155",
            reference=0.154290090103056,
            ours=work["att"],
            tolerance=EQUAL,
        ),
        Row(
            id="table7.col1.n",
            what="  answers",
            published="855",
            reference=855,
            ours=work["n_obs"],
            tolerance=0,
        ),
        Row(
            id="table7.col2",
            what="general satisfaction, log",
            published="0.072",
            reference=0.0718658109038591,
            ours=found["general_satisfaction"]["as_measured"]["att"],
            tolerance=EQUAL,
        ),
        Row(
            id="table7.col3",
            what="life satisfaction, log",
            published="0.168",
            reference=0.168144311299866,
            ours=found["life_satisfaction"]["as_measured"]["att"],
            tolerance=EQUAL,
        ),
        Row(
            id="attrition.office",
            what="left by the end, office",
            published="35 %",
            reference=41 / 118,
            ours=left["means"]["control_after"],
            tolerance=EQUAL,
        ),
        Row(
            id="attrition.home",
            what="left by the end, home",
            published="17 %",
            reference=21 / 131,
            ours=left["means"]["pilot_after"],
            tolerance=EQUAL,
        ),
        Row(
            id="attrition.difference",
            what="  difference",
            published="",
            reference=-0.187152283607194,
            ours=left["as_measured"]["att"],
            tolerance=EQUAL,
        ),
        Row(
            id="monthly",
            what="monthly score, points",
            published="",
            reference=2.23503986799335,
            ours=found["monthly_score"]["as_measured"]["att"],
            tolerance=EQUAL,
        ),
        Row(
            id="monthly.n",
            what="  person-months",
            published="",
            reference=4401,
            ours=found["monthly_score"]["as_measured"]["n_obs"],
            tolerance=0,
        ),
    ]


def table(rows: Sequence[Row], errors: Sequence[Errors]) -> str:
    """Return both tables as Markdown."""
    lines = ["| figure | published | independent program | ours | agrees |", "|---|---:|---:|---:|---|"]
    lines += [
        f"| {row.what.strip()} | {row.published} | {_figure(row.reference)} | {_figure(row.ours)} | {'yes' if row.agrees else 'no'} |"
        for row in rows
    ]
    lines += ["", "| planted entry error | planted | named | came into the store |", "|---|---:|---:|---:|"]
    lines += [f"| {item.where} | {item.planted} | {item.named} | {item.kept} |" for item in errors]
    return "\n".join(lines)


def write_results(folder: Path, rows: Sequence[Row], errors: Sequence[Errors]) -> None:
    """Write `result.json` and `result.md`: aggregates only."""
    folder.mkdir(parents=True, exist_ok=True)
    result = {
        "rows": [{**asdict(row), "ours": round(row.ours, 8)} for row in rows],
        "errors": [asdict(item) for item in errors],
    }
    (folder / "result.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    (folder / "result.md").write_text(table(rows, errors) + "\n", encoding="utf-8")


def _figure(number: float) -> str:
    return f"{number:,.0f}" if float(number).is_integer() else f"{number:.4f}"
