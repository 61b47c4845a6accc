"""The page of survivors, made from `survivors.json`: rates by kind and by module, and why each is let live."""

from __future__ import annotations

import json
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def page(result: dict[str, Any]) -> str:
    """Write the stored result for readers."""
    by_kind, by_module = totals(result)
    killed, every = (sum(column) for column in zip(*by_module.values(), strict=True))
    return "\n".join(
        [
            "# What survived",
            "",
            f"Of {every} mutants in {len(by_module)} modules {killed} were killed ({killed / every:.1%}); the other",
            f"{every - killed} stand below, each with the reason. {result['date']}, seed {result['seed']}, pilotlab",
            f"{result['pilotlab']}, Python {result['python']}; tests: {', '.join(result['tests'])}.",
            "",
            *_table("change", by_kind),
            "",
            *_table("module", by_module),
            "",
            "## Survivors",
            *_survivors(result["survivors"]),
            "",
        ]
    )


def totals(result: dict[str, Any]) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Killed and all, by kind and by module."""
    found = []
    for by in ("kind", "module"):
        every: Counter[str] = Counter()
        for module, run in result["modules"].items():
            every.update(run["mutants"] if by == "kind" else {module: sum(run["mutants"].values())})
        alive = Counter(row[by] for row in result["survivors"])
        found.append({name: [every[name] - alive[name], every[name]] for name in sorted(every)})
    return found[0], found[1]


def _table(what: str, rows: dict[str, list[int]]) -> list[str]:
    lines = [f"| {name} | {killed} | {every} |" for name, (killed, every) in rows.items()]
    return [f"| {what} | killed | of |", "|---|---:|---:|", *lines]


def _survivors(rows: list[dict[str, Any]]) -> list[str]:
    lines = []
    for module, own in groupby(rows, key=lambda row: str(row["module"])):
        lines += ["", f"**{module}**", ""]
        for row in own:
            lines += [
                f"- {_code(row['source'])}, {_code(row['before'])} → {_code(row['after'])}: {row['why']}"
            ]
    return lines


def _code(text: str) -> str:
    return f"`{' '.join(text.split())}`"


if __name__ == "__main__":
    stored = json.loads((HERE / "survivors.json").read_text(encoding="utf-8"))
    (HERE / "survivors.md").write_text(page(stored), encoding="utf-8")
