"""Values by declared group, from the list of teams and from rows of their own."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pilotlab.panel.build import LEVEL, group_of, observed_groups
from tests.pilots import AFTER, PILOT, Lab, make_lab

SLICES = "slices: {equity: [carer, site], other: [tenure]}\n"


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    made = make_lab(
        tmp_path, PILOT + SLICES, columns={"site": lambda place: ("berlin", "lyon", "")[place % 3]}
    )
    made.collect(made.agree())
    return made


def groups(lab: Lab, metric: str = "job_satisfaction@1") -> dict[str, pd.DataFrame]:
    workspace = lab.at(AFTER)
    plan, teams = workspace.plan("anchor-days"), workspace.declared("anchor-days")[2]
    panel = workspace.panel("anchor-days", metric.partition("@")[0])
    with workspace.store(readonly=True) as store:
        rows = store.observations(metric, slices=None)
        return dict(observed_groups(rows, plan.spec, panel, teams, plan.assigned))


def add(lab: Lab, text: str) -> None:
    file = lab.root / "more.csv"
    file.write_text("team,week,metric,value,n,slice\n" + text)
    lab.at(AFTER).import_file(file)


def test_a_column_of_the_list_takes_whole_teams(lab: Lab) -> None:
    found = groups(lab)
    assert list(found) == ["site"]
    frame = found["site"]
    assert set(frame[LEVEL]) == {"berlin", "lyon"}
    assert frame["team"].nunique() == 8  # a team without a site is in no group
    assert (frame.loc[frame["team"] == "team-00", LEVEL] == "berlin").all()


def test_rows_of_a_slice_are_read_by_name_and_group(lab: Lab) -> None:
    add(
        lab,
        "team-00,2026-W40,job_satisfaction,6.5,4,carer=yes\n"
        "team-00,2026-W40,job_satisfaction,7.5,5,carer=no\n"
        "team-01,2026-W40,job_satisfaction,7.0,3,carer = yes\n"
        "team-01,2026-W40,job_satisfaction,7.0,3,age=old\n",  # nobody declared it
    )
    found = groups(lab)
    assert list(found) == ["carer", "site"]
    carer = found["carer"]
    assert carer[["team", LEVEL, "value", "n"]].to_numpy().tolist() == [
        ["team-00", "no", 7.5, 5.0],
        ["team-00", "yes", 6.5, 4.0],
        ["team-01", "yes", 7.0, 3.0],
    ]
    assert set(carer.columns) == {*found["site"].columns}


def test_whole_teams_stay_as_they_were(lab: Lab) -> None:
    before = lab.at(AFTER).panel("anchor-days", "job_satisfaction").values
    add(lab, "team-00,2026-W40,job_satisfaction,1.5,4,carer=yes\n")
    pd.testing.assert_frame_equal(lab.at(AFTER).panel("anchor-days", "job_satisfaction").values, before)


@pytest.mark.parametrize("text", ["", "carer", "=yes", "carer="])
def test_a_text_that_names_no_group(text: str) -> None:
    assert group_of(text) is None
