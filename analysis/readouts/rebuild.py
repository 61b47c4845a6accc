"""Rebuild the readouts of the example pilots from their declarations and data alone.

    python analysis/readouts/rebuild.py [PILOT ...] [--results DIR]

Each pilot of experiments/ that has data is copied into a scratch workspace and walks the whole way: check, assign,
freeze, import of the baseline, import of the pilot weeks, readout. Every step runs on the day on which it would have
happened, so the same files give the same bytes.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pilotlab as pl

HERE = Path(__file__).resolve().parent
EXPERIMENTS = HERE.parents[1] / "experiments"
TABLES = ("data/baseline.csv", "data/pilot.csv")
FORMS = {"html": ".html", "markdown": ".md", "json": ".json"}


def main(argv: Sequence[str] | None = None) -> int:
    """Rebuild the pilots that are named, else all that have data."""
    parser = argparse.ArgumentParser(description="Rebuild the readouts of the example pilots.")
    parser.add_argument("pilots", nargs="*", metavar="PILOT", help=f"of {', '.join(with_data())}; else all")
    parser.add_argument("--results", type=Path, default=HERE, metavar="DIR")
    arguments = parser.parse_args(argv)
    if unknown := set(arguments.pilots) - set(with_data()):
        parser.error(f"no example pilot with data: {', '.join(sorted(unknown))}")
    for pilot in arguments.pilots or with_data():
        for path in rebuild(pilot, arguments.results):
            print(path)
    return 0


def with_data() -> list[str]:
    """Name the example pilots whose data lie beside their declaration."""
    return sorted(
        folder.name for folder in EXPERIMENTS.iterdir() if all((folder / name).is_file() for name in TABLES)
    )


def rebuild(pilot: str, results: Path) -> list[Path]:
    """Walk one pilot from its declaration to its readout; return the files written."""
    with tempfile.TemporaryDirectory() as scratch:
        root = copy(pilot, Path(scratch))
        windows = on(root, date.min).declared(pilot)[0].windows
        agreed = windows.start.monday - timedelta(days=3)  # the Friday before the first pilot week
        over = windows.end.sunday + timedelta(days=1)
        stop_at_errors(on(root, agreed), pilot)
        on(root, agreed).assign(pilot)
        on(root, agreed).freeze(pilot)
        for table, day in zip(TABLES, (windows.start.monday, over), strict=True):
            on(root, day).import_file(root / "experiments" / pilot / table)
        page = on(root, over).readout(pilot)
        return [page.write(results / f"{pilot}{suffix}", form=form) for form, suffix in FORMS.items()]


def copy(pilot: str, root: Path) -> Path:
    """Copy a pilot and the workspace's own metrics into an empty workspace."""
    shutil.copytree(EXPERIMENTS / pilot, root / "experiments" / pilot)
    shutil.copy(EXPERIMENTS / "metrics.yaml", root / "experiments")
    (root / "pilotlab.toml").write_text("", encoding="utf-8")
    return root


def on(root: Path, day: date) -> pl.Workspace:
    """Open the workspace on a day: calendar and clock are the pilot's."""
    return pl.open(root, actor="analyst", today=day, clock=lambda: f"{day.isoformat()}T16:00:00+00:00")


def stop_at_errors(workspace: pl.Workspace, pilot: str) -> None:
    """Say what is wrong with a declaration before anything is drawn."""
    errors = [str(finding) for finding in workspace.check(pilot) if finding.level == "error"]
    if errors:
        raise SystemExit("\n".join(errors))


if __name__ == "__main__":
    raise SystemExit(main())
