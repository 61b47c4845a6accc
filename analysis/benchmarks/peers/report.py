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
COLOURS = {
    "pilotlab": "black",
    "pyfixest": "#1b6ca8",
    "diff_diff": "#b5532a",
    "moderndid": "#4f7942",
    "statsmodels": "#7a5195",
    "linearmodels": "#b8860b",
    "csdid": "#888888",
}


def write_table(stored: dict[str, Any], path: Path) -> None:
    """Write a row for each program beside ours, and ours alone where nobody does the same."""
    rows = [
        row
        for key, task in TASKS.items()
        for size, found in stored["tasks"].get(key, {}).items()
        for row in _rows(task.title, task.bar, size, found["programs"])
    ]
    parts = (_measured(stored), HEAD + "\n".join(rows) + "\n", _apart(stored), _growth(stored))
    path.write_text("\n".join(parts), encoding="utf-8")


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
    ratio = f"{each['ratio']:.1f}" if "ratio" in each else ""
    return (
        f"| {title} | {size} | {name} {each['version']}{apart} | {_s(each['again']['cpu'])} | {_s(ours['again']['cpu'])} "
        f"| {ratio} | {wanted} | {_s(each['first_call']['cpu'])} | {each['peak_mb']:,} |"
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
    return f"{ours['again']['cpu'] / found['rows'] * 1e6:.2f}"


def _measured(stored: dict[str, Any]) -> str:
    days = sorted({found["date"] for sizes in stored["tasks"].values() for found in sizes.values()})
    when = " to ".join(dict.fromkeys((days[0], days[-1])))
    machine = stored["machine"]
    return (
        f"Measured {when}: {machine['cores']} cores of {machine.get('processor') or machine['architecture']}, "
        f"{machine['system']}, Python {machine['python']}, one thread.\n"
    )


def _apart(stored: dict[str, Any]) -> str:
    found = [task for key, task in TASKS.items() if key in stored["tasks"] and task.apart]
    return "What answers to one question may differ by:\n\n" + "".join(
        f"- {task.title}: {task.apart}.\n" for task in found
    )


def write_plot(stored: dict[str, Any], path: Path) -> None:
    """Draw CPU seconds against rows, ours and the peers', one panel a task that has several sizes."""
    grown = [key for key in TASKS if len(stored["tasks"].get(key, {})) > 1]
    if not grown:
        return
    mpl.rcParams.update({"svg.hashsalt": "pilotlab", "svg.fonttype": "none", "font.size": 9})
    figure = Figure(figsize=(8, 3 * -(-len(grown) // 2)), layout="constrained")
    axes = figure.subplots(-(-len(grown) // 2), 2, sharex=True, sharey=True, squeeze=False).ravel()
    for axis, key in zip(axes, grown, strict=False):
        found = sorted(stored["tasks"][key].values(), key=lambda each: each["rows"])
        for name, colour in COLOURS.items():
            points = [
                (each["rows"], each["programs"][name]["again"]["cpu"])
                for each in found
                if "again" in each["programs"].get(name, {})
            ]
            if points:
                axis.loglog(*zip(*points, strict=True), "o-", color=colour, label=name, markersize=4)
        axis.set_title(key.replace("_", " "))
        axis.minorticks_off()
        axis.legend(fontsize=8, frameon=False)
    figure.supxlabel("rows")
    figure.supylabel("CPU seconds")
    figure.savefig(path, format="svg", metadata={"Date": None})


def _s(seconds: float) -> str:
    return f"{seconds:.3g}" if seconds >= 0.001 else f"{seconds:.4f}"
