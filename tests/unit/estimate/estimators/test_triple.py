"""The triple difference through `did`: dummies in statsmodels, means by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import patsy
import pytest
import statsmodels.api as sm
from scipy import linalg

from pilotlab.errors import UsageError
from pilotlab.estimate.did import did
from pilotlab.estimate.results.effect import Estimate
from tests.panels import simulate, with_gaps


def _panel(
    seed: int = 1, *, att: float = 1.0, noise: float = 1.0, starts: tuple[int, ...] = (7,)
) -> pd.DataFrame:
    """Sites that start move apart from the others, and affected teams from the rest; only affected teams of sites that start have an effect."""
    frame = simulate(teams=24, treated=12, starts=starts, noise=noise, seed=seed)
    number = frame["team"].str[-2:].astype(int)
    affected = (number // 2) % 2
    on = ((frame["first_week"] > 0) & (frame["week"] >= frame["first_week"])).astype(float)
    drift = 0.3 * frame["week"] * (frame["first_week"] > 0) + 0.2 * frame["week"] ** 1.5 * affected
    return frame.assign(affected=affected, on=on * affected, y=frame["y"] + drift + att * on * affected)


def _ask(frame: pd.DataFrame, **more: Any) -> Estimate:
    est = did(frame, **{"estimator": "triple", "group": "affected", **more})
    assert isinstance(est, Estimate)
    return est


def test_a_known_effect_comes_back_where_a_plain_comparison_is_wrong() -> None:
    frame = _panel(noise=0.0)
    assert _ask(frame).att == pytest.approx(1.0)
    assert abs(did(frame, estimator="twfe").att - 1.0) > 0.5
    assert abs(did(frame[frame["affected"] == 1], estimator="twfe").att - 1.0) > 0.5
    assert _ask(_panel(noise=0.0, starts=(5, 8))).att == pytest.approx(1.0)


def _by_dummies(frame: pd.DataFrame, more: str = "", weights: pd.Series | float = 1.0) -> Any:
    """Least squares on dummies; those that others add up to are taken out, since a solver may or may not see that they do."""
    right = f"on + {more}C(team) + C(week):C(affected) + C(week):C(first_week)"
    y, design = patsy.dmatrices(f"y ~ {right}", frame, return_type="dataframe")
    _, triangle, order = linalg.qr(design.to_numpy(), mode="economic", pivoting=True)
    size = np.abs(np.diag(triangle))
    return sm.WLS(y, design.iloc[:, np.sort(order[size > 1e-9 * size[0]])], weights=weights).fit()


@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("starts", [(7,), (5, 8)])
def test_it_is_the_regression_with_dummies(gaps: bool, starts: tuple[int, ...]) -> None:
    frame = _panel(2, starts=starts)
    frame = with_gaps(frame, 0.15, 2) if gaps else frame
    fit = _by_dummies(frame)
    est = _ask(frame, inference="iid")
    assert (est.att, est.se) == pytest.approx((fit.params["on"], fit.bse["on"]), rel=1e-7)
    assert est.df == len(frame) - fit.model.exog.shape[1]


def test_in_a_complete_panel_it_is_a_difference_of_differences_of_changes() -> None:
    frame = _panel(3)
    change = (
        frame[frame["week"] >= 7].groupby("team")["y"].mean()
        - frame[frame["week"] < 7].groupby("team")["y"].mean()
    )
    of = frame.groupby("team")[["first_week", "affected"]].first()
    means = change.groupby([of["affected"], of["first_week"] > 0]).mean().unstack()
    expected = (means.loc[1, True] - means.loc[1, False]) - (means.loc[0, True] - means.loc[0, False])  # type: ignore[misc, type-var]
    assert _ask(frame).att == pytest.approx(expected)


def test_clusters_covariates_and_weights_go_through() -> None:
    frame = _panel(4)
    frame["site"] = frame["team"].str[-2:].astype(int) // 2
    frame["site"] = frame["site"] // 2 * 2 + (frame["first_week"] > 0)
    est = _ask(frame, cluster="site", covariates="skill", weights="people", inference="cluster")
    fit = _by_dummies(frame, "skill + ", frame["people"])
    assert est.att == pytest.approx(fit.params["on"], rel=1e-7)
    assert est.n_clusters == frame["site"].nunique()
    assert (est.n_units, est.n_treated) == (24, 6)


def test_an_injected_effect_moves_it_alone() -> None:
    frame = with_gaps(_panel(5), 0.1, 5)
    for rule in ("cluster", "cr2"):
        before, after = (
            _ask(frame, inference=rule),
            _ask(frame.assign(y=frame["y"] + 2.5 * frame["on"]), inference=rule),
        )
        assert after.att - before.att == pytest.approx(2.5, abs=1e-9)
        assert after.se == pytest.approx(before.se, rel=1e-8)


def test_shocks_of_cohorts_and_of_groups_do_not_matter() -> None:
    frame, rng = _panel(6), np.random.default_rng(6)
    by_cohort, by_group = rng.normal(0, 5, (2, 13)), rng.normal(0, 5, (2, 13))
    moved = frame["y"] + by_cohort[(frame["first_week"] > 0).astype(int), frame["week"]]
    moved = moved + by_group[frame["affected"], frame["week"]]
    one, two = _ask(frame), _ask(frame.assign(y=moved))
    assert (two.att, two.se) == pytest.approx((one.att, one.se), rel=1e-8)


def test_auto_reads_a_group() -> None:
    frame = _panel(7)
    assert did(frame, group="affected") == _ask(frame)
    assert _ask(frame).inference == "cr2"


def test_one_group_in_a_cohort_gives_no_number() -> None:
    frame = _panel(8)
    refusal = did(
        frame[(frame["affected"] == 1) | (frame["first_week"] == 0)], estimator="triple", group="affected"
    )
    assert not refusal
    assert "both groups" in str(refusal)
    assert not did(frame[frame["affected"] == 1], estimator="triple", group="affected")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"group": None}, "estimator 'triple' needs group"),
        ({"group": "people"}, "group 'people' is 5 at week 1 of team 'team 00'; it must be 0 or 1"),
        ({"group": "on"}, "group 'on' changes within team"),
        ({"group": "affectd"}, "did you mean 'affected'?"),
        ({"estimator": "twfe"}, "does not belong to estimator 'twfe'"),
        ({"inference": "randomization"}, "does not go with estimator 'triple'"),
        ({"strata": "pair"}, "does not compare within strata"),
        ({"unit": None}, "'triple' needs units"),
    ],
)
def test_wrong_arguments_are_named(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        did(_panel(), **{"estimator": "triple", "group": "affected", **arguments})
    assert words in str(caught.value)
