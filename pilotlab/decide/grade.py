"""The evidence grade: how strong the design is, and so the strongest verdict it may carry."""

from __future__ import annotations

from dataclasses import replace

from pilotlab.decide.inputs import DesignFacts
from pilotlab.spec.standard import (
    BREAKDOWN_NEEDED,
    FEW,
    FULL,
    WEDGE_FEW,
    WEDGE_FULL,
    WEDGE_STEPS,
    Grade,
)
from pilotlab.wording.numbers import typed


def grade(design: DesignFacts) -> Grade:
    """Grade of a contrast: what its design earns, at most C where the plan was fixed after the first pilot week.

    Counted is the smaller arm, in units as they were drawn (a stepped wedge: units in all and start weeks). Volunteers
    who are then drawn are randomised. A check that did not run keeps a matched comparison at C.
    """
    earned = _earned(design)
    return max(earned, "C") if design.late else earned  # A comes before B, C and D


def _earned(design: DesignFacts) -> Grade:
    if design.design == "before_after" or design.confounded:
        return "D"
    if design.design == "stepped_wedge":
        return _wedge(design)
    if design.smaller_arm < FEW:
        return "D"
    if design.drawn:
        return "A" if design.smaller_arm >= FULL else "B"
    return "B" if not matched_gaps(design) else "C"


def matched_gaps(design: DesignFacts) -> tuple[str, ...]:
    """What an undrawn comparison lacks for grade B; empty where it lacks nothing."""
    gaps = {
        "not matched": design.design != "matched",
        "volunteers": design.recruitment == "volunteer",
        f"{design.smaller_arm} in the smaller arm, {FULL} needed": design.smaller_arm < FULL,
        "pre-trend check did not run": design.pretrend is None,
        "pre-trend check raised an alarm": design.pretrend == "alarmed",
        "placebo check did not run": design.placebo is None,
        "placebo check raised an alarm": design.placebo == "alarmed",
        "breakdown value not made": design.breakdown is None,
        f"breakdown value under {typed(BREAKDOWN_NEEDED)}": design.breakdown is not None
        and not design.breakdown >= BREAKDOWN_NEEDED,
    }
    return tuple(gap for gap, holds in gaps.items() if holds)


def grade_words(design: DesignFacts) -> str:
    """Grade with its reason, as printed: "Grade A: lottery, 12 and 12 teams in matched pairs"."""
    return f"Grade {grade(design)}: {_comparison(design)}, {_counts(design)}{_why(design)}"


def evidence_words(design: DesignFacts) -> str:
    """Say what the grade rests on, each arm named: "lottery, 12 pilot and 12 comparison teams"."""
    return f"{_comparison(design)}, {_counts(design, named=True)}{_why(design)}"


def stronger_design(design: DesignFacts) -> str:
    """Return the design that would settle what this one can't; "" for grade A."""
    if design.late:
        in_time = "fixed before the first pilot week"
        better = stronger_design(replace(design, late=None))
        return (
            f"{better}, under a plan {in_time}" if better else f"the same comparison under a plan {in_time}"
        )
    match grade(design):
        case "A":
            return ""
        case "B" | "C" | "D" if design.design == "stepped_wedge" and design.drawn:
            return f"at least {WEDGE_FULL} {design.unit}s in all, starting in {WEDGE_STEPS} or more steps, in drawn order"
        case _ if design.drawn:
            return f"at least {FULL} {design.unit}s in each arm, drawn by lot"
        case _:
            return f"arms drawn by lot, at least {FULL} {design.unit}s in each"


def _wedge(design: DesignFacts) -> Grade:
    if design.total < WEDGE_FEW:
        return "D"
    if not design.drawn or design.steps < WEDGE_STEPS:
        return "C"
    return "A" if design.total >= WEDGE_FULL else "B"


def _comparison(design: DesignFacts) -> str:
    if design.design == "before_after":
        return "before against after, no comparison"
    if design.drawn:
        return "drawn order" if design.design == "stepped_wedge" else "lottery"
    names = {
        "volunteer": "volunteers",
        "mandated": "chosen by the company",
        "convenience": "chosen by convenience",
    }
    if design.design == "matched":
        return "matched volunteers" if design.recruitment == "volunteer" else "matched, not drawn"
    if design.design == "stepped_wedge":
        return "stagger not drawn"
    return names.get(design.recruitment, "not drawn")


def _counts(design: DesignFacts, *, named: bool = False) -> str:
    if design.design == "stepped_wedge":
        return f"{design.total} {design.unit}s in {design.steps} steps"
    if design.design == "before_after":
        return f"{design.units_arm} {design.unit}s"
    pairs = " in matched pairs" if design.paired and design.drawn else ""
    pilot, comparison = (" pilot", " comparison") if named else ("", "")
    return f"{design.units_arm}{pilot} and {design.units_control}{comparison} {design.unit}s{pairs}"


def _why(design: DesignFacts) -> str:
    """What keeps a comparison from a better grade: of a matched one its gaps, of any that it is small or late."""
    earned, said = _earned(design), []
    if design.confounded:
        said.append(f"{design.place} tells the arm: policy and place can't be told apart")
    elif earned == "D" and design.design in ("parallel", "matched"):
        said.append(f"fewer than {FEW} in an arm")
    if earned == "C" and design.design == "matched":
        said += matched_gaps(design)
    if design.late:
        said.append(str(design.late))
    return f" ({', '.join(said)})" if said else ""
