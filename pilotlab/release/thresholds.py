"""Thresholds: how many people must stand behind what is shown, by what it is; they may only be raised."""

from __future__ import annotations

from pilotlab.spec.metric import MetricSpec

MEAN = 5  # answers behind a survey mean of a team or slice
SPREAD = 8  # behind a distribution, a smallest or largest value, a percentage
RECOMMEND = 30  # behind the split of a recommend score
SLICE = 10  # behind a group by attribute, a health-like item, a network metric
MEMBERS, TEAMS = 5, 4  # an effect: members of every team used, teams an arm
COUNT = 5  # exits and other counts of persons below are shown as "<5"
SHIFT = 3  # people by whom a release must differ from an earlier one
WINDOW = 4  # weeks that a survey value is shown for together


def least(metric: MetricSpec, *, privacy: int = MEAN) -> int:
    """Fewest answers behind a shown value of a whole team.

    Parameters
    ----------
    privacy : int
        `privacy.min_group` of the pilot, which may only raise it.
    """
    own = max(MEAN, metric.min_group, privacy)
    if metric.sensitive:
        own = max(own, SLICE)
    return max(own, SPREAD) if metric.level == "person" and metric.kind == "share" else own


def counts_people(metric: MetricSpec) -> bool:
    """Whether a value counts persons to whom something happened, as exits do, or is a share of them."""
    return metric.family == "retention" and metric.level == "team"
