"""The stored results as a table in Markdown and as a plot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from tasks import TASKS

HEAD = (
    "| task | size | program | CPU s | ours | ratio | wanted | first call, CPU s | peak MB |\n"
    "|---|---|---|---:|---:|---:|---:|---:|---:|\n"
)
COLOURS = ("#1b6ca8", "#b5532a", "#4f7942", "#7a5195")


def write_table(stored: dict[str, Any], path: Path) -> None:
    """Write a row for each program beside ours, and ours alone where nobody does the same."""
    rows = [
        row
        for key, task in TASKS.items()
        for size, found in stored["tasks"].get(key, {}).items()
        for row in _rows(task.title, task.bar, size, found["programs"])
    ]
    path.write_text(HEAD + "\n".join(rows) + "\n\n" + _growth(stored), encoding="utf-8")


def _rows(title: str, bar: float | None, size: str, programs: dict[str, Any]) -> list[str]:
    ours = programs["pilotlab"]
    if "failed" in ours:
        return [f"| {title} | {size} | pilotlab | {ours['failed']} | | | | | |"]
    mine = f"| {title} | {size} | pilotlab | {_s(ours['again']['cpu'])} | | | | {_s(ours['first_call']['cpu'])} | {ours['peak_mb']:,} |"
    return [
        mine,
        *(_peer(title, bar, size, name, each, ours) for name, each in programs.items() if each is not ours),
    ]


def _peer(
    title: str, bar: float | None, size: str, name: str, each: dict[str, Any], ours: dict[str, Any]
) -> str:
    wanted = "" if bar is None else f"{bar:g}"
    if "failed" in each:
        return (
            f"| {title} | {size} | {name} | {each['failed']} | {_s(ours['again']['cpu'])} | | {wanted} | | |"
        )
    apart = " (other numbers: " + "; ".join(each["disagrees"]) + ")" if each["disagrees"] else ""
    return (
        f"| {title} | {size} | {name} {each['version']}{apart} | {_s(each['again']['cpu'])} | {_s(ours['again']['cpu'])} "
        f"| {each['ratio']:.1f} | {wanted} | {_s(each['first_call']['cpu'])} | {each['peak_mb']:,} |"
    )


def _growth(stored: dict[str, Any]) -> str:
    lines = ["| ours, CPU microseconds a row | S | M | L | XL |", "|---|---:|---:|---:|---:|"]
    for key, found in stored["tasks"].items():
        if len(found) < 2:
            continue
        cells = [_per_row(found.get(size)) for size in ("S", "M", "L", "XL")]
        lines.append(f"| {TASKS[key].title} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _per_row(found: dict[str, Any] | None) -> str:
    ours = None if found is None else found["programs"]["pilotlab"]
    if ours is None or "failed" in ours:
        return ""
    return f"{ours['again']['cpu'] / found['rows'] * 1e6:.2f}"  # type: ignore[index]


def write_plot(stored: dict[str, Any], path: Path) -> None:
    """Draw CPU seconds against rows, ours and the fastest peer, one panel a task."""
    grown = [key for key in TASKS if len(stored["tasks"].get(key, {})) > 1]
    if not grown:
        return
    mpl.rcParams["svg.hashsalt"] = "pilotlab"
    figure = Figure(figsize=(3.1 * len(grown), 3.1), layout="constrained")
    axes = figure.subplots(1, len(grown), squeeze=False)[0]
    for axis, key in zip(axes, grown, strict=True):
        found = stored["tasks"][key]
        names = list(dict.fromkeys(name for each in found.values() for name in each["programs"]))
        for name, colour in zip(names, ("black", *COLOURS), strict=False):
            points = [
                (each["rows"], each["programs"][name]["again"]["cpu"])
                for each in found.values()
                if "again" in each["programs"].get(name, {})
            ]
            axis.loglog(*zip(*points, strict=True), "o-", color=colour, label=name, markersize=4)
        axis.set(title=TASKS[key].title.split(",")[0], xlabel="rows", ylabel="CPU seconds")
        axis.title.set_fontsize(9)
        axis.legend(fontsize=7, frameon=False)
    figure.savefig(path, format="svg", metadata={"Date": None})


def _s(seconds: float) -> str:
    return f"{seconds:.3g}" if seconds >= 0.001 else f"{seconds:.4f}"
