"""Groups of people in the simulated company: parts of their teams, with a truth of their own."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

import pilotlab as pl
from pilotlab.errors import UsageError
from pilotlab.simulate import simulate
from pilotlab.simulate.files import LONG, long_csv
from pilotlab.simulate.groups import GROUPS

METRIC = "job_satisfaction"


def test_groups_add_up_to_their_team() -> None:
    company = simulate("hybrid_strong", 12, seed=3, metrics=(METRIC,))
    whole = company.observations.set_index(["team", "week"])
    groups = company.observe_groups(company.assignment, GROUPS)
    for name in GROUPS:
        own = groups[groups["slice"].str.startswith(f"{name}=")]
        sums = own.assign(total=own["value"] * own["n"]).groupby(["team", "week"])[["n", "total"]].sum()
        both = sums.join(whole[["value", "n"]].rename(columns={"n": "n_whole"}))
        assert (both["n"] == both["n_whole"]).all()
        assert (both["total"] / both["n"]).to_numpy() == pytest.approx(both["value"].to_numpy(), abs=1e-3)
        assert set(sums.index) == set(whole.index[whole["n"] > 0])


def test_a_group_more_changes_nothing_that_was_there() -> None:
    one, other = (simulate("hybrid_strong", 8, seed=5) for _ in range(2))
    alone = other.observe_groups(other.assignment, ["carer"])
    both = one.observe_groups(one.assignment, ["carer", "level"])
    pd.testing.assert_frame_equal(both[both["slice"].isin(alone["slice"])].reset_index(drop=True), alone)
    pd.testing.assert_frame_equal(one.observations, simulate("hybrid_strong", 8, seed=5).observations)


def test_long_commuters_gain_most_and_seniors_nothing() -> None:
    company = simulate("heterogeneous", 60, seed=1, metrics=(METRIC,))
    truth = company.truth_by_group(company.assignment, GROUPS).set_index(["slice", "level"])["att_steady"]
    assert truth["commute", "over 90 min"] > 2 * truth["commute", "up to 90 min"] > 0
    assert truth["level", "senior"] == 0
    assert (truth["level"].drop("senior") > 0.2).all()
    assert truth["carer", "yes"] == pytest.approx(truth["carer", "no"], abs=0.1)


@pytest.mark.parametrize("seed", [2, 9])
def test_slices_recover_the_order(seed: int) -> None:
    """A company of 200 teams, large enough for its order to be plain: scenario `heterogeneous` of the domain page."""
    company = simulate("heterogeneous", 200, seed=seed, metrics=(METRIC,))
    rows = company.observe_groups(company.assignment, ["commute", "level"])
    rows[["slice", "level"]] = rows["slice"].str.split("=", expand=True).to_numpy()
    start = str(company.timeline.start)
    treated = rows["team"].map(company.assignment) != "control"
    rows["first_week"] = np.where(treated, start, None)  # type: ignore[call-overload]
    truth = company.truth_by_group(company.assignment, ["commute", "level"]).set_index(["slice", "level"])
    found = {
        name: pl.slices(
            rows[rows["slice"] == name].drop(columns="slice").rename(columns={"level": name}),
            by=name,
            people="n",
            outcome="value",
            washin=company.timeline.washin_weeks,
            assignment="complete",
            reps=999,
        )
        for name in ("commute", "level")
    }
    for name, answer in found.items():
        assert isinstance(answer, pl.Slices)
        (test,) = answer.tests
        assert test.p_value is not None
        assert test.p_value < 0.01, name
        for group in answer.groups:
            assert group.ci is not None
            assert group.ci[0] - 0.1 < truth.loc[(name, group.level), "att_steady"] < group.ci[1] + 0.1  # type: ignore[arg-type]
    commute = {group.level: group.shown for group in found["commute"].groups}
    level = {group.level: group.shown for group in found["level"].groups}
    assert commute["over 90 min"] > commute["up to 90 min"]
    assert min(level, key=lambda name: level[name] or 0.0) == "senior"
    assert abs(level["senior"]) < 0.15  # type: ignore[arg-type]


def test_files_hold_the_slice_where_there_is_one() -> None:
    company = simulate("hybrid_strong", 6, metrics=(METRIC,))
    plain = pd.read_csv(io.StringIO(long_csv(company.observations)))
    assert list(plain.columns) == list(LONG)
    groups = pd.read_csv(io.StringIO(long_csv(company.observe_groups(company.assignment, ["carer"]))))
    assert list(groups.columns) == [*LONG[:-1], "slice", "gap"]
    assert set(groups["slice"]) == {"carer=yes", "carer=no"}


def test_a_group_that_is_not_there_is_refused() -> None:
    company = simulate("null", 6, metrics=(METRIC,))
    with pytest.raises(UsageError, match="group 'age' is not known"):
        company.observe_groups(company.assignment, ["age"])
