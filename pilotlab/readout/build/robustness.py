"""Would another analyst agree: the robustness card of a goal as values of the page."""

from __future__ import annotations

from pilotlab.estimate.results.estimate import Estimate
from pilotlab.evaluate.analysis import MetricResult
from pilotlab.evaluate.leave_one_out import LeftOut
from pilotlab.evaluate.reruns import INTERVALS
from pilotlab.evaluate.robustness import Run
from pilotlab.readout.build.effects import bar, decimals_of, effect, limit
from pilotlab.readout.document.model import Effect, LeaveOneOut, OtherAnalysis, RobustnessCard, Threat
from pilotlab.spec.pilot import PilotSpec
from pilotlab.wording.effects import Words

_STATES = {"pass": "no alarm", "fail": "alarm", "not applicable": "not applicable"}


def robustness_card(spec: PilotSpec, result: MetricResult) -> RobustnessCard | None:
    """Lay the card out; None where there is none, or the goal is hidden."""
    found, estimate = result.robustness, result.estimate
    if found is None or result.hidden or not isinstance(estimate, Estimate):
        return None
    metric, scale, no_harm = result.metric, result.metric.words, spec.claim == "do_no_harm"
    headline = effect(estimate, metric)
    return RobustnessCard(
        metric=metric.key,
        label=metric.label,
        headline=headline,
        runs=tuple(_run(run, headline, scale) for run in found.runs),
        unit=scale.unit,
        decimals=decimals_of(scale, headline),
        bar=None if no_harm else bar(result.use, metric),
        limit=limit(result.use, metric) if no_harm else None,
        level=1 - spec.analysis.alpha,
        left_out=_left_out(found.left_out, scale) if found.left_out else None,
        threats=tuple(
            Threat(label=check.label, found=_sentence(check.words), state=_STATES[check.outcome])  # type: ignore[arg-type]
            for check in found.checks
        ),
    )


def _run(run: Run, headline: Effect, scale: Words) -> OtherAnalysis:
    if run.att is None or run.ci is None:
        return OtherAnalysis(label=run.label, effect=Effect(reason=run.reason), held=run.agrees)
    low, high = scale.interval(run.ci)
    shown = Effect(estimate=scale.orient(run.att), low=low, high=high)
    why = "" if run.agrees else _why(run, shown, headline)
    return OtherAnalysis(label=run.label, effect=shown, held=run.agrees, why=why)


def _why(run: Run, shown: Effect, headline: Effect) -> str:
    assert shown.estimate is not None
    assert headline.estimate is not None
    if run.name in INTERVALS:
        inside = shown.low <= 0 <= shown.high
        return f"zero lies {'in' if inside else 'outside'} its interval, and {'outside' if inside else 'in'} this readout’s"
    if shown.estimate * headline.estimate <= 0:
        return "the sign turns"
    return f"{'above' if shown.estimate > headline.high else 'below'} this readout’s interval"


def _left_out(found: LeftOut, scale: Words) -> LeaveOneOut:
    ends: tuple[float | None, float | None] = (None, None)
    if found.lowest is not None and found.highest is not None:
        ends = scale.interval((found.lowest, found.highest))
    return LeaveOneOut(
        what=found.what, flips=found.flips, runs=found.runs, shown=found.shown, low=ends[0], high=ends[1]
    )


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:].rstrip('.')}."
