"""Tables: write what the studies stored into README.md, between its marks.

python analysis/calibration/tables.py
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
README = FOLDER / "README.md"
SIZES = (4, 5, 6, 8, 12, 20)
COURSES = ("constant", "growing", "fading")  # of an effect over the weeks since a team's start
Cell = dict[str, Any]


def filled(text: str) -> str:
    """Put each table between its marks, `<!-- name -->` and `<!-- end -->`."""

    def table(mark: re.Match[str]) -> str:
        return f"<!-- {mark[1]} -->\n{TABLES[mark[1]]()}\n<!-- end -->"

    return re.sub(r"<!-- (?!end)([a-z ]+) -->\n.*?<!-- end -->", table, text, flags=re.DOTALL)


def alarms() -> str:
    """False alarms of the default, even arms: designs by size."""
    return _by_size("null_pilots", lambda cell: _percent(cell["rates"][cell["default"]]))


def coverage() -> str:
    """Coverage of the default, even arms: designs by size."""
    return _by_size("coverage", lambda cell: _percent(cell["rates"][cell["default"]]))


def others() -> str:
    """What is not in the usual table: both rules, and what the default is."""
    rows = [
        (
            cell["name"],
            cell["default"],
            *(_percent(cell["rates"].get(rule)) for rule in ("randomization", "cr2", "twfe")),
        )
        for cell in _cells("null_pilots")
        if _odd(cell)
    ]
    return _table(("pilot", "default", "randomisation", "CR2", "`twfe`, CR2"), rows)


def naive() -> str:
    """Naive procedures beside the default, without strata."""
    names = ("ols", "cluster_z", "before_after")
    rows = [
        (cell["name"], *(_percent(cell["rates"][rule]) for rule in (cell["default"], *names)))
        for cell in _cells("null_pilots")
        if cell["drawn"] and "ols" in cell["rates"]
    ]
    return _table(("pilot", "default", "OLS on team-weeks", "cluster z", "before-after"), rows)


def drawn() -> str:
    """Starts drawn by lot."""
    rows = [_both(cell) for cell in _cells("rollouts") if cell["drawn"]]
    return _table(("rollout", "alarm", "coverage"), rows)


def wedges() -> str:
    """Rivals for a wedge: spread, then what the default keeps."""
    rivals = ("group_time", "imputation", "gls known", "gls_imputation", "one effect")
    kept = ("size", *(f"coverage {effect}" for effect in COURSES))
    rows = [
        (
            cell["name"],
            *(f"{cell['rates'][f'{rival} spread']:.3f}" for rival in rivals),
            *(_percent(cell["rates"][f"gls_imputation {what}"]) for what in kept),
        )
        for cell in _cells("wedges")
    ]
    return _table(("wedge", *rivals, *kept), rows)


def chances() -> str:
    """Chance to see a quarter of a standard deviation, by rival and course of the effect."""
    rivals = ("group_time", "gls_imputation", "one effect")
    rows = [
        (
            cell["name"],
            *(_percent(cell["rates"][f"{rival} chance {course}"]) for course in COURSES for rival in rivals),
            *(_percent(cell["rates"][f"one effect coverage {course}"]) for course in COURSES),
        )
        for cell in _cells("wedges")
    ]
    named = [f"{course}: {rival}" for course in COURSES for rival in rivals]
    return _table(("wedge", *named, *(f"coverage of one effect, {course}" for course in COURSES)), rows)


def tests_of_uneven_arms() -> str:
    """Arms and spreads by rows, tests by columns, normal and skewed changes."""
    found = {
        (c["treated"], c["comparison"], c["spread"], c["shape"]): c["rates"] for c in _cells("studentised")
    }
    columns = [(shape, test) for shape in ("normal", "skewed") for test in ("plain", "studentised", "cr2")]
    arms = dict.fromkeys(key[:3] for key in found)
    rows = [
        (
            f"{treated} v {comparison}",
            f"{spread:g}",
            *(_percent(found[treated, comparison, spread, shape][test]) for shape, test in columns),
        )
        for treated, comparison, spread in arms
    ]
    return _table(("arms", "spread of pilot teams", *(f"{shape}: {test}" for shape, test in columns)), rows)


def few() -> str:
    """Estimators and intervals by rows, treated teams by columns."""
    found = {(c["estimator"], c["inference"], c["treated"]): c["rates"]["alarm"] for c in _cells("few")}
    asked = dict.fromkeys(key[:2] for key in found)
    sizes = sorted({key[2] for key in found})
    rows = [(*each, *(_percent(found[(*each, size)]) or "none" for size in sizes)) for each in asked]
    return _table(("estimator", "inference", *(f"{size} v 12" for size in sizes)), rows)


def chosen() -> str:
    """Starts chosen, not drawn: the headline and the bands."""
    names = [
        f"{table} {what}" for table in ("event_time", "cohort") for what in ("rows", "band", "band coverage")
    ]
    rows = [
        (*_both(cell), *(_percent(cell["rates"].get(name)) for name in names))
        for cell in _cells("rollouts")
        if not cell["drawn"]
    ]
    head = ("rollout", "alarm", "coverage", *(name.replace("_", " ") for name in names))
    return _table(head, rows)


def counts() -> str:
    """Counts."""
    rows = [
        (*_both(cell), ", ".join(f"{name} {count:,}" for name, count in cell["rules"].items()))
        for cell in _cells("counts")
    ]
    return _table(("pilot, events a person and month", "alarm", "coverage", "what `auto` took"), rows)


def injected() -> str:
    """Largest distance over all inferences, by estimator."""
    found: dict[str, list[Cell]] = {}
    for cell in _cells("injected"):
        found.setdefault(cell["estimator"], []).append(cell)
    rows = []
    for name, cells in found.items():
        worst = (max(cell["apart"][key] for cell in cells) for key in ("estimate", "standard error"))
        rows.append(
            (
                f"`{name}`",
                ", ".join(cell["inference"] for cell in cells),
                *(f"{value:.0e}" for value in worst),
            )
        )
    return _table(("estimator", "under", "estimate", "standard error"), rows)


TABLES: Mapping[str, Callable[[], str]] = {
    "alarms": alarms,
    "coverage": coverage,
    "others": others,
    "naive": naive,
    "drawn": drawn,
    "wedges": wedges,
    "chances": chances,
    "uneven arms": tests_of_uneven_arms,
    "few": few,
    "chosen": chosen,
    "counts": counts,
    "injected": injected,
}


def _cells(study: str) -> list[Cell]:
    found: list[Cell] = json.loads((FOLDER / f"{study}.json").read_text())["cells"]
    return found


def _by_size(study: str, show: Callable[[Cell], str]) -> str:
    rows: dict[str, dict[int, str]] = {}
    for cell in _cells(study):
        if not _odd(cell):
            rows.setdefault(_design(cell), {})[cell["pilot"]] = show(cell)
    body = [(design, *(row.get(size, "") for size in SIZES)) for design, row in rows.items()]
    return _table(("teams an arm", *map(str, SIZES)), body)


def _odd(cell: Cell) -> bool:
    """Not one of the usual designs by size and autocorrelation."""
    usual = cell["drift"] == 0.04 and cell["missing"] == 0.04 and cell["spread"] == 1
    return not usual or cell["pilot"] != cell["control"]


def _design(cell: Cell) -> str:
    pairs = cell["strata"] == cell["pilot"]
    shape = "pairs" if pairs else f"{cell['strata']} strata" if cell["strata"] > 1 else "complete"
    how = "" if cell["drawn"] else ", not drawn"
    return f"{shape}{how}, AR {cell['ar']:g}"


def _both(cell: Cell) -> tuple[str, str, str]:
    return cell["name"], _percent(cell["rates"]["alarm"]), _percent(cell["rates"]["coverage"])


def _percent(rate: float | None) -> str:
    return "" if rate is None else f"{100 * rate:.1f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    README.write_text(filled(README.read_text()))
