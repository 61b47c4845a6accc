"""The robustness card: whether another analyst would agree."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from pilotlab.estimate.results.effect import Estimate
from pilotlab.estimate.results.term import ends
from pilotlab.evaluate import disclosure
from pilotlab.evaluate.headline import Headline, Rerun
from pilotlab.evaluate.leave_one_out import LeftOut, leave_one_out
from pilotlab.evaluate.reruns import INTERVALS, RERUNS, SAME_ROWS
from pilotlab.evaluate.threats.table import CHECKS, Check, Outcome
from pilotlab.stored import made, reading
from pilotlab.text.characters import in_ascii
from pilotlab.text.notebook import as_html
from pilotlab.wording.intervals import bracketed
from pilotlab.wording.numbers import decimals_of, in_full

if TYPE_CHECKING:
    from matplotlib.axes import Axes

AGAIN = "it would be the headline again: on these data both are the same number"
CLOSE = 1e-9  # of the interval's size: an estimate at its very end lies in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One other analysis.

    Attributes
    ----------
    name, label : str
        Key of `pilotlab.evaluate.reruns.RERUNS`, and what a reader sees.
    att, ci : float and tuple of float, or None
        As measured; None where it could not be run or may not be shown.
    agrees : bool or None
        None where it could not be run: it is named and not counted.
    reason : str
        Why it was not run, or is not shown.
    """

    name: str
    label: str
    att: float | None = None
    ci: tuple[float, float] | None = None
    agrees: bool | None = None
    reason: str = ""

    @property
    def ran(self) -> bool:
        """Whether it counts."""
        return self.agrees is not None

    def said(self) -> str:
        """Whether it agrees, with its estimate where that may be shown; or why it was not run."""
        if self.att is None or self.ci is None:
            return self.reason
        held = "agrees" if self.agrees else "does not agree"
        places = decimals_of(self.att, *self.ci)
        return f"{held}: {in_full(self.att, places, sign=True)} {bracketed(*self.ci, places)}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data; an open end is null."""
        ends = None if self.ci is None else [end if math.isfinite(end) else None for end in self.ci]
        return {
            "name": self.name,
            "label": self.label,
            "att": self.att,
            "ci": ends,
            "agrees": self.agrees,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Robustness:
    """The card of one goal in one arm."""

    runs: tuple[Run, ...]
    left_out: LeftOut | None
    checks: tuple[Check, ...]

    @property
    def counted(self) -> int:
        """Other analyses that could be run."""
        return sum(run.ran for run in self.runs)

    @property
    def agreed(self) -> int:
        """Those that agree."""
        return sum(run.agrees is True for run in self.runs)

    def check(self, name: str) -> Check | None:
        """Find a check by name."""
        return next((check for check in self.checks if check.name == name), None)

    def outcome_of(self, name: str) -> Outcome | None:
        """Outcome of a check by name; None where it was not made."""
        found = self.check(name)
        return found.outcome if found else None

    @property
    def sign_flips(self) -> bool | None:
        """Whether the sign flips as one is left out; None where that was not made."""
        return self.left_out.flips if self.left_out else None

    def line(self) -> str:
        """One line, as pages write it."""
        return f"Robustness: held in {self.agreed} of {self.counted} other analyses"

    def __repr__(self) -> str:
        return in_ascii(self.line())

    def _repr_html_(self) -> str:
        return as_html(self.line(), self._facts(), self._left_out())

    def summary(self) -> str:
        """Every other analysis, what is left out in turn, and every check, as text."""
        wide = max((len(name) for name, _ in self._facts()), default=0)
        lines = [f"  {name:<{wide}}  {found}" for name, found in self._facts()]
        return in_ascii("\n".join([self.line(), "", *lines, *self._left_out()]))

    def to_frame(self) -> pd.DataFrame:
        """Return a row an analysis: name, label, att, ci_low, ci_high, agrees (missing where it was not run), reason."""
        rows = [
            (run.name, run.label, run.att, *(run.ci or (None, None)), run.agrees, run.reason)
            for run in self.runs
        ]
        columns = ["name", "label", "att", "ci_low", "ci_high", "agrees", "reason"]
        numbers = dict.fromkeys(("att", "ci_low", "ci_high"), float)
        return pd.DataFrame(rows, columns=columns).astype({**numbers, "agrees": "boolean"})

    def plot(self, ax: Axes | None = None) -> Axes:
        """Plot the other analyses as a forest on matplotlib axes, those that agree as discs, and return them."""
        from pilotlab.estimate.plots.forest_plot import Row, plot_forest

        rows = [Row(run.label, run.att, run.ci, run.reason, run.agrees is True) for run in self.runs]
        caption = [
            "Bar: interval by each analysis' own method. Disc: agrees with the headline; ring: does not."
        ]
        return plot_forest(rows, ax, unit="", title=self.line(), caption=caption)

    def _facts(self) -> list[tuple[str, str]]:
        checks = [(check.label, f"{check.outcome}: {check.words}") for check in self.checks]
        return [(run.label, run.said()) for run in self.runs] + checks

    def _left_out(self) -> tuple[str, ...]:
        if self.left_out is None:
            return ()
        flips = "flips" if self.left_out.flips else "does not flip"
        return (
            f"the sign {flips} as one {self.left_out.what} is left out at a time ({self.left_out.runs} times)",
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "agreed": self.agreed,
            "runs": self.counted,
            "sign_flips": self.sign_flips,
            "rows": [run.to_dict() for run in self.runs],
            "left_out": self.left_out.to_dict() if self.left_out else None,
            "checks": [check.to_dict() for check in self.checks],
        }

    @classmethod
    @reading("Robustness")
    def from_dict(cls, data: Mapping[str, Any]) -> Robustness:
        """Rebuild from `to_dict`, without a check's number where that was infinite; PilotlabError where a field is missing."""
        left_out = data["left_out"]
        return cls(
            runs=tuple(made(Run, row, ci=row["ci"] and ends(row["ci"])) for row in data["rows"]),
            left_out=None if left_out is None else made(LeftOut, left_out),
            checks=tuple(made(Check, row) for row in data["checks"]),
        )


def robustness(headline: Headline) -> Robustness:
    """Run the other analyses, leave every drawn unit out in turn, and make the checks."""
    headline = replace(headline, reruns={name: rerun(headline) for name, rerun in RERUNS.items()})
    return Robustness(
        runs=tuple(_run(name, rerun, headline) for name, rerun in headline.reruns.items()),
        left_out=leave_one_out(headline),
        checks=tuple(check(headline) for check in CHECKS.values()),
    )


def _run(name: str, rerun: Rerun, headline: Headline) -> Run:
    found = rerun.found
    if not isinstance(found, Estimate):
        return Run(name=name, label=rerun.label, reason=found.reason)
    if name in SAME_ROWS and repeats(found, headline.estimate):
        return Run(name=name, label=rerun.label, reason=AGAIN)
    judge = same_zero if name in INTERVALS else agrees
    held = judge(found, headline.estimate)
    if rerun.without and (hidden := disclosure.few_left_out(headline.panel, rerun.without)):
        return Run(name=name, label=rerun.label, agrees=held, reason=f"not shown: {hidden}")
    return Run(name=name, label=rerun.label, att=found.att, ci=found.ci, agrees=held)


def repeats(found: Estimate, headline: Estimate) -> bool:
    """Whether an estimate of the same rows is the headline's own number: on such data it could not differ."""
    ends = [abs(end) for end in (*headline.ci, headline.att) if math.isfinite(end)]
    return abs(found.att - headline.att) <= CLOSE * max(ends)


def agrees(found: Estimate, headline: Estimate) -> bool:
    """Whether an estimate has the headline's sign and lies in its interval."""
    low, high = headline.ci
    room = CLOSE * max(abs(end) for end in (low, high, headline.att) if math.isfinite(end))
    same_sign = headline.att == 0 or found.att * headline.att > 0
    return same_sign and low - room <= found.att <= high + room


def same_zero(found: Estimate, headline: Estimate) -> bool:
    """Whether zero is in or out of both intervals."""
    return _holds_zero(found) == _holds_zero(headline)


def _holds_zero(estimate: Estimate) -> bool:
    low, high = estimate.ci
    return low <= 0 <= high
