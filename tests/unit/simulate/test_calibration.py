"""The simulated company has the moments that the domain page states (section 8): mean of 40 seeds, 0-10 item.

Tolerances are about two standard errors of a mean over 40 seeds plus the rounding of the stated figure.
"""

from __future__ import annotations

from types import MappingProxyType

import numpy as np
import pytest

from pilotlab.simulate import Scenario, simulate

pytestmark = pytest.mark.slow  # every test here makes many companies

QUARTER = Scenario(
    name="quarter",
    title="",
    control_days=5,
    pilot_days=3,
    effects=MappingProxyType({"job_satisfaction": 0.25}),
)
METRIC = "job_satisfaction"


def _moments(seed: int) -> dict[str, float]:
    company = simulate(QUARTER, seed=seed, pilot_weeks=8, metrics=(METRIC,))
    world, scores = company.world, company.person_weeks(METRIC)
    answered = world.answers
    n = world.roster.per_team(answered.astype(float))
    means = np.divide(world.roster.per_team(answered * scores), n, out=np.full(n.shape, np.nan), where=n > 0)
    within = means - np.nanmean(means, axis=1, keepdims=True)
    noise = scores.var(axis=1, ddof=1).mean()
    person = scores.mean(axis=1).var(ddof=1) - noise / scores.shape[1]
    truth = company.truth.iloc[0]
    return {
        "sd": scores.std(),
        "person_icc": person / (person + noise),
        "team_icc": _team_icc(scores, world.roster.sizes.astype(int)),
        "between": np.nanmean(means, axis=1).std(ddof=1),
        "within": np.sqrt(np.nanmean(within**2) * means.shape[1] / (means.shape[1] - 1)),
        "lag1": np.nansum(within[:, 1:] * within[:, :-1]) / np.nansum(within**2),
        "response": answered.mean(),
        "att_all": truth["att_all"],
        "att_steady": truth["att_steady"],
    }


def _team_icc(scores: np.ndarray, sizes: np.ndarray) -> float:
    """One-way analysis of variance of person-weeks by team, as an analyst who ignores persons would do it."""
    count = sizes * scores.shape[1]
    of_team = np.repeat(np.arange(len(sizes)), sizes)
    team_means = np.array([scores[of_team == team].mean() for team in range(len(sizes))])
    between = (count * (team_means - scores.mean()) ** 2).sum() / (len(sizes) - 1)
    within = ((scores - team_means[of_team][:, None]) ** 2).sum() / (scores.size - len(sizes))
    typical = (scores.size - (count**2).sum() / scores.size) / (len(sizes) - 1)
    return float((between - within) / (between + (typical - 1) * within))


@pytest.fixture(scope="module")
def moments() -> dict[str, float]:
    draws = [_moments(seed) for seed in range(40)]
    return {name: float(np.mean([draw[name] for draw in draws])) for name in draws[0]}


@pytest.mark.parametrize(
    ("name", "stated", "tolerance"),
    [
        ("sd", 1.71, 0.03),
        ("person_icc", 0.54, 0.02),
        ("team_icc", 0.14, 0.02),
        ("between", 0.63, 0.03),
        ("within", 0.64, 0.03),
        ("lag1", 0.11, 0.03),
        ("response", 0.67, 0.02),
        ("att_all", 0.36, 0.01),
        ("att_steady", 0.41, 0.01),
    ],
)
def test_core_score_model_has_the_stated_moments(
    moments: dict[str, float], name: str, stated: float, tolerance: float
) -> None:
    assert moments[name] == pytest.approx(stated, abs=tolerance)


def test_estimating_the_effect_returns_the_potential_outcome_truth_on_average() -> None:
    """Difference-in-differences of steady means over 80 seeds is centred on the stored truth, not on the nominal .45."""
    errors = []
    for seed in range(80):
        company = simulate(QUARTER, seed=seed, metrics=(METRIC,))
        logged = company.observations
        since = logged["week"].map(
            {str(week): week.since(company.timeline.start) for week in company.timeline.weeks}
        )
        after = (
            logged[since >= 4].groupby("team")["value"].mean()
            - logged[since < 0].groupby("team")["value"].mean()
        )
        treated = after.index.map(company.assignment) == "pilot"
        errors.append(after[treated].mean() - after[~treated].mean() - company.truth["att_steady"].iloc[0])
    standard_error = np.std(errors, ddof=1) / np.sqrt(len(errors))
    assert abs(np.mean(errors)) < 3 * standard_error
    assert standard_error < 0.03


def test_team_level_test_holds_its_size_and_the_naive_one_does_not() -> None:
    """Domain page, scenario `null`: team means reject 2-8 % of 300 null pilots; person-weeks taken as independent, 10 % or more."""
    team_rejects, naive_rejects = 0, 0
    for seed in range(300):
        company = simulate("null", seed=seed, metrics=(METRIC,))
        treated = np.array([company.assignment[team] == "pilot" for team in company.teams["team"]])
        scores, since = company.person_weeks(METRIC), company.timeline.event_time
        change = scores[:, since >= 4].mean(axis=1) - scores[:, since < 0].mean(axis=1)
        of_team = company.world.roster.per_team(change[:, None])[:, 0] / company.world.roster.sizes
        team_rejects += abs(_t(of_team[treated], of_team[~treated])) > 2.07
        people = np.repeat(treated, company.world.roster.sizes.astype(int))
        after = scores[:, since >= 4]
        naive_rejects += abs(_t(after[people].ravel(), after[~people].ravel())) > 1.96
    assert 0.02 <= team_rejects / 300 <= 0.08
    assert naive_rejects / 300 >= 0.10


def _t(one: np.ndarray, other: np.ndarray) -> float:
    pooled = (one.var(ddof=1) * (len(one) - 1) + other.var(ddof=1) * (len(other) - 1)) / (
        len(one) + len(other) - 2
    )
    return float((one.mean() - other.mean()) / np.sqrt(pooled * (1 / len(one) + 1 / len(other))))
