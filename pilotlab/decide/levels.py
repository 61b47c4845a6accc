"""Levels: at which alpha each goal and guardrail is judged."""

from __future__ import annotations

from typing import Literal

from pilotlab.errors import UsageError
from pilotlab.spec.standard import EXTENSION_SHARE

Look = Literal[1, 2]
Mode = Literal["any", "all"]


def guardrail_alpha(*, alpha: float, look: Look = 1) -> float:
    """Alpha of a guardrail: never split, each must be safe by itself."""
    return _rounded(alpha * (EXTENSION_SHARE if look == 2 else 1.0))


def goal_alphas(
    *, alpha: float, arms: int = 1, goals: int = 1, mode: Mode = "any", split: bool = True, look: Look = 1
) -> tuple[float, ...]:
    """Alphas at which a goal may be judged, smallest first: one, or two where Holm applies.

    Parameters
    ----------
    alpha : float
        As declared, between 0 and 0.5.
    arms : int
        Pilot arms, control not counted; goals use alpha/arms.
    goals : int
        One or two.
    mode : {"any", "all"}
        With two goals, whether one of them is enough (Holm) or both are needed.
    split : bool
        False under `do_no_harm`, where every goal must be safe and none is chosen.
    look : {1, 2}
        2 after the extension: the last look, at 0.4 alpha.

    References
    ----------
    Holm (1979).
    """
    whole = guardrail_alpha(alpha=alpha, look=look) / arms
    holm = split and goals == 2 and mode == "any"
    return (_rounded(whole / 2), _rounded(whole)) if holm else (_rounded(whole),)


def alphas_needed(
    *, alpha: float, arms: int = 1, goals: int = 1, mode: Mode = "any", look: Look = 1
) -> tuple[float, ...]:
    """Every alpha at which the rule may ask for an interval, smallest first.

    Compute each metric's two-sided interval and one-sided lower bound at exactly these.

    Raises
    ------
    UsageError
        Where alpha, arms or goals are out of range.

    Examples
    --------
    >>> alphas_needed(alpha=0.05)
    (0.05,)
    >>> alphas_needed(alpha=0.05, arms=2, goals=2)
    (0.0125, 0.025, 0.05)
    >>> alphas_needed(alpha=0.05, look=2)
    (0.02,)
    """
    if not 0 < alpha < 0.5:
        raise UsageError(
            f"alpha {alpha!r} is not between 0 and 0.5", fix="use 0.05 unless the plan says otherwise"
        )
    if arms < 1 or goals not in (1, 2):
        raise UsageError(
            f"{arms} pilot arms and {goals} goals cannot be decided",
            fix="at least one pilot arm, one or two goals",
        )
    judged = goal_alphas(alpha=alpha, arms=arms, goals=goals, mode=mode, look=look)
    return tuple(sorted({*judged, guardrail_alpha(alpha=alpha, look=look)}))


def _rounded(alpha: float) -> float:
    """Drop binary dust, so that 0.4 x 0.05 is 0.02 wherever it is written."""
    return round(alpha, 12)
