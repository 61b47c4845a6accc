"""Group-time effects: cells by hand, gaps and weights by brute force, influence as a numerical derivative."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pilotlab.stats.arrays import FloatArray
from pilotlab.stats.staggered.doubly_robust import NotAdjustable, adjusted
from pilotlab.stats.staggered.group_cells import NEVER, Cells, CohortPanel, cells_of, single_cells
from pilotlab.stats.staggered.group_rows import Averages, average, pretest
from pilotlab.stats.staggered.group_time import effects

STARTS = np.array([4, 4, 4, 6, 6, 6, 6, NEVER, NEVER, NEVER, NEVER, NEVER])
TIMES = np.arange(1, 9)


def make_panel(
    seed: int = 0, *, gaps: bool = False, weights: bool = False, covariates: bool = False
) -> CohortPanel:
    rng = np.random.default_rng(seed)
    y = rng.normal(size=(12, 8)).cumsum(axis=1)
    if gaps:
        y[rng.random(y.shape) < 0.12] = np.nan
    return CohortPanel(
        y,
        STARTS,
        TIMES,
        rng.uniform(0.5, 2, (12, 1)) * np.ones((1, 8)) if weights else None,
        rng.normal(size=(1, 12, 1)) * np.ones((1, 1, 8)) if covariates else None,
    )


def asked(cells: Cells) -> list[tuple[int, int, int]]:
    return [
        (int(cells.starts[g]), int(TIMES[t]), int(TIMES[b]))
        for g, t, b in zip(cells.cohort, cells.time, cells.base, strict=True)
    ]


def test_cells_of_a_varying_base() -> None:
    cells = asked(cells_of(STARTS, TIMES))
    assert cells[:4] == [(4, 2, 1), (4, 3, 2), (4, 4, 3), (4, 5, 3)]
    assert cells[7:13] == [(6, 2, 1), (6, 3, 2), (6, 4, 3), (6, 5, 4), (6, 6, 5), (6, 7, 5)]
    assert len(cells) == 14


def test_cells_of_a_universal_base() -> None:
    cells = asked(cells_of(STARTS, TIMES, base_period="universal"))
    assert cells[:3] == [(4, 1, 3), (4, 2, 3), (4, 4, 3)]
    assert {base for _, _, base in cells} == {3, 5}


def test_anticipation_moves_the_base_and_baseline_cuts_the_past() -> None:
    late = asked(cells_of(STARTS, TIMES, anticipation=1))
    assert (4, 4, 2) in late
    assert (4, 3, 2) in late
    assert (6, 8, 4) in late
    short = asked(cells_of(STARTS, TIMES, baseline=2))
    assert [cell for cell in short if cell[0] == 6][:2] == [(6, 4, 3), (6, 5, 4)]


def test_not_yet_treated_start_after_both_times_and_anticipation() -> None:
    cells = cells_of(STARTS, TIMES, comparison="not_yet_treated")
    serving = dict(zip(asked(cells), cells.comparison.tolist(), strict=True))
    assert serving[4, 5, 3] == [False, True, True]
    assert serving[4, 6, 3] == [False, False, True]
    assert serving[6, 2, 1] == [True, False, True]
    assert serving[6, 4, 3] == [False, False, True]
    early = cells_of(STARTS, TIMES, comparison="not_yet_treated", anticipation=1)
    assert dict(zip(asked(early), early.comparison.tolist(), strict=True))[4, 5, 2] == [False, False, True]


def test_without_anybody_to_compare_there_is_no_cell() -> None:
    assert len(cells_of(STARTS[:7], TIMES)) == 0
    late = asked(cells_of(STARTS[:7], TIMES, comparison="not_yet_treated"))
    assert max(time for _, time, _ in late) == 5


def brute(panel: CohortPanel, cells: Cells) -> FloatArray:
    """Weighted means of changes, cell by cell, among units with both values."""
    found = []
    for k in range(len(cells)):
        change = panel.y[:, cells.time[k]] - panel.y[:, cells.base[k]]
        weight = np.ones(12) if panel.weights is None else panel.weights[:, cells.base[k]]
        serving = np.isin(panel.start, cells.starts[cells.comparison[k]])
        sides = []
        for side in (panel.start == cells.starts[cells.cohort[k]], serving):
            known = side & np.isfinite(change)
            sides.append(np.average(change[known], weights=weight[known]) if known.any() else np.nan)
        found.append(sides[0] - sides[1])
    return np.array(found)


@pytest.mark.parametrize("comparison", ["never_treated", "not_yet_treated"])
@pytest.mark.parametrize("base_period", ["varying", "universal"])
@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("weights", [False, True])
def test_cells_by_brute_force(comparison: str, base_period: str, gaps: bool, weights: bool) -> None:
    panel = make_panel(3, gaps=gaps, weights=weights)
    cells = cells_of(STARTS, TIMES, comparison=comparison, base_period=base_period)  # type: ignore[arg-type]
    found = effects(panel, cells, single_cells(cells), len(cells))
    assert found.att == pytest.approx(brute(panel, cells), abs=1e-12, nan_ok=True)


def test_a_complete_panel_cell_by_cell_and_by_means() -> None:
    panel = make_panel(1)
    uneven = np.ones(panel.y.shape)
    uneven[0, 0] = np.nextafter(1, 2)  # not constant in a unit: the path of gaps is taken
    for comparison in ("never_treated", "not_yet_treated"):
        cells = cells_of(STARTS, TIMES, comparison=comparison)
        for aggregate in ("overall", "event_time", "cohort", "week"):
            quick = _average(panel, cells, aggregate)
            slow = _average(replace(panel, weights=uneven), cells, aggregate)
            assert quick.values == pytest.approx(slow.values, abs=1e-12)
            assert quick.influence == pytest.approx(slow.influence, abs=1e-11)
            assert quick.pull == pytest.approx(slow.pull, abs=1e-11)


def test_strips_of_units_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    panel = make_panel(1)
    cells = cells_of(STARTS, TIMES)
    whole = _average(panel, cells, "event_time")
    monkeypatch.setattr("pilotlab.stats.arrays.STRIP", 2)
    monkeypatch.setattr("pilotlab.stats.staggered.group_time.STRIP", 2)
    parts = _average(panel, cells, "event_time")
    assert parts.influence == pytest.approx(whole.influence, abs=1e-13)
    assert parts.values == pytest.approx(whole.values, abs=1e-13)


def _average(panel: CohortPanel, cells: Cells, aggregate: str, **more: object) -> Averages:
    found = average(panel, cells, aggregate, **more)  # type: ignore[arg-type]
    assert found is not None
    return found


@pytest.mark.parametrize("aggregate", ["overall", "event_time", "cohort", "week"])
@pytest.mark.parametrize("adjust", [None, "dr", "ipw", "reg"])
@pytest.mark.parametrize("gaps", [False, True])
def test_influence_is_the_derivative_by_a_units_weight(
    aggregate: str, adjust: str | None, gaps: bool
) -> None:
    """The influence of unit i is n times the derivative by its weight: of means, regressions, scores and cohort sizes alike."""
    panel = _large(gaps, adjust is not None)
    cells = cells_of(panel.start, panel.times, comparison="not_yet_treated", base_period="universal")
    if gaps:  # at a missing base time a unit's size is its mean weight, which is the same number here
        assert not np.isfinite(panel.y).all()
    found = _average(panel, cells, aggregate, adjust=adjust)
    units, step = [0, 9, 20, 33, 47], 1e-5
    for unit in units:
        ends = []
        for sign in (1, -1):
            weights = np.ones(panel.y.shape)
            weights[unit] += sign * step
            ends.append(_average(replace(panel, weights=weights), cells, aggregate, adjust=adjust).values)
        slope = (ends[0] - ends[1]) / (2 * step) * len(panel.y)
        assert found.influence[unit] == pytest.approx(slope, abs=2e-5)


def _large(gaps: bool, covariate: bool) -> CohortPanel:
    rng = np.random.default_rng(8)
    start = np.repeat([3, 5, NEVER], [14, 16, 30])
    x = rng.normal(size=60) + 0.4 * (start == 3)
    y = rng.normal(size=(60, 6)).cumsum(axis=1) + x[:, None] * np.arange(6)
    if gaps:
        y[rng.random(y.shape) < 0.05] = np.nan
    return CohortPanel(
        y, start, np.arange(1, 7), None, np.repeat(x[:, None], 6, axis=1)[None] if covariate else None
    )


def test_influence_sums_to_nothing() -> None:
    panel = make_panel(2)
    cells = cells_of(STARTS, TIMES, comparison="not_yet_treated")
    for aggregate in ("overall", "event_time", "cohort", "week"):
        assert _average(panel, cells, aggregate).influence.mean(axis=0) == pytest.approx(0, abs=1e-12)


def test_averages_by_hand() -> None:
    panel = make_panel(4)
    cells = cells_of(STARTS, TIMES)
    att = brute(panel, cells)
    size = np.where(cells.starts[cells.cohort] == 4, 3, 4)
    after = cells.event_time >= 0
    assert _average(panel, cells, "overall").values[0] == pytest.approx(
        np.average(att[after], weights=size[after])
    )
    path = _average(panel, cells, "event_time")
    by_event = [
        np.average(att[cells.event_time == e], weights=size[cells.event_time == e]) for e in path.labels
    ]
    assert path.values[1:] == pytest.approx(np.array(by_event))
    assert path.values[0] == pytest.approx(np.mean(np.array(by_event)[path.labels >= 0]))
    cohorts = _average(panel, cells, "cohort")
    means = [att[after & (cells.starts[cells.cohort] == g)].mean() for g in (4, 6)]
    assert cohorts.values == pytest.approx([np.average(means, weights=[3, 4]), *means])
    weeks = _average(panel, cells, "week")
    by_week = [
        np.average(att[after & (cells.time == t)], weights=size[after & (cells.time == t)])
        for t in range(3, 8)
    ]
    assert weeks.labels.tolist() == [4, 5, 6, 7, 8]
    assert weeks.values == pytest.approx([np.mean(by_week), *by_week])


def test_washin_is_shown_by_event_time_and_left_out_elsewhere() -> None:
    panel = make_panel(4)
    cells = cells_of(STARTS, TIMES)
    path = _average(panel, cells, "event_time", washin=2)
    assert 0 in path.labels
    assert path.values[0] == pytest.approx(path.values[1:][path.labels >= 2].mean())
    weeks = _average(panel, cells, "week", washin=2)
    assert weeks.labels[0] == 6
    assert average(panel, cells, washin=9) is None


def test_a_cell_that_gaps_empty_is_left_out_of_its_row() -> None:
    panel = make_panel(5)
    y = panel.y.copy()
    y[:3, 5] = np.nan  # the first cohort at time 6
    cells = cells_of(STARTS, TIMES)
    found = _average(replace(panel, y=y), cells, "week")
    own = (cells.starts[cells.cohort] == 6) & (cells.time == 5)
    assert np.isnan(found.found.att).sum() == 1
    assert found.values[1:][found.labels == 6] == pytest.approx(brute(panel, cells)[own])


def test_a_whole_row_that_gaps_empty_goes() -> None:
    panel = make_panel(5)
    y = panel.y.copy()
    y[:7, 5] = np.nan
    found = _average(replace(panel, y=y), cells_of(STARTS, TIMES), "week")
    assert 6 not in found.labels
    assert np.isfinite(found.values).all()


@pytest.mark.parametrize(("balance", "labels"), [(2, range(-5, 3)), (3, range(-3, 4))])
def test_balance_keeps_the_cohorts_that_get_so_far(balance: int, labels: range) -> None:
    """Starts 4 and 6 of times 1 to 8: both get to event time 2, and 6 was seen from -5 on; only 4 gets to 3."""
    panel = make_panel(7)
    cells = cells_of(STARTS, TIMES, base_period="universal")
    found = _average(panel, cells, "event_time", balance=balance)
    assert found.labels.tolist() == [event for event in labels if event != -1]
    reach = cells.starts[cells.cohort] + balance <= TIMES[-1]
    assert len(found.cells) == (reach & (cells.event_time <= balance)).sum()


@pytest.mark.parametrize("aggregate", ["overall", "event_time", "week"])
def test_pull_is_what_a_units_weight_does_to_cohort_sizes(aggregate: str) -> None:
    """Cells as they are; only the sizes that weigh them in rows move, by a unit's weight (mean 1) at a time."""
    panel, cells = make_panel(9, weights=True), cells_of(STARTS, TIMES)
    found = _average(panel, cells, aggregate)
    mass = panel.weights[:, 0] / panel.weights[:, 0].mean()
    assert found.found.mass == pytest.approx(mass)
    member = cells.starts[found.found.cohort]

    def values(size: FloatArray) -> FloatArray:
        held = np.array([size[member == start].sum() for start in cells.starts])[cells.cohort]
        rows = [
            np.average(found.found.att[own], weights=held[own])
            for own in found.row == np.arange(len(found.labels))[:, None]
        ]
        return found.mix @ np.array(rows)  # type: ignore[no-any-return]

    for unit in range(12):
        step = 1e-6 * mass[unit] * np.eye(12)[unit]
        slope = 12 * (values(mass + step) - values(mass - step)) / 2e-6
        assert found.pull[unit] == pytest.approx(slope, abs=1e-6)


@pytest.mark.parametrize("aggregate", ["overall", "event_time", "cohort", "week"])
def test_norms_are_the_squares_of_what_moves_the_values(aggregate: str) -> None:
    """Every cohort's mean at every time raised by 1 in turn."""
    panel, cells = make_panel(8), cells_of(STARTS, TIMES)
    found = _average(panel, cells, aggregate)
    for place, start in enumerate(cells.starts):
        moves = []
        for time in range(len(TIMES)):
            y = panel.y.copy()
            y[start == STARTS, time] += 1
            moves.append(_average(replace(panel, y=y), cells, aggregate).values - found.values)
        assert found.norms()[place] == pytest.approx((np.array(moves) ** 2).sum(axis=0), abs=1e-9)


def test_the_joint_test_says_nothing_where_it_can_not() -> None:
    panel = make_panel(6)
    path = _average(panel, cells_of(STARTS, TIMES), "event_time")
    few = pretest(panel, path, np.arange(12))
    assert few is not None
    assert few.k == 6
    assert pretest(panel, path, np.arange(12) // 2) is None, "as many clusters as coefficients"


@pytest.mark.parametrize(("start", "tested"), [(102, True), (103, False)])
def test_the_joint_test_is_of_a_hundred_cells_at_most(start: int, tested: bool) -> None:
    """From the second time on every time before start is a cell: 100 of them, or 101."""
    starts, times = np.repeat([start, NEVER], 60), np.arange(1, start + 1)
    y = np.random.default_rng(0).normal(size=(120, start))
    panel = CohortPanel(y, starts, times, None, None)
    found = pretest(panel, _average(panel, cells_of(starts, times), "event_time"), np.arange(120))
    assert (found is not None) == tested


def test_covariates_that_tell_the_arms_apart() -> None:
    rng = np.random.default_rng(0)
    treated = np.arange(40) < 12
    change, weights = rng.normal(size=(40, 2)), np.ones(40)
    apart = np.column_stack([np.ones(40), treated + 0.01 * rng.normal(size=40)])
    flat = np.column_stack([np.ones(40), np.where(treated, rng.normal(size=40), 1.0)])
    nearly = np.column_stack([np.ones(40), np.where(treated, 30.0, rng.normal(size=40))])
    nearly[0, 1] = 0.0  # one treated unit among the others: a logit has a maximum, with scores of nearly 1
    for how, X in (("dr", apart), ("ipw", apart), ("ipw", nearly), ("dr", flat), ("reg", flat)):
        with pytest.raises(NotAdjustable):
            adjusted(change, treated, X, weights, how=how)  # type: ignore[arg-type]
    with pytest.raises(NotAdjustable, match="empty"):
        adjusted(change, np.zeros(40, dtype=bool), apart, weights, how="reg")


def test_adjusting_for_nothing_is_not_adjusting() -> None:
    rng = np.random.default_rng(1)
    treated, change = np.arange(30) < 11, rng.normal(size=(30, 3))
    plain = change[treated].mean(axis=0) - change[~treated].mean(axis=0)
    for how in ("dr", "ipw", "reg"):
        att, influence = adjusted(change, treated, np.ones((30, 1)), np.ones(30), how=how)
        assert att == pytest.approx(plain)
        assert influence[treated] == pytest.approx(30 / 11 * (change - change[treated].mean(axis=0))[treated])
        assert influence[~treated] == pytest.approx(
            -30 / 19 * (change - change[~treated].mean(axis=0))[~treated]
        )


def test_regression_takes_out_what_covariates_explain_wholly() -> None:
    rng = np.random.default_rng(2)
    treated, x = np.arange(30) < 11, rng.normal(size=30)
    change = (3 * x + 1 + 2 * treated)[:, None]
    for how in ("dr", "reg"):
        att, influence = adjusted(change, treated, np.column_stack([np.ones(30), x]), np.ones(30), how=how)
        assert att == pytest.approx(2)
        assert influence == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("base_period", ["varying", "universal"])
def test_times_of_anticipation_are_measured_from_before_it(base_period: str) -> None:
    """ATT(g,t) from g less anticipation on has base g less anticipation less 1: two known weeks show their effect, not its growth."""
    times, start = np.arange(1, 11), np.repeat([7, NEVER], 20)
    since = times - np.where(start == NEVER, 1000, start)[:, None]
    rng = np.random.default_rng(3)
    y = rng.normal(size=(40, 1)) + 0.3 * times + 3.0 * (since >= 0) + 1.0 * ((since < 0) & (since >= -2))
    cells = cells_of(start, times, base_period=base_period, anticipation=2)  # type: ignore[arg-type]
    att = effects(CohortPanel(y, start, times), cells, single_cells(cells), len(cells)).att
    found = dict(zip(cells.event_time.tolist(), att, strict=True))
    assert [found[k] for k in (-2, -1, 0, 3)] == pytest.approx([1, 1, 3, 3])
    assert [found[k] for k in (-4, -5)] == pytest.approx([0, 0], abs=1e-9)
