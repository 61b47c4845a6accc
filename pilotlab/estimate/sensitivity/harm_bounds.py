"""`harm_bounds`: whether a pilot does harm, asked at every look without raising more alarms than one look would."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Literal

import numpy as np

from pilotlab.errors import UsageError, unknown
from pilotlab.estimate.notes.by_code import note
from pilotlab.estimate.results.effect import Estimate
from pilotlab.estimate.results.harm import HarmBounds, HarmLook, Rule
from pilotlab.stats.arrays import FloatArray
from pilotlab.stats.bounds.sequential import SPENDINGS, anytime_reach, boundaries
from pilotlab.wording.numbers import significant

RULES: tuple[Rule, ...] = ("anytime", *SPENDINGS)
BETTER = ("higher", "lower")
NONE = 1e-9  # a look that may spend so little has no bound


def harm_bounds(
    looks: Iterable[Estimate],
    *,
    planned_se: float | None = None,
    fractions: Iterable[float] | None = None,
    margin: float = 0.0,
    better: str = "higher",
    rule: Rule = "anytime",
    alpha: float = 0.05,
) -> HarmBounds:
    """Bound an effect at each of several looks, so that a pilot may be stopped for harm whenever harm is shown.

    Parameters
    ----------
    looks : iterable of Estimate
        One a look, in time order: the same question with more weeks each time.
    planned_se : float, optional
        Standard error expected at the planned end, fixed beforehand: `anytime` bounds are tightest there. None: that of the
        last look, which must then be the end.
    fractions : list of float, optional
        For the other rules: part of the final information that each look holds, fixed beforehand (counted weeks so far over
        all of them will do). None: (planned_se / se)^2 of each look.
    margin : float
        0 or more, in the outcome's unit: a worsening of up to this is accepted.
    better : {"higher", "lower"}
        Which way the outcome improves.
    rule : {"anytime", "obrien_fleming", "pocock"}
        `anytime` holds at any number of looks; the others spend alpha as information comes in (Lan & DeMets).
    alpha : float
        Chance, over all looks together, of showing harm where the worsening is exactly the margin.

    Returns
    -------
    HarmBounds
        `.harmed_at`, `.to_frame()`.

    Raises
    ------
    UsageError
        A wrong argument: its name, its value, the fix.

    References
    ----------
    Robbins (1970); Waudby-Smith et al. (2024); Lan & DeMets (1983); O'Brien & Fleming (1979); Pocock (1977).

    Examples
    --------
    >>> import pandas as pd
    >>> import pilotlab as pl
    >>> rows = [(team, week, team * week % 3 + team**2 * week % 5 - 3.0 * (team > 4 and week > 3), 4 if team > 4 else 0)
    ...         for team in range(1, 9) for week in range(1, 9)]
    >>> frame = pd.DataFrame(rows, columns=["team", "week", "y", "first_week"])
    >>> looks = [pl.did(frame[frame["week"] <= last]) for last in (4, 6, 8)]
    >>> pl.harm_bounds(looks, better="higher").sentence()
    'shown to be worse at look 2'
    """
    estimates = _checked(tuple(looks), planned_se, fractions, margin, better, rule, alpha)
    tuned = estimates[-1].se if planned_se is None else float(planned_se)
    side = 1.0 if better == "higher" else -1.0
    best = (
        _anytime(estimates, tuned, alpha, side)
        if rule == "anytime"
        else _spent(estimates, _fractions(estimates, tuned, fractions), alpha, side, rule)
    )
    rows = tuple(
        HarmLook(place + 1, each.att, each.se, bound, side * bound < -margin)
        for place, (each, bound) in enumerate(zip(estimates, best, strict=True))
    )
    notes = () if planned_se is not None or fractions is not None else (note("last_look_is_end"),)
    return HarmBounds(
        rows=rows,
        rule=rule,
        margin=float(margin),
        better=better,
        alpha=alpha,
        unit=estimates[0].unit,
        notes=notes,
    )


def _anytime(estimates: Sequence[Estimate], tuned: float, alpha: float, side: float) -> list[float]:
    """Robbins' mixture from each look's standard error, read off t."""
    reach = [
        float(anytime_reach(each.se, alpha=alpha, tuned_se=tuned, side="upper", df=each.df or np.inf))
        for each in estimates
    ]
    return [each.att + side * wide for each, wide in zip(estimates, reach, strict=True)]


def _spent(
    estimates: Sequence[Estimate], fractions: FloatArray, alpha: float, side: float, rule: Rule
) -> list[float]:
    """The estimate's own one-sided bound at each look's nominal level."""
    nominal = boundaries(fractions, alpha, spending=rule).nominal  # type: ignore[arg-type]
    name: Literal["upper", "lower"] = "upper" if side > 0 else "lower"
    return [
        each.bound(name, level=1 - float(p)) if p > NONE else side * math.inf
        for each, p in zip(estimates, nominal, strict=True)
    ]


def _fractions(estimates: Sequence[Estimate], tuned: float, planned: Iterable[float] | None) -> FloatArray:
    """Part of the final information at each look: as planned, else from the standard errors."""
    if planned is None:
        found = np.minimum([(tuned / each.se) ** 2 for each in estimates], 1.0)
        said = f"looks: standard errors {', '.join(significant(each.se) for each in estimates)} do not fall towards {significant(tuned)}"
    else:
        found = np.asarray(list(planned), dtype=float)
        said = f"fractions {found.tolist()} are not {len(estimates)} rising shares"
    if len(found) != len(estimates) or not (np.diff(found, prepend=0.0) > 0).all() or found[-1] > 1:
        raise UsageError(
            said,
            fix="fractions=[...], a look each: counted weeks so far over all of them; or rule='anytime'",
        )
    return found


def _checked(
    estimates: tuple[Estimate, ...],
    planned_se: float | None,
    fractions: object,
    margin: float,
    better: str,
    rule: str,
    alpha: float,
) -> tuple[Estimate, ...]:
    if not estimates or not all(isinstance(each, Estimate) for each in estimates):
        wrong = next((each for each in estimates if not isinstance(each, Estimate)), None)
        raise UsageError(
            "looks: there is none" if wrong is None else f"looks: {wrong!r} is no estimate",
            fix="a list of what `pl.did` gave at each look, those that are not estimable left out",
        )
    if rule not in RULES:
        raise unknown("rule", rule, RULES)
    if better not in BETTER:
        raise unknown("better", better, BETTER)
    _size("margin", margin, zero=True)
    if planned_se is not None:
        _size("planned_se", planned_se, zero=False)
    if isinstance(alpha, bool) or not isinstance(alpha, int | float) or not 0 < alpha < 0.5:
        raise UsageError(f"alpha {alpha!r} is not between 0 and 0.5", fix="write 0.05")
    without = [each.inference for each in estimates if rule == "anytime" and each.df is None]
    if without:
        raise UsageError(
            f"looks: inference {without[0]!r} has no degrees of freedom for rule 'anytime'",
            fix="inference='cr2' at every look, or rule='obrien_fleming'",
        )
    if rule == "anytime" and fractions is not None:
        raise UsageError("fractions are not read by rule 'anytime'", fix="leave them out")
    if not all(each.se > 0 for each in estimates):
        raise UsageError("looks: a standard error is 0", fix="leave out looks at which nothing varies")
    return estimates


def _size(name: str, value: object, *, zero: bool) -> None:
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not number or value < 0 or (value == 0 and not zero):  # type: ignore[operator]
        least = "0 or more" if zero else "above 0"
        raise UsageError(f"{name} {value!r} is not a number {least}", fix=f"{name}=0.1, or leave it out")
