from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from pilotlab.simulate import simulate


def test_write_leaves_teams_weeks_and_truth(tmp_path: Path) -> None:
    company = simulate(teams=6)
    written = company.write(tmp_path)
    names = {path.relative_to(tmp_path).as_posix() for path in written}
    assert {"teams.csv", "truth.json", "long/2025-W28.csv", "wide/2025-W51.csv"} <= names
    assert names == {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}


def test_long_files_together_hold_every_observation_once(tmp_path: Path) -> None:
    company = simulate(teams=6)
    company.write(tmp_path)
    files = pd.concat([pd.read_csv(path) for path in sorted((tmp_path / "long").glob("*.csv"))])
    observed = company.observations
    assert len(files) == len(observed)
    assert files["value"].sum() == pytest.approx(observed["value"].sum())
    assert list(files.columns) == ["team", "week", "metric", "value", "numerator", "denominator", "n", "gap"]
    assert files.loc[files["value"].isna(), "gap"].isin(["forgot", "holiday"]).all()


def test_a_late_log_comes_in_the_next_weeks_file(tmp_path: Path) -> None:
    simulate(teams=24).write(tmp_path)
    second = pd.read_csv(tmp_path / "long" / "2025-W29.csv")
    assert set(second["week"]) == {"2025-W28", "2025-W29"}
    assert set(second.loc[second["week"] == "2025-W28", "metric"]) <= {"throughput_items", "office_days"}


def test_wide_files_hold_the_same_values(tmp_path: Path) -> None:
    company = simulate(teams=6)
    company.write(tmp_path)
    wide = pd.read_csv(tmp_path / "wide" / "2025-W30.csv").set_index("team")
    observed = company.observations.query("week == '2025-W30' and metric == 'job_satisfaction'").set_index(
        "team"
    )
    pd.testing.assert_series_equal(wide["job_satisfaction"], observed["value"], check_names=False)


def test_truth_is_stored_beside_the_data(tmp_path: Path) -> None:
    company = simulate("mandate", teams=6, seed=11)
    company.write(tmp_path)
    truth = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))
    assert (truth["scenario"], truth["seed"]) == ("mandate", 11)
    stored = truth["effects"]["job_satisfaction"]["att_steady"]
    assert stored == round(company.truth.set_index("metric").loc["job_satisfaction", "att_steady"], 6)  # type: ignore[arg-type]
    assert truth["arms"] == dict(sorted(company.assignment.items()))


def test_the_same_company_gives_the_same_bytes(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        simulate(teams=4, seed=2).write(tmp_path / folder)
    one, two = (
        {path.relative_to(root): path.read_bytes() for path in root.rglob("*.csv")}
        for root in (tmp_path / "one", tmp_path / "two")
    )
    assert one == two
