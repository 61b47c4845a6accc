"""Changes: what would have given another verdict, each asked of the rule with results typical of a state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from types import MappingProxyType

from pilotlab.decide.decision import Change
from pilotlab.decide.gate import missing
from pilotlab.decide.grade import stronger_design
from pilotlab.decide.inputs import (
    ArmInputs,
    DesignFacts,
    Evidence,
    GoalInput,
    GuardrailInput,
    Level,
    RuleInputs,
)
from pilotlab.decide.judge import Judgement, judge
from pilotlab.decide.ladder import GoalState, GuardrailState, Rung, Verdict
from pilotlab.decide.levels import alphas_needed
from pilotlab.decide.sizes import size
from pilotlab.decide.states import harm_open
from pilotlab.spec.standard import FULL, HARM_MARGINS, WEDGE_FULL, WEDGE_STEPS

Use = GoalInput | GuardrailInput
_LADDER = tuple(dict.fromkeys(rung.verdict for rung in sorted(Rung, reverse=True)))  # highest first


@dataclass(frozen=True, slots=True)
class _Variant:
    """One metric as found, or as it might have been: the words for it, and how far it is from what was found."""

    use: Use
    words: str = ""
    steps: int = 0
    open_harm: Use | None = None  # the same with harm of several limits not excluded


def would_change(inputs: RuleInputs, arm: ArmInputs, judged: Judgement) -> tuple[Change, ...]:
    """Return each other verdict, highest first, with the smallest change that gives it.

    Results are varied while the overlays and the forecast stay; then the design, for the same results.
    """
    if judged.case is None:
        return _before_the_table(inputs, arm, judged)
    said = list(_by_results(inputs, arm, judged))
    if stronger := stronger_design(arm.design):
        beyond = judge(inputs, replace(arm, design=_strongest(arm.design)), judged.gate).verdict
        if _higher(beyond, judged.verdict):
            said.insert(0, Change(verdict=beyond, what=f"a stronger design: {stronger}"))
    return tuple(said)


def _before_the_table(inputs: RuleInputs, arm: ArmInputs, judged: Judgement) -> tuple[Change, ...]:
    """Say what the best results would have given, had what is missing been there."""
    lacking = ", ".join(item.name.lower() for item in missing(judged.gate))
    if judged.because == "gate":
        return (
            Change(verdict=_at_most(inputs, arm, judged), what=f"at most, once the gate is met: {lacking}"),
        )
    if judged.because == "grade":
        stronger = replace(arm, design=_strongest(arm.design))
        gate = f", once the gate is met: {lacking}" if lacking else ""
        what = f"at most, from {stronger_design(arm.design)}{gate}"
        return (Change(verdict=_at_most(inputs, stronger, judged), what=what),)
    return ()


def _at_most(inputs: RuleInputs, arm: ArmInputs, judged: Judgement) -> Verdict:
    best = replace(
        arm,
        goals=tuple(replace(goal, evidence=_best(inputs, goal)) for goal in arm.goals),
        guardrails=tuple(
            replace(row, evidence=limit_evidence(row, "safe", inputs)) for row in arm.guardrails
        ),
    )
    met = tuple(item.model_copy(update={"met": True}) for item in judged.gate)
    return judge(inputs, best, met).verdict


def _best(inputs: RuleInputs, goal: GoalInput) -> Evidence:
    if inputs.claim == "do_no_harm":
        return limit_evidence(goal, "safe", inputs)
    return goal_evidence(goal, "clear yes", inputs)


def _strongest(design: DesignFacts) -> DesignFacts:
    """Return the design that `stronger_design` names."""
    named = replace(design, late=None, place="")
    if not stronger_design(named):
        return named
    if design.design == "stepped_wedge" and design.drawn:
        return replace(
            named, units_in_all=max(design.total, WEDGE_FULL), steps=max(design.steps, WEDGE_STEPS)
        )
    units = {name: max(getattr(design, name), FULL) for name in ("units_arm", "units_control")}
    return replace(named, design="parallel", drawn=True, **units)


def _by_results(inputs: RuleInputs, arm: ArmInputs, judged: Judgement) -> Iterator[Change]:
    """Ask the rule of every combination of states; of each other verdict keep the one that changes least."""
    goals = [
        _goal_variants(inputs, goal, *found) for goal, found in zip(arm.goals, judged.goals, strict=True)
    ]
    limits = [
        _limit_variants(inputs, row, *found)
        for row, found in zip(arm.guardrails, judged.guardrails, strict=True)
    ]
    nearest: dict[Verdict, Sequence[_Variant]] = {}
    for chosen in sorted(product(*goals, *limits), key=_cost):
        said = judge(inputs, _with(arm, [row.use for row in chosen]), judged.gate).verdict
        if said != judged.verdict:
            nearest.setdefault(said, chosen)
        if len(nearest) == len(_LADDER) - 1:
            break
    for said in _LADDER:
        if said in nearest:
            yield Change(verdict=said, what=_words(inputs, arm, judged, said, nearest[said]))


def _cost(chosen: Sequence[_Variant]) -> tuple[int, int, tuple[bool, ...]]:
    """How many metrics would have to differ, then by how many states; of equals, those declared first."""
    same = tuple(not row.words for row in chosen)
    return same.count(False), sum(row.steps for row in chosen), same


def _with(arm: ArmInputs, uses: Sequence[Use]) -> ArmInputs:
    goals = tuple(use for use in uses if isinstance(use, GoalInput))
    return replace(arm, goals=goals, guardrails=tuple(use for use in uses if isinstance(use, GuardrailInput)))


def _goal_variants(inputs: RuleInputs, goal: GoalInput, found: str, alpha: float) -> list[_Variant]:
    if inputs.claim == "do_no_harm":
        return _limit_variants(inputs, goal, found, alpha)
    here = GOAL_ORDER.index(found)
    return [_Variant(goal)] + [
        _Variant(
            replace(goal, evidence=goal_evidence(goal, state, inputs)),
            _bar_words(goal, state),
            abs(GOAL_ORDER.index(state) - here),
        )
        for state in GOAL_ORDER
        if state != found
    ]


def _limit_variants(inputs: RuleInputs, use: Use, found: str, alpha: float) -> list[_Variant]:
    here, margin = LIMIT_ORDER.index(found), use.margin or 0.0
    made = [_Variant(use)]
    for state in LIMIT_ORDER:
        held = harm_open(use.evidence, alpha, margin)
        if state == found and not held:
            continue
        words = f"{use.metric.label} with harm of {_several(use)} excluded" if state == found else ""
        made.append(
            _Variant(
                replace(use, evidence=limit_evidence(use, state, inputs)),
                words or _limit_words(use, state),
                abs(LIMIT_ORDER.index(state) - here),
                None if words else replace(use, evidence=limit_evidence(use, state, inputs, harm_open=True)),
            )
        )
    return made


def _words(
    inputs: RuleInputs, arm: ArmInputs, judged: Judgement, verdict: Verdict, chosen: Sequence[_Variant]
) -> str:
    """Say what differs; where it depends on whether harm of several limits is excluded, that too."""
    said = []
    for place, row in enumerate(chosen):
        if not row.words:
            continue
        words = row.words
        if row.open_harm is not None:
            uses = [other.use for other in chosen]
            uses[place] = row.open_harm
            if judge(inputs, _with(arm, uses), judged.gate).verdict != verdict:
                words += f", with harm of {_several(row.use)} excluded"
        said.append(words)
    return "; ".join(said)


def _higher(one: Verdict, other: Verdict) -> bool:
    return _LADDER.index(one) < _LADDER.index(other)


def _several(use: Use) -> str:
    return size(use.metric, -HARM_MARGINS * (use.margin or 0.0))


def _bar_words(goal: GoalInput, state: GoalState) -> str:
    name, bar = goal.metric.label, size(goal.metric, goal.bar or 0.0)
    return {
        "clear yes": f"{name} better by {bar} or more, with its whole interval above zero",
        "open": f"{name} estimated under {bar}, with its whole interval above zero and reaching {bar}",
        "too small": f"{name} with its whole interval above zero and under {bar}",
        "cannot tell": f"{name} with an interval that holds both zero and {bar}",
        "ruled out": f"{name} with an interval that stays under {bar}",
        "worse": f"{name} with its whole interval below zero",
    }[state]


def _limit_words(use: Use, state: GuardrailState) -> str:
    metric, limit = use.metric, size(use.metric, -(use.margin or 0.0))
    return {
        "safe": f"{metric.label} shown to stay inside its limit of {limit}",
        "unproven": f"{metric.label} less than half way to its limit of {limit}, though not shown to stay inside",
        "leaning bad": f"{metric.label} past half its limit of {limit}",
        "breached": f"{metric.label} breaking its limit of {limit}",
    }[state]


# Worst to best; how far two states lie apart is how much would have to be different.
GOAL_ORDER: tuple[GoalState, ...] = ("worse", "ruled out", "too small", "cannot tell", "open", "clear yes")
LIMIT_ORDER: tuple[GuardrailState, ...] = ("breached", "leaning bad", "unproven", "safe")

# low, estimate and high in bars, and whether zero lies outside.
_GOALS: Mapping[GoalState, tuple[float, float, float]] = MappingProxyType(
    {
        "clear yes": (0.5, 1.5, 2.5),
        "open": (0.25, 0.75, 1.25),
        "too small": (0.25, 0.5, 0.75),
        "cannot tell": (-0.5, 0.5, 1.5),
        "ruled out": (-0.25, 0.25, 0.75),
        "worse": (-0.75, -0.5, -0.25),
    }
)
# low, one-sided bound, estimate and high in margins.
_LIMITS: Mapping[GuardrailState, tuple[float, float, float, float]] = MappingProxyType(
    {
        "safe": (-0.75, -0.5, 0.0, 0.75),
        "unproven": (-1.5, -1.25, -0.25, 1.0),
        "leaning bad": (-2.0, -1.5, -0.75, 0.5),
        "breached": (-2.0, -1.75, -1.5, -1.0),
    }
)


def goal_evidence(goal: GoalInput, state: GoalState, inputs: RuleInputs) -> Evidence:
    """Return a result in which the goal has this state, at every level at which it may be judged."""
    bar = goal.bar or 1.0
    low, estimate, high = (bar * number for number in _GOALS[state])
    return _evidence(inputs, low, low, estimate, high)


def limit_evidence(
    use: GoalInput | GuardrailInput, state: GuardrailState, inputs: RuleInputs, *, harm_open: bool = False
) -> Evidence:
    """Return a result in which the limit has this state; `harm_open`: harm of several limits is not excluded, unless safe."""
    margin = use.margin or 1.0
    low, lower, estimate, high = (margin * number for number in _LIMITS[state])
    if harm_open and state != "safe":
        low, lower = -(HARM_MARGINS + 2) * margin, -(HARM_MARGINS + 1) * margin
    return _evidence(inputs, low, lower, estimate, high)


def _evidence(inputs: RuleInputs, low: float, lower: float, estimate: float, high: float) -> Evidence:
    alphas = alphas_needed(
        alpha=inputs.alpha,
        arms=len(inputs.arms),
        goals=max(len(arm.goals) for arm in inputs.arms),
        mode=inputs.mode,
        look=inputs.look,
    )
    beyond_zero = low > 0 or high < 0
    p = alphas[0] / 2 if beyond_zero else 0.5
    return Evidence(
        estimate=estimate,
        levels=tuple(Level(alpha=alpha, low=low, high=high, lower=lower) for alpha in alphas),
        p_value=p,
        p_one_sided=p / 2 if estimate > 0 else 1 - p / 2,
    )
