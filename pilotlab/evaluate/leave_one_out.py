"""Leave-one-out: what the headline becomes without each team, pair or group that was drawn together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pilotlab.estimate.results.effect import Estimate
from pilotlab.evaluate import disclosure
from pilotlab.evaluate.headline import Headline
from pilotlab.spec import engine

CHEAP = "cluster"  # the interval is not looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """The range of the headline as one is left out at a time, and whether its sign flips.

    Attributes
    ----------
    what : str
        What is left out each time: "team", "pair", "group" (drawn together), "person".
    lowest, highest : float or None
        In the metric's unit, as measured, over those that may be left out for all to see; None where none may.
    runs, shown : int
        How often one was left out and an estimate was left; in how many of these the estimate may be shown.
    """

    what: str
    lowest: float | None
    highest: float | None
    flips: bool
    runs: int
    shown: int

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {name: getattr(self, name) for name in self.__slots__}


def leave_one_out(headline: Headline) -> LeftOut | None:
    """Leave out every drawn unit in turn; None for persons, whom nobody leaves out one by one, and where nothing is left.

    Pairs leave together, and so do teams that were drawn together: the pilot would not have had the one without the other.
    """
    if headline.panel.person_units:
        return None
    groups, what = _groups(headline)
    method = _cheap(headline)
    made = {teams: headline.without_teams(teams, inference=method) for teams in groups}
    found = {teams: one.att for teams, one in made.items() if isinstance(one, Estimate)}
    if not found:
        return None
    panel, people = headline.panel, disclosure.median_people(headline.panel)
    seen = [att for teams, att in found.items() if not disclosure.few_left_out(panel, teams, people)]
    att = headline.estimate.att
    return LeftOut(
        what=what,
        lowest=min(seen, default=None),
        highest=max(seen, default=None),
        flips=att != 0 and any(one * att <= 0 for one in found.values()),
        runs=len(found),
        shown=len(seen),
    )


def _groups(headline: Headline) -> tuple[list[frozenset[str]], str]:
    """Teams that were drawn together, and what such a group is called."""
    assignment, there = headline.panel.assignment, set(headline.teams)
    paired = assignment.method == "matched_pairs"
    teams: dict[str, set[str]] = {}
    for row in assignment.teams:
        if row.team in there:
            name = (
                f"pair {row.stratum}"
                if paired
                else f"group {row.cluster}"
                if row.cluster
                else f"team {row.team}"
            )
            teams.setdefault(name, set()).add(row.team)
    together = any(len(names) > 1 for names in teams.values())
    what = "pair" if paired else "team or group" if together else "team"
    return [frozenset(names) for names in teams.values()], what


def _cheap(headline: Headline) -> str:
    return (
        CHEAP if CHEAP in engine.row(headline.estimate.estimator).inferences else headline.estimate.inference
    )
