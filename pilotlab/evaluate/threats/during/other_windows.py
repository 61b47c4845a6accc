"""Other windows: a finding that hangs on which weeks count was made by choosing them."""

from __future__ import annotations

from collections.abc import Mapping

from pilotlab.estimate.results.estimate import Estimate
from pilotlab.evaluate.headline import Headline
from pilotlab.evaluate.reruns import Rerun
from pilotlab.evaluate.threats.check import Check, Look, holds_zero

LOOK = Look("other_windows", "Weeks that were chosen")
WINDOWS = ("washin_none", "washin_doubled", "half_baseline", "anticipation", "no_holidays", "early", "late")


def other_windows(headline: Headline, reruns: Mapping[str, Rerun]) -> Check:
    """Sum up the runs of the card that take other weeks: the sign should hold in each."""
    runs = [reruns[name].found for name in WINDOWS]
    made = [run.att for run in runs if isinstance(run, Estimate)]
    if not made:
        return LOOK.not_applicable("no other choice of weeks could be run")
    turned = sum(att * headline.estimate.att <= 0 for att in made)
    claimed = not holds_zero(headline.estimate)
    ends = headline.words.ends_with_unit((min(made), max(made)))
    words = f"{len(made)} other choices of baseline, wash-in and counted weeks give {ends}"
    words += f"; the sign turns in {turned}" if turned else ""
    return LOOK.found(not (turned and claimed), words, (len(made) - turned) / len(made))
