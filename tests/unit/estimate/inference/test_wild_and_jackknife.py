"""`wild` and `jackknife` through `did`: against refits of the whole estimate, and where they give no number."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pilotlab.errors import UsageError
from pilotlab.estimate.did import did
from pilotlab.estimate.inference import analytic
from pilotlab.estimate.options import InferenceName
from pilotlab.estimate.results.effect import Estimate, NotEstimable
from tests.panels import simulate, with_gaps


def _ask(frame: pd.DataFrame, inference: InferenceName, **more: Any) -> Estimate:
    found = did(frame, inference=inference, **more)
    assert isinstance(found, Estimate), found
    return found


@pytest.mark.parametrize("estimator", ["change", "twfe", "event_study"])
@pytest.mark.parametrize("gaps", [False, True])
def test_jackknife_is_every_unit_left_out(estimator: str, gaps: bool) -> None:
    frame = simulate(teams=9, weeks=8, start=4, treated=4, seed=5)
    frame = with_gaps(frame, 0.1) if gaps else frame
    whole = _ask(frame, "jackknife", estimator=estimator)
    left = [frame[frame["team"] != team] for team in frame["team"].unique()]
    refits = [_ask(rest, "cluster", estimator=estimator).att for rest in left]
    assert whole.se == pytest.approx(np.sqrt(8 / 9 * np.sum((np.array(refits) - whole.att) ** 2)), rel=1e-7)
    assert (whole.df, whole.n_clusters, whole.p_min) == (8, 9, None)


def test_jackknife_of_event_times_is_every_unit_left_out() -> None:
    frame = simulate(teams=20, weeks=8, starts=(4, 5), seed=5)
    whole = _ask(frame, "jackknife", estimator="event_study").to_frame()
    refits = [
        _ask(frame[frame["team"] != team], "cluster", estimator="event_study").to_frame()["att"]
        for team in frame["team"].unique()
    ]
    moves = np.array(refits) - whole["att"].to_numpy()
    assert whole["se"].to_numpy() == pytest.approx(np.sqrt(19 / 20 * np.sum(moves**2, axis=0)), rel=1e-7)
    assert np.isfinite(whole["band_low"]).all()


@pytest.mark.parametrize("more", [{"weights": "people"}, {"covariates": "skill"}])
def test_jackknife_with_weights_and_covariates(more: dict[str, str]) -> None:
    frame = simulate(teams=10, weeks=8, start=4, seed=5)
    whole = _ask(frame, "jackknife", estimator="twfe", **more)
    refits = [
        _ask(frame[frame["team"] != team], "cluster", estimator="twfe", **more).att
        for team in frame["team"].unique()
    ]
    assert whole.se == pytest.approx(np.sqrt(9 / 10 * np.sum((np.array(refits) - whole.att) ** 2)), rel=1e-7)


def test_jackknife_leaves_out_whole_clusters_and_pairs() -> None:
    frame = simulate(teams=24, seed=6)
    number = frame["team"].str[-2:].astype(int)
    frame["floor"] = np.where(number < 12, number // 2, 6 + (number - 12) // 2)
    whole = _ask(frame, "jackknife", cluster="floor")
    refits = [_ask(frame[frame["floor"] != floor], "cluster", cluster="floor").att for floor in range(12)]
    assert whole.se == pytest.approx(np.sqrt(11 / 12 * np.sum((np.array(refits) - whole.att) ** 2)))
    for estimator in ("change", "twfe"):
        paired = _ask(frame, "jackknife", pairs="pair", estimator=estimator)
        assert paired.n_clusters == 12
        refits = [
            _ask(frame[frame["pair"] != pair], "cluster", pairs="pair", estimator=estimator).att
            for pair in range(12)
        ]
        assert paired.se == pytest.approx(np.sqrt(11 / 12 * np.sum((np.array(refits) - paired.att) ** 2)))


def test_jackknife_of_pairs_is_the_paired_t_of_change() -> None:
    frame = simulate(seed=5)
    jackknife, cr2 = (_ask(frame, rule, pairs="pair") for rule in ("jackknife", "cr2"))
    assert (jackknife.se, jackknife.df) == pytest.approx((cr2.se, cr2.df))


def test_jackknife_without_a_number_where_one_cluster_carries_the_estimate() -> None:
    found = did(simulate(teams=10, treated=1), inference="jackknife")
    assert isinstance(found, NotEstimable)
    assert "without 1 of the 10 clusters" in found.reason
    assert "cr2" in found.would_help


@pytest.mark.parametrize("seed", range(4))
def test_wild_is_the_same_for_change_and_twfe_on_a_complete_panel(seed: int) -> None:
    frame = simulate(teams=10, seed=seed, att=0.5)
    change, twfe = (_ask(frame, "wild", estimator=estimator) for estimator in ("change", "twfe"))
    assert change.p_value == twfe.p_value
    assert change.ci == pytest.approx(twfe.ci)
    assert change.p_min == 2 / 1024
    assert change.p_one_sided("greater") == twfe.p_one_sided("greater")


def test_wild_of_pairs_is_their_randomisation_test() -> None:
    """Under the null imposed a pair's difference keeps its size: its sign is the coin that was thrown."""
    frame = simulate(teams=14, seed=5, att=0.8)
    wild = _ask(frame, "wild", pairs="pair")
    drawn = _ask(frame, "randomization", pairs="pair", assignment="complete")
    assert wild.p_value == drawn.p_value
    assert wild.ci == pytest.approx(drawn.ci)
    assert wild.bound("lower") == pytest.approx(drawn.bound("lower"))
    assert wild.p_min == drawn.p_min == 2 / 2**7


def test_wild_samples_where_clusters_are_many() -> None:
    frame = simulate(teams=30, seed=1, att=0.5)
    one, same, other = (_ask(frame, "wild", seed=seed) for seed in (1, 1, 2))
    assert one == same
    assert one.p_value != other.p_value
    assert one.p_value == pytest.approx(other.p_value, abs=0.01)
    assert one.p_min == 1 / 10_000
    assert "10,000 draws, sampled" in one.notes[-1].text
    assert "200 draws" in _ask(frame, "wild", reps=199).notes[-1].text
    assert one.se == _ask(frame, "cluster").se
    assert one.df is None


def test_wild_of_every_event_time() -> None:
    frame = simulate(teams=12, weeks=6, start=4, seed=2)
    found = _ask(frame, "wild", estimator="event_study").to_frame()
    one_by_one = [
        _ask(frame[frame["week"].isin([3, week])], "wild", estimator="change") for week in (4, 5, 6)
    ]
    for row, alone in zip(found[found["event_time"] >= 0].itertuples(), one_by_one, strict=True):
        assert row.att == pytest.approx(alone.terms[0].att)
        assert row.p_value == alone.terms[0].p_value
        assert (row.ci_low, row.ci_high) == pytest.approx(alone.terms[0].ci)
    assert found["band_low"].isna().all()


def test_wild_with_staggered_starts_weights_and_covariates() -> None:
    frame = with_gaps(simulate(teams=11, starts=(5, 8), seed=3, att=1.0))
    found = _ask(frame, "wild", estimator="twfe", weights="people", covariates="skill")
    low, high = found.ci
    assert low < found.att < high
    assert found.law.result.p_at(low - 1e-6) <= 0.05 < found.law.result.p_at(low + 1e-6)  # type: ignore[attr-defined]


def test_wild_has_an_open_interval_below_six_clusters() -> None:
    found = _ask(simulate(teams=5, treated=2, seed=3), "wild")
    assert found.ci == (-np.inf, np.inf)
    assert found.p_min == 2 / 32
    assert any("the interval is open" in note.text for note in found.notes)
    assert found.to_dict()["ci"] == [None, None]


@pytest.mark.parametrize("rule", ["wild", "jackknife"])
def test_few_clusters_are_said_first(rule: InferenceName) -> None:
    found = _ask(simulate(teams=12, treated=3, seed=3), rule)
    assert found.notes[0].text.startswith("3 treated clusters and 9 comparison clusters: with ")
    assert "fewer than 3" in did(simulate(teams=2), inference=rule).reason


@pytest.mark.parametrize("rule", ["wild", "jackknife"])
def test_repeated_cross_sections(rule: InferenceName) -> None:
    frame = simulate(teams=12, seed=3).assign(area=lambda table: table["team"])
    found = _ask(frame, rule, unit=None, cluster="area")
    assert found.n_clusters == 12
    with pytest.raises(UsageError, match=f"inference '{rule}' with unit=None needs cluster"):
        did(frame, unit=None, inference=rule)


def test_jackknife_of_cross_sections_is_every_cluster_left_out() -> None:
    frame = simulate(teams=12, seed=3)
    whole = _ask(frame, "jackknife", unit=None, cluster="team")
    refits = [_ask(frame[frame["team"] != team], "hetero", unit=None).att for team in frame["team"].unique()]
    assert whole.se == pytest.approx(np.sqrt(11 / 12 * np.sum((np.array(refits) - whole.att) ** 2)))


@pytest.mark.parametrize("rule", ["wild", "jackknife"])
def test_a_design_too_large_to_write_out_says_so(
    rule: InferenceName, monkeypatch: pytest.MonkeyPatch
) -> None:
    for most in (10, 1_500):  # cells of the rows; of the clusters' cross-products
        monkeypatch.setattr(analytic, "LARGEST_DESIGN", most)
        monkeypatch.setattr("pilotlab.estimate.inference.wild.LARGEST_DESIGN", most)
        found = did(simulate(seed=3), estimator="twfe", inference=rule)
        assert isinstance(found, NotEstimable)
        assert "too large here" in found.reason
        assert "cluster" in found.would_help


def test_wild_is_stored_with_its_levels() -> None:
    found = _ask(simulate(teams=9, seed=3, att=0.6), "wild")
    stored = Estimate.from_dict(json.loads(json.dumps(found.to_dict(), allow_nan=False)))
    for level in (0.8, 0.9, 0.95, 0.99):
        assert stored.interval(level) == found.interval(level)
        assert stored.bound("lower", level) == found.bound("lower", level)
        assert stored.bound("upper", level) == found.bound("upper", level)
    assert stored.p_one_sided("less") == found.p_one_sided("less")


def test_units_that_do_not_differ() -> None:
    frame = simulate(noise=0.0, att=2.0, seed=3)
    found = _ask(frame, "wild")
    assert found.ci == pytest.approx((2.0, 2.0))
    assert found.p_value == found.p_min == 2 / 4096
