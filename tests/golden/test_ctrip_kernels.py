"""Ctrip figures that are no cohort design, met by the kernels; skipped where the data are not here.

Reference: R 4.2.2; fixest 0.14.2 (tables II and IV, clustered by person), sandwich 3.0.2 (attrition, table VIII).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import norm

from pilotlab.stats.regression.ols import hc1, ols
from pilotlab.stats.regression.twfe import TwoWayPanel, two_way
from pilotlab.stats.variance.cluster import cr1
from tests.golden.reference import ENTRIES, read_shared

TRANSITION = 201049


@pytest.fixture(scope="module")
def weekly() -> pd.DataFrame:
    frame = read_shared("ctrip_weekly", "ctrip_weekly.csv").dropna(subset=["perform1"])
    return frame[frame["year_week"] != TRANSITION]


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    """Volunteers, one row each; the course extract has no children, men and married come from the panel as in R."""
    course = read_shared("ctrip_course", "quits.csv")
    for name, columns in (("employeestatus", ["treatment"]), ("employeecharacteristics", ["costofcommute"])):
        course = course.merge(
            read_shared("ctrip_course", f"{name}.csv")[["personid", *columns]], on="personid"
        )
    panel = read_shared("ctrip_weekly", "ctrip_weekly.csv").groupby("personid", as_index=False)
    kept = panel[["age", "men", "married", "children"]].first()
    return course.merge(kept.assign(children=kept["children"] == "yes"), on="personid")


def test_table_2_column_2_experiment_weeks_without_person_effects(weekly: pd.DataFrame) -> None:
    """Published: 0.184 (0.086). Week effects are not nested in persons, so they count."""
    frame = weekly[(weekly["year_week"] > TRANSITION) & (weekly["expgroup"] < 2)]
    weeks = pd.get_dummies(frame["year_week"], dtype=float).to_numpy()
    X = np.column_stack([(frame["expgroup"] == 1).to_numpy(float), weeks])
    fit = ols(X, frame["perform1"].to_numpy())
    person = pd.factorize(frame["personid"])[0]
    found = cr1(fit.scores, person, fit.bread, n_obs=fit.n_obs, n_params=fit.n_params)
    known = ENTRIES["ctrip.table2.col2"]
    assert fit.n_obs == known["n"]
    assert fit.coef[0] == pytest.approx(known["estimate"], rel=1e-6)
    assert np.sqrt(found.variance[0, 0]) == pytest.approx(known["se"], rel=1e-6)


def test_table_4_column_3_with_those_who_did_not_volunteer(weekly: pd.DataFrame) -> None:
    """Published: 0.302 (0.060) and 0.066 (0.061): both groups of volunteers against everybody else.

    One person has a single week and says nothing beside an effect of its own; fixest leaves it out of N.
    """
    wide = weekly.pivot(index="personid", columns="year_week", values="perform1").dropna(thresh=2)
    group = weekly.groupby("personid")["expgroup"].first().reindex(wide.index).to_numpy(int)
    during = (wide.columns.to_numpy() > TRANSITION).astype(float)
    regressors = np.stack([np.outer(group_of == np.arange(3), during) for group_of in (1, 0)], axis=2)
    fit = two_way(TwoWayPanel(wide.to_numpy(), group, regressors))
    clustered = cr1(
        fit.scores, np.arange(len(wide)), fit.bread, n_obs=fit.n_obs, n_params=2 + fit.n_week_effects
    )
    known = ENTRIES["ctrip.table4.col3"]
    assert fit.n_obs == known["n"]
    assert fit.coef == pytest.approx([row["est"] for row in known["table"]], rel=1e-6)
    errors = np.sqrt(np.diag(clustered.variance))
    assert errors == pytest.approx([row["se"] for row in known["table"]], rel=1e-6)


def test_attrition_as_a_linear_probability(people: pd.DataFrame) -> None:
    """Published: 35 % of the office left and 17 % of those at home."""
    fit = ols(sm.add_constant(people[["treatment"]].to_numpy(float)), people["quitjob"].to_numpy(float))
    known = ENTRIES["ctrip.attrition.raw"]
    assert fit.coef[1] == pytest.approx(known["estimate"], rel=1e-9)
    assert np.sqrt(hc1(fit)[1, 1]) == pytest.approx(known["se"], rel=1e-9)


def test_table_8_column_1_a_probit_of_leaving(people: pd.DataFrame) -> None:
    """Published: 0.172 (0.055), a change in probability at the means of the others.

    statsmodels finds the maximum; the kernels give the sandwich there. R stops its iterations earlier (its constant
    differs in the sixth digit), hence 2e-5. Its variance is of the expected information, times n / (n - 1).
    """
    names = ["treatment", "age", "men", "married", "costofcommute", "children"]
    X = sm.add_constant(people[names].to_numpy(float))
    y = people["quitjob"].to_numpy(float)
    family = sm.families.Binomial(link=sm.families.links.Probit())
    coef = sm.GLM(y, X, family=family).fit(tol=1e-13, maxiter=100).params
    index = X @ coef
    spread = norm.cdf(index) * norm.sf(index)
    root = norm.pdf(index) / np.sqrt(spread)
    step = ols(X * root[:, None], root * index + (y - norm.cdf(index)) / np.sqrt(spread))
    assert step.coef == pytest.approx(coef, rel=1e-8)
    known = ENTRIES["ctrip.table8.col1"]
    assert list(known["extra"]["coef"].values()) == pytest.approx(coef, rel=2e-5)

    home, office = (np.where(np.arange(7) == 1, arm, X.mean(axis=0)) for arm in (1.0, 0.0))
    slope = norm.pdf(home @ coef) * home - norm.pdf(office @ coef) * office
    variance = cr1(step.scores, np.arange(len(y)), step.bread, n_obs=len(y), n_params=1).variance
    assert norm.cdf(home @ coef) - norm.cdf(office @ coef) == pytest.approx(known["estimate"], rel=2e-5)
    assert np.sqrt(slope @ variance @ slope) == pytest.approx(known["se"], rel=2e-5)
