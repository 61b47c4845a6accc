"""Words: the sentences in which the rule speaks."""

from __future__ import annotations

from pilotlab.decide.decision import GateItem, MetricState
from pilotlab.decide.grade import stronger_design
from pilotlab.decide.inputs import Answers, ArmInputs, GoalInput, GuardrailInput
from pilotlab.decide.judge import Judgement
from pilotlab.decide.ladder import Verdict
from pilotlab.decide.levels import Look
from pilotlab.decide.settle import Move
from pilotlab.decide.sizes import size
from pilotlab.decide.state_sentences import kept
from pilotlab.decide.verdict_table import Ask
from pilotlab.spec.standard import DRIFT_FLAGGED, EVEN_CHANCE, HARM_MARGINS, HOLDBACK, STRONGEST
from pilotlab.wording.chances import in_100
from pilotlab.wording.lists import listed
from pilotlab.wording.numbers import number, percent

TOO_SMALL = "too small to answer"
PAUSE = "pause and check"
MORE_TEAMS = "more teams in each arm"


def too_weak(state: MetricState) -> str:
    """Say why a goal's state is read as another."""
    weak = "a comparison too weak to say that a policy works is too weak to say that it fails"
    return f"{state.label}: {state.state} is read as {state.read_as}, for {weak}"


def state_name(state: MetricState) -> str:
    """State as it stands in a table: a breach says what the plan made of it, a weak comparison what it is read as."""
    if state.read_as:
        return f"{state.state}, read as {state.read_as}"
    if state.state != "breached":
        return state.state
    return "broken, fixable" if state.if_breached == "fixable" else "broken, stop"


def headline(judged: Judgement) -> str:
    """Verdict as printed."""
    if judged.pause_and_check:
        return f"{judged.verdict}: {PAUSE}"
    if judged.outcome and any(move.name == "star" for move in judged.outcome.moves):
        return f"{judged.verdict}: {TOO_SMALL}"
    return judged.verdict


def lead(
    arm: ArmInputs,
    judged: Judgement,
    states: tuple[MetricState, ...],
    asked: tuple[str, ...],
    *,
    marked: bool = False,
) -> str:
    """Size, then price, then step; with its sizes marked where asked."""
    if judged.because == "gate":
        items = [item.name.lower() for item in _short(judged)]
        missing = (
            f"There is no verdict yet. Missing: {'; '.join(items)}. The trust gate says what each needs."
        )
        return " ".join([missing, *_harm(judged, states, asked)])
    if judged.because == "harm":
        return f"The pilot was stopped for harm: {arm.harm_why}."
    told = tuple(row.model_copy(update={"words": row.marked}) for row in states) if marked else states
    said = [*_goal_sentences(judged, told), *_price(arm, told)]
    return " ".join(sentence[:1].upper() + sentence[1:] for sentence in [*said, _step(judged, asked)])


def conditions(arm: ArmInputs, judged: Judgement) -> tuple[str, ...]:
    """What the verdict asks for, most pressing first."""
    outcome = judged.outcome
    if outcome is None:
        return (f"{PAUSE} before anything else is done",) if judged.pause_and_check else ()
    asked = [_asked(arm, judged, ask, index) for ask, index in outcome.notes if _asks(ask, judged.verdict)]
    asked += [_after(arm, judged, move) for move in outcome.moves]
    asked += [_settled_by(arm)] if outcome.stands else []
    return tuple(dict.fromkeys(words for words in asked if words))


def lowered_by(arm: ArmInputs, judged: Judgement) -> tuple[str, ...]:
    """Say what lowered the verdict of the table, in the order of the rule."""
    return tuple(why_lowered(arm, judged, move) for move in judged.outcome.moves) if judged.outcome else ()


def why_lowered(arm: ArmInputs, judged: Judgement, move: Move) -> str:
    """Say why one step down was taken."""
    match move.name:
        case "goals":
            return f"{_worse_goals(arm, judged)} got worse: at most Scale with changes"
        case "cap":
            late = f" ({arm.design.late})" if arm.design.late else ""
            return f"grade {judged.grade}{late}: at most {STRONGEST[judged.grade]}"
        case "harm open":
            return f"harm of {_harm_named(arm, judged)} is not excluded, {number(HARM_MARGINS, 0)} times the limit: at most Extend"
        case "answers":
            return f"{_answers(arm, judged)}, and who stops answering moves a mean: at most Extend"
        case "equity":
            return f"limit broken for {_groups(arm)}"
        case "robustness":
            on = judged.outcome.goal if judged.outcome else None
            doubted = arm.goals if on is None else (arm.goals[on],)
            return "; ".join(filter(None, map(_doubt, doubted)))
    if (
        arm.forecast_chance is not None
        and arm.forecast_chance < EVEN_CHANCE
        and judged.case
        and judged.case.extensions_left
    ):
        return (
            f"only in {in_100(arm.forecast_chance)} would the verdict after an extension no longer be Extend"
        )
    return "no extension is left"


def star_words(arm: ArmInputs, extensions_left: int) -> str:
    """Say why an Extend of the table stands."""
    if arm.forecast_chance is None:
        return "no forecast was made, so Extend stands"
    return f"{extensions_left} extension left, and in {in_100(arm.forecast_chance)} the verdict would then no longer be Extend"


def not_made(arm: ArmInputs) -> tuple[str, ...]:
    """Inputs the rule would have read and that were not made: they lowered nothing, and a missing check kept grade C."""
    undrawn = not arm.design.drawn and arm.design.design != "before_after"
    said = {
        "forecast": arm.forecast_chance is None,
        "harm bounds": arm.harm_stop is None,
        "roster drift": arm.roster_drift is None,
        "answers lost": any(
            goal.of_people and goal.answers is None and not goal.roster_fixed for goal in arm.goals
        ),
        "equity slices": arm.equity_breached is None,
        "leave one team out": any(goal.sign_flips is None for goal in arm.goals),
        "robustness card": any(goal.agreed is None or not goal.runs for goal in arm.goals),
        "watch alarms": arm.watch_alarms is None,
        "pre-trend check": undrawn and arm.design.pretrend is None,
        "placebo check": undrawn and arm.design.placebo is None,
        "breakdown value": undrawn and arm.design.breakdown is None,
    }
    return tuple(words for words, holds in said.items() if holds)


def held(arm: ArmInputs) -> str:
    """Say what became of the goals in other analyses; "" where none were made."""
    said = {goal.metric.label: _held(goal) for goal in arm.goals}
    made = {label: words for label, words in said.items() if words}
    if len(arm.goals) == 1:
        return next(iter(made.values()), "")
    return "; ".join(f"{label}: {words}" for label, words in made.items())


def _held(goal: GoalInput) -> str:
    flip = {None: "", True: "the sign flips when one is left out", False: "no sign flip"}[goal.sign_flips]
    runs = (
        f"held in {goal.agreed} of {goal.runs} other analyses"
        if goal.agreed is not None and goal.runs
        else ""
    )
    return ", ".join(filter(None, (flip, runs)))


def flags(arm: ArmInputs, look: Look) -> tuple[str, ...]:
    """Say what changes no verdict and must be seen."""
    said = [f"alarm on {name}: the sponsor must answer it in writing" for name in arm.watch_alarms or ()]
    if arm.roster_drift is not None and arm.roster_drift >= DRIFT_FLAGGED:
        said.append(
            f"{round(100 * arm.roster_drift)} % of an arm left or moved; teams are analysed as assigned"
        )
    if arm.gate.adherence is None:
        said.append("whether the policy happened was not measured")
    if look == 2:
        said.append(
            "last look, after the extension: intervals are wider, since two looks raise more false alarms"
        )
    return tuple(said)


def gate_words(items: tuple[GateItem, ...]) -> str:
    """Trust gate in one line: "6 of 6 met", or what is missing."""
    measured = [item for item in items if item.met is not None]
    met = f"{sum(bool(item.met) for item in measured)} of {len(measured)} met"
    rest = [f"{item.name.lower()}: {item.found}" for item in items if not item.met]
    return "; ".join([met, *rest])


def _goal_sentences(judged: Judgement, states: tuple[MetricState, ...]) -> list[str]:
    """The goal on which the verdict rests comes first; of the others, what got worse."""
    goals = [row for row in states if row.role == "goal"]
    on = judged.outcome.goal if judged.outcome else None
    first = goals if on is None else [goals[on]]
    others = [row for row in goals if row not in first and row.state == "worse"]
    return [f"{row.words}." for row in (*first, *others)]


def _harm(judged: Judgement, states: tuple[MetricState, ...], asked: tuple[str, ...]) -> list[str]:
    """Say which harm there is to check, though the gate holds the verdict back."""
    if not judged.pause_and_check:
        return []
    harmed = [row.words for row in states if row.state in ("worse", "breached")]
    sentences = [f"{words[:1].upper()}{words[1:]}." for words in harmed]
    return [*sentences, *(f"{words[:1].upper()}{words[1:]}." for words in asked)]


def _price(arm: ArmInputs, states: tuple[MetricState, ...]) -> list[str]:
    """The limits, the worst news first; those that were kept are named together."""
    limits = [row for row in states if row.role == "guardrail"]
    plain = [
        use
        for use, row in zip(arm.guardrails, limits, strict=True)
        if row.state == "safe" and not (row.high is not None and row.high < 0)
    ]
    named = {use.metric.key for use in plain}
    rest = [row for row in limits if row.metric not in named]
    return [f"{row.words}." for row in sorted(rest, key=_badness)] + _kept_together(plain, len(limits))


_WORST_FIRST = ("breached", "leaning bad", "unproven", "safe")


def _badness(row: MetricState) -> int:
    return _WORST_FIRST.index(row.state) if row.state in _WORST_FIRST else 0


def _kept_together(uses: list[GuardrailInput], of: int) -> list[str]:
    if len(uses) < 2:
        return [f"{kept(use)}." for use in uses]
    which = {2: "Both limits"}.get(of, f"All {of} limits") if len(uses) == of else "The other limits"
    return [f"{which} were kept: {listed(use.metric.told.name for use in uses)}."]


def _step(judged: Judgement, asked: tuple[str, ...]) -> str:
    tail = f": {'; '.join(asked)}" if asked else ""
    match judged.verdict:
        case "Scale":
            return "Scale it, and keep measuring."
        case "Scale with changes":
            return f"Scale with changes{tail}."
        case "Extend":
            return f"Extend{tail or ': one more run of weeks under the same plan'}."
        case "Stop":
            star = judged.outcome and any(move.name == "star" for move in judged.outcome.moves)
            return (
                "Stop: this pilot is too small to answer."
                if star
                else "Stop: these results do not carry the policy."
            )
    why = (
        "the plan was made to learn"
        if judged.because == "claim"
        else "this design can describe, not recommend"
    )
    return f"Learn{tail}: {why}." if not tail else f"Learn{tail}; {why}."


def _short(judged: Judgement) -> list[GateItem]:
    return [item for item in judged.gate if item.met is False]


def _asks(ask: Ask, verdict: Verdict) -> bool:
    return verdict == "Scale with changes" or (verdict == "Extend" and ask == "fix first")


def _asked(arm: ArmInputs, judged: Judgement, ask: Ask, index: int | None) -> str:
    if ask == "staged":
        return f"in stages, with {percent(HOLDBACK)} of teams held back"
    if ask == "cheap":
        return "it is cheap and can be taken back, so keep measuring as it spreads"
    uses: tuple[GoalInput | GuardrailInput, ...] = arm.guardrails
    if judged.case and not judged.case.bars:
        uses = (*arm.goals, *arm.guardrails)
    use = uses[index or 0]
    return f"first {use.fix}" if use.fix else f"first a fix for {use.metric.label}"


def _after(arm: ArmInputs, judged: Judgement, move: Move) -> str:
    """What a step down asks for."""
    match move.name:
        case "goals":
            return f"with an answer for {_worse_goals(arm, judged)}, which got worse"
        case "equity":
            return f"with an answer for {_groups(arm)}, whose limit is broken"
        case "cap" if judged.verdict == "Extend":
            return _settled_by(arm)
        case "harm open":
            return f"to settle it, {stronger_design(arm.design) or MORE_TEAMS}, so that harm of {_harm_named(arm, judged)} can be excluded"
        case "answers":
            return f"to settle it, a survey whose people answer before and after, and {stronger_design(arm.design) or 'as many answers in both arms'}"
        case "robustness" if judged.verdict == "Extend":
            more = f"{MORE_TEAMS}, so that no single team or choice of method decides"
            return f"to settle it, {stronger_design(arm.design) or more}"
        case "cap":
            return f"in stages; plain Scale would need {stronger_design(arm.design)}"
        case "robustness":
            return "in stages, since the result leans on single teams or choices of method"
    return ""


def _settled_by(arm: ArmInputs) -> str:
    return f"to settle it, {stronger_design(arm.design)}"


def _harm_named(arm: ArmInputs, judged: Judgement) -> str:
    """Name the limits of which several are not excluded, each with the size that is not."""
    uses: tuple[GoalInput | GuardrailInput, ...] = arm.guardrails
    limits = judged.case.limits if judged.case else ()
    if judged.case and not judged.case.bars:
        uses = (*arm.goals, *arm.guardrails)
    return " and ".join(
        f"{size(use.metric, -HARM_MARGINS * (use.margin or 0.0))} of {use.metric.label}"
        for use, limit in zip(uses, limits, strict=True)
        if limit.harm_open
    )


def _answers(arm: ArmInputs, judged: Judgement) -> str:
    on = judged.outcome.goal if judged.outcome else None
    goals = arm.goals if on is None else (arm.goals[on],)
    return "; ".join(
        f"{goal.metric.label}: {_kept(goal, goal.answers)}"
        for goal in goals
        if goal.answers_lost and goal.answers
    )


def _kept(goal: GoalInput, answers: Answers) -> str:
    if goal.evidence.hidden:
        return "pilot teams lost answers beyond comparison teams"
    return f"pilot teams kept {round(100 * answers.ratio)} answers for every 100 that comparison teams kept"


def _worse_goals(arm: ArmInputs, judged: Judgement) -> str:
    names = [
        goal.metric.label
        for goal, (state, _) in zip(arm.goals, judged.goals, strict=True)
        if state == "worse"
    ]
    return listed(names)


def _groups(arm: ArmInputs) -> str:
    return listed(arm.equity_breached or ())


def _doubt(goal: GoalInput) -> str:
    """Why a goal's verdict is lowered one step; "" where nothing speaks against it or nothing was made."""
    said = []
    if goal.sign_flips:
        said.append(f"{goal.metric.label}: the sign flips when one team is left out")
    if goal.seldom_held:
        said.append(
            f"{goal.metric.label}: held in {goal.agreed} of {goal.runs} other analyses, under three quarters"
        )
    return "; ".join(said)
