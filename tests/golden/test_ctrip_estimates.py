"""The Ctrip working-from-home experiment (Bloom et al. 2015), straight from `did`; skipped where the data are not here.

Reference: R 4.2.2, fixest 0.14.2, clustered by person. Week codes are taken in order as consecutive weeks.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pilotlab.estimate.did import did
from tests.golden.reference import ENTRIES, read_shared

TRANSITION = 201049


@pytest.fixture(scope="module")
def weekly() -> pd.DataFrame:
    frame = read_shared("ctrip_weekly", "ctrip_weekly.csv")
    frame = frame[frame["expgroup"] < 2]
    codes = np.sort(frame["year_week"].unique())
    week = np.searchsorted(codes, frame["year_week"]) + 1
    start = int(np.searchsorted(codes, TRANSITION)) + 1
    return frame.assign(week=week, start=np.where(frame["expgroup"] == 1, start, 0), transition=start)


def test_table_2_column_1(weekly: pd.DataFrame) -> None:
    """Published: 0.232 (0.063), N 17,806; the paper's SE counts the absorbed effects."""
    est = did(
        weekly,
        outcome="perform1",
        unit="personid",
        time="week",
        cohort="start",
        estimator="twfe",
        inference="cluster",
        exclude=[int(weekly["transition"].iloc[0])],
    )
    known = ENTRIES["ctrip.table2.col1"]
    assert est.att == pytest.approx(known["estimate"], rel=1e-6)
    assert est.se == pytest.approx(known["se"], rel=1e-6)
    assert est.ci == pytest.approx((known["ci_low"], known["ci_high"]), rel=1e-6)
    assert (est.n_obs, est.n_clusters, est.df) == (17_806, 249, 248)
    assert any("without perform1" in note.text for note in est.notes)


@pytest.mark.parametrize("measure", ["satisfaction", "general", "life"])
def test_table_7(measure: str) -> None:
    """Log survey scores, five surveys, the first before the start."""
    attitudes = read_shared("ctrip_course", "attitudes.csv")
    status = read_shared("ctrip_course", "employeestatus.csv")
    frame = attitudes.merge(status, on="personid")
    first = int(frame.loc[frame["post"] == 1, "surveyno"].min())
    frame = frame.assign(score=np.log(frame[measure]), start=np.where(frame["treatment"] == 1, first, 0))
    est = did(
        frame,
        outcome="score",
        unit="personid",
        time="surveyno",
        cohort="start",
        estimator="twfe",
        inference="cluster",
    )
    known = ENTRIES[f"ctrip.table7.{measure}"]
    assert (est.att, est.se, est.p_value) == pytest.approx(
        (known["estimate"], known["se"], known["p"]), rel=1e-6
    )
    assert est.n_obs == known["n"]


def test_monthly_scores() -> None:
    """Scores above 100 are entry errors and count as missing; months as Periods, the first of `post` is the start."""
    frame = read_shared("ctrip_course", "performance_panel.csv").dropna(subset=["year", "month"])
    month = pd.PeriodIndex(
        [
            f"{int(year)}-{int(number):02d}"
            for year, number in zip(frame["year"], frame["month"], strict=True)
        ],
        freq="M",
    )
    frame = frame.assign(
        month=month, score=frame["performance_score"].where(frame["performance_score"] <= 100)
    )
    start = frame.loc[frame["post"] == 1, "month"].min()
    treated = frame["treatment"] == 1
    frame["start"] = pd.Series(
        [start if home else pd.NaT for home in treated], index=frame.index, dtype="period[M]"
    )
    est = did(
        frame,
        outcome="score",
        unit="personid",
        time="month",
        cohort="start",
        estimator="twfe",
        inference="cluster",
    )
    known = ENTRIES["ctrip.monthly.performance_score"]
    assert (est.att, est.se, est.p_value) == pytest.approx(
        (known["estimate"], known["se"], known["p"]), rel=1e-6
    )
    assert est.n_obs == known["n"]
