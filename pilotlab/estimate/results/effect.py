"""Results: an estimate, or the reason why there is none."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from pilotlab.errors import UsageError, unknown
from pilotlab.estimate.results.distribution import DIRECTIONS, SIDES, Direction, Law, Side, rebuild
from pilotlab.estimate.results.doors import door, plot
from pilotlab.estimate.results.event_path import EventPath
from pilotlab.estimate.results.term import Term, ends, json_ends
from pilotlab.note import Note, rebuilt
from pilotlab.stored import check_schema, reading
from pilotlab.text.characters import in_ascii
from pilotlab.text.notebook import as_html
from pilotlab.wording.chances import p_value
from pilotlab.wording.intervals import bracketed, level_of
from pilotlab.wording.numbers import count, decimals_of, in_full, significant

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from pilotlab.estimate.results.honest import Kind, Sensitivity
    from pilotlab.estimate.results.parallel_trends import Pretrend
    from pilotlab.estimate.results.synthetic_comparison import Synthetic
    from pilotlab.stats.sensitivity.pretrend import Criterion

SCHEMA = "pilotlab/estimate@1"
REFUSAL_SCHEMA = "pilotlab/not-estimable@1"
Plot = Literal["auto", "estimates", "paths", "weights", "placebos"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One number a leader may act on, with what is needed to trust it.

    Attributes
    ----------
    att : float
        Effect on the treated, in the outcome's unit.
    se : float
        Standard error; under `randomization` CR2's, for scale only.
    ci : tuple of float
        Two-sided interval at `alpha`; an end may be infinite under `randomization`.
    p_min : float or None
        Smallest two-sided p this test can give, by the design or by how many draws were sampled; None where there is no
        such floor.
    df : float or None
        Degrees of freedom of the t distribution; None under `randomization`.
    n_treated : int
        Units that are treated at some time (rows, in repeated cross-sections).
    notes : tuple of Note
        What was left out and what to beware of, most important first; shown wherever the number is shown.
    terms : tuple of Term
        Rows of `to_frame`.
    path : EventPath or None
        Coefficients by event time with their covariance, where the estimator has them: what `sensitivity` reads.
    synthetic : Synthetic or None
        Weights, paths and placebos of a synthetic comparison.

    Examples
    --------
    >>> import pandas as pd
    >>> import pilotlab as pl
    >>> rows = [(team, week, team * week % 7 + 2.0 * (team > 4 and week > 3), 4 if team > 4 else 0)
    ...         for team in range(1, 9) for week in range(1, 7)]
    >>> estimate = pl.did(pd.DataFrame(rows, columns=["team", "week", "y", "first_week"]), outcome_unit="h/week")
    >>> estimate
    ATT +1.75 h/week [-1.99, +5.49]
    >>> Estimate.from_dict(estimate.to_dict()) == estimate
    True
    """

    att: float
    se: float
    ci: tuple[float, float]
    p_value: float
    p_min: float | None
    df: float | None
    n_obs: int
    n_units: int
    n_treated: int
    n_clusters: int
    estimator: str
    inference: str
    alpha: float
    unit: str
    estimand: str
    key: str
    terms: tuple[Term, ...]
    notes: tuple[Note, ...] = ()
    law: Law = field(repr=False, compare=False)
    path: EventPath | None = field(default=None, repr=False)
    synthetic: Synthetic | None = field(default=None, repr=False)

    def line(self) -> str:
        """One line, as pages write it."""
        places, unit = decimals_of(self.att, *self.ci), f" {self.unit}" if self.unit else ""
        return f"ATT {in_full(self.att, places, sign=True)}{unit} {bracketed(*self.ci, places)}"

    def __repr__(self) -> str:
        return in_ascii(self.line())

    def __str__(self) -> str:
        beware = (f"\n  - {note}" for note in self.notes if note.changes_meaning)
        return in_ascii(self.line() + "".join(beware))

    def _repr_html_(self) -> str:
        return as_html(self.line(), self._facts(), self.notes)

    def summary(self) -> str:
        """Effect, interval, method, counts and notes as text."""
        lines = [self.line(), ""]
        lines += [f"{name + ':':<18}{value}" for name, value in self._facts()]
        if len(self.terms) > 1:
            lines += ["", f"{self.key:>10}  {'effect':>12}  interval"]
            places = decimals_of(*(end for term in self.terms for end in (term.att, *term.ci)))
            for term in self.terms:
                lines.append(
                    f"{term.at:>10}  {in_full(term.att, places, sign=True):>12}  {bracketed(*term.ci, places)}"
                )
        if self.notes:
            lines += ["", "notes:", *(f"  - {note}" for note in self.notes)]
        return in_ascii("\n".join(lines))

    def to_frame(self) -> pd.DataFrame:
        """Tidy table, a row per estimate: term or event_time, att, se, ci_low, ci_high, band_low, band_high, p_value.

        Under `placebo` a row follows for each placebo, `placebo` and its units, with its effect alone.
        """
        rows = [
            {
                self.key: term.at,
                "att": term.att,
                "se": term.se,
                "ci_low": term.ci[0],
                "ci_high": term.ci[1],
                "band_low": term.band[0] if term.band else math.nan,
                "band_high": term.band[1] if term.band else math.nan,
                "p_value": term.p_value,
            }
            for term in self.terms
        ]
        placebos = self.synthetic.placebos if self.synthetic else ()
        rows += [{self.key: f"placebo {name}", "att": effect} for name, effect in placebos]
        return pd.DataFrame(rows)

    def plot(self, ax: Axes | None = None, *, kind: Plot = "auto") -> Axes:
        """Plot on matplotlib axes, those of a new figure where left out, and return them.

        Parameters
        ----------
        kind : {"auto", "estimates", "paths", "weights", "placebos"}
            Rows of the table, by event time as an event study, else as a forest; of a synthetic comparison its paths
            ("auto"), the units' weights, or the effects of placebos.

        Raises
        ------
        UsageError
            For another kind, or one that this estimate does not have.
        """
        return plot("Estimate.plot", self, ax, kind)

    def interval(self, level: float | None = None) -> tuple[float, float]:
        """Two-sided interval at `level` (1 - alpha where left out), by the same method as `ci`."""
        return self.law.interval(self._alpha(level))

    def bound(self, side: Side, level: float | None = None) -> float:
        """One-sided `lower` or `upper` bound at `level` (1 - alpha where left out); infinite where the design allows none.

        Raises
        ------
        UsageError
            For another side, or a level that is not between 0 and 1.
        """
        if side not in SIDES:
            raise unknown("side", side, SIDES)
        return self.law.bound(side, self._alpha(level))

    def p_one_sided(self, direction: Direction, null: float = 0.0) -> float:
        """One-sided p that the effect is `greater` or `less` than `null`: small where the data speak for it."""
        if direction not in DIRECTIONS:
            raise unknown("direction", direction, DIRECTIONS)
        return self.law.p_one_sided(direction, float(null))

    def non_inferior(self, margin: float, *, better: str = "higher", level: float | None = None) -> bool:
        """Whether the one-sided bound rules out a worsening of `margin` or more.

        Parameters
        ----------
        margin : float
            Positive, in the outcome's unit: the worsening that would matter.
        better : {"higher", "lower"}
            Which way the outcome improves.
        """
        margin = _positive(margin)
        if better not in ("higher", "lower"):
            raise unknown("better", better, ("higher", "lower"))
        if better == "higher":
            return self.bound("lower", level) > -margin
        return self.bound("upper", level) < margin

    def equivalence(self, margin: float, *, level: float | None = None) -> bool:
        """Whether both one-sided tests at `level` place the effect within plus or minus `margin` (TOST)."""
        margin = _positive(margin)
        return self.bound("lower", level) > -margin and self.bound("upper", level) < margin

    def sensitivity(
        self,
        kind: Kind = "relative_magnitude",
        *,
        grid: Iterable[float] | float | None = None,
        event_time: int | None = None,
    ) -> Sensitivity | NotEstimable:
        """Bound the headline while trends may part: see `pilotlab.honest_did`.

        Parameters
        ----------
        kind : {"relative_magnitude", "smoothness"}
        grid : list of float
            How much trends may part, m; a default where left out.
        event_time : int
            One effect in place of the headline.

        Raises
        ------
        UsageError
            For another kind, an m below 0, or an event time that is not there.
        """
        found: Sensitivity | NotEstimable = door("Estimate.sensitivity")(
            self, kind, grid=grid, event_time=event_time
        )
        return found

    def pretrend(self, *, criterion: Criterion = "joint") -> Pretrend | NotEstimable:
        """Test the coefficients before start, and say which drift that would have found; Roth (2022)."""
        found: Pretrend | NotEstimable = door("Estimate.pretrend")(self, criterion=criterion)
        return found

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON; an infinite end is null."""
        plain = {name: getattr(self, name) for name in _PLAIN}
        return {
            "schema": SCHEMA,
            **plain,
            "ci": json_ends(self.ci),
            "notes": [note.to_dict() for note in self.notes],
            "terms": [term.to_dict() for term in self.terms],
            "law": self.law.to_dict(self.alpha),
            **({"path": self.path.to_dict()} if self.path else {}),
            **({"synthetic": self.synthetic.to_dict()} if self.synthetic else {}),
        }

    @classmethod
    @reading("Estimate")
    def from_dict(cls, data: Mapping[str, Any]) -> Estimate:
        """Rebuild from `to_dict`.

        Raises
        ------
        UsageError
            Where the data were written by another schema.
        PilotlabError
            Where a field is missing, or holds something else than it should.
        """
        check_schema(data, SCHEMA)
        return cls(
            **{name: data[name] for name in _PLAIN},
            ci=ends(data["ci"]),
            notes=rebuilt(data["notes"]),
            terms=tuple(Term.from_dict(row) for row in data["terms"]),
            law=rebuild(data["law"], data["att"], data["se"]),
            path=EventPath.from_dict(data["path"]) if data.get("path") else None,
            synthetic=_synthetic(data.get("synthetic")),
        )

    def _facts(self) -> list[tuple[str, str]]:
        """Label and value of everything beside the headline."""
        df = "" if self.df is None else f", {significant(self.df, 4)} degrees of freedom"
        floor = "" if self.p_min is None else f" (this test can't go below {significant(self.p_min)})"
        return [
            (f"{level_of(self.alpha)} interval", bracketed(*self.ci, decimals_of(self.att, *self.ci))),
            ("estimand", self.estimand),
            ("method", f"{self.estimator} with {self.inference}{df}"),
            ("standard error", in_full(self.se, decimals_of(self.se))),
            ("p, two-sided", f"{p_value(self.p_value)}{floor}"),
            (
                "values",
                f"{count(self.n_obs)} from {count(self.n_units)} units, {count(self.n_treated)} treated; {count(self.n_clusters)} clusters",
            ),
        ]

    def _alpha(self, level: float | None) -> float:
        if level is None:
            return self.alpha
        if isinstance(level, bool) or not isinstance(level, int | float) or not 0 < level < 1:
            raise UsageError(f"level {level!r} is not between 0 and 1", fix="write a share such as 0.95")
        return round(1 - level, 12)


_PLAIN = (
    "att",
    "se",
    "p_value",
    "p_min",
    "df",
    "n_obs",
    "n_units",
    "n_treated",
    "n_clusters",
    "estimator",
    "inference",
    "alpha",
    "unit",
    "estimand",
    "key",
)


@dataclass(frozen=True, slots=True)
class NotEstimable:
    """Why there is no number, and what would help; false in a condition.

    Attributes
    ----------
    notes : tuple of Note
        What was left out, where the reason tells it.
    code : str
        "too_few_clusters" where arms are too small for an interval; empty for any other reason.

    Examples
    --------
    >>> none = NotEstimable("one team is treated", "a second team in the pilot")
    >>> none
    NotEstimable('one team is treated', 'a second team in the pilot')
    >>> none.reason if not none else "an estimate"
    'one team is treated'
    """

    reason: str
    would_help: str
    notes: tuple[Note, ...] = ()
    code: str = ""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return in_ascii(f"NotEstimable({self.reason!r}, {self.would_help!r})")

    def __str__(self) -> str:
        return in_ascii(f"not estimable: {self.reason}\n  what would help: {self.would_help}")

    def _repr_html_(self) -> str:
        return f"<p><b>Not estimable</b>: {html.escape(self.reason)}</p><p>What would help: {html.escape(self.would_help)}</p>"

    def summary(self) -> str:
        """Both sentences, as text."""
        return str(self)

    def to_frame(self) -> pd.DataFrame:
        """Return one row: reason, would_help."""
        return pd.DataFrame([{"reason": self.reason, "would_help": self.would_help}])

    def plot(self, ax: Axes | None = None, *, kind: Plot = "auto") -> Axes:
        """Write the reason where the plot would be, of any kind, on matplotlib axes, and return them."""
        return plot("NotEstimable.plot", self, ax, kind)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        plain = {"schema": REFUSAL_SCHEMA, "reason": self.reason, "would_help": self.would_help}
        return {**plain, "notes": [note.to_dict() for note in self.notes], "code": self.code}

    @classmethod
    @reading("NotEstimable")
    def from_dict(cls, data: Mapping[str, Any]) -> NotEstimable:
        """Rebuild from `to_dict`; UsageError where another schema wrote the data, PilotlabError where a field is missing."""
        check_schema(data, REFUSAL_SCHEMA)
        return cls(data["reason"], data["would_help"], rebuilt(data["notes"]), data["code"])


def result_from_dict(data: Mapping[str, Any]) -> Estimate | NotEstimable:
    """Rebuild either result from what was stored."""
    return NotEstimable.from_dict(data) if data.get("schema") == REFUSAL_SCHEMA else Estimate.from_dict(data)


def _synthetic(data: Mapping[str, Any] | None) -> Synthetic | None:
    if not data:
        return None
    from pilotlab.estimate.results.synthetic_comparison import Synthetic

    return Synthetic.from_dict(data)


def _positive(margin: float) -> float:
    if (
        isinstance(margin, bool)
        or not isinstance(margin, int | float)
        or not (margin > 0 and math.isfinite(margin))
    ):
        raise UsageError(
            f"margin {margin!r} is not a positive number",
            fix="write the worsening that would matter, in the outcome's unit",
        )
    return float(margin)
