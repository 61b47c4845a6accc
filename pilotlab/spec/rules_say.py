"""Rules about how a workspace's own metric is told: its sentence, its label and its unit."""

from __future__ import annotations

from collections.abc import Iterator

from pilotlab.errors import Finding, shortened
from pilotlab.spec.codes import found
from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.positions import Place, Positions
from pilotlab.wording.lists import listed
from pilotlab.wording.sentences import leftwards

LONGEST_LABEL = 24  # characters that a table has room for
_OF_A_WAY, _OF_NO_WAY = ("better", "worse"), ("more", "less")


def in_sentences(
    place: Place, metric: MetricSpec, positions: Positions, *, said: bool = True
) -> Iterator[Finding]:
    """Say what would make a sentence about a metric wrong, or hard to read; of `say` itself only where it was `said`."""
    if said:
        yield from _said(place, metric, positions)
    yield from _direction(place, metric, positions)
    if len(metric.label) > LONGEST_LABEL:
        what = (
            f"label of {metric.key} has {len(metric.label)} characters; tables have room for {LONGEST_LABEL}"
        )
        fix = f"shorten it to {LONGEST_LABEL}, and put the longer words under `say: {{name: …}}`"
        yield found("PL129", what, where=positions((*place, "label")), value=metric.label, fix=fix)


def _said(place: Place, metric: MetricSpec, positions: Positions) -> Iterator[Finding]:
    """A metric with a better side says `better` and `worse`, a context metric `more` and `less`."""
    if metric.say is None:
        what = f"{metric.key} has no `say`, so its results read “{metric.grammar.gain} (by …)”"
        fix = f"add `say: {{name: …, {': …, '.join(_wanted(metric))}: …, amount: …}}`"
        yield found("PL130", what, where=positions((*place, "id")), value=metric.key, fix=fix)
        return
    wanted = _wanted(metric)
    refused = _OF_A_WAY if wanted is _OF_NO_WAY else _OF_NO_WAY
    missing = [key for key in wanted if getattr(metric.say, key) is None]
    wrong = [key for key in refused if getattr(metric.say, key) is not None]
    if not missing and not wrong:
        return
    has = f"has no {listed(f'`{key}`' for key in missing)}" if missing else "says more than it needs"
    what = f"say of {metric.key} {has}: with direction {metric.direction!r} it needs `{wanted[0]}` and `{wanted[1]}`"
    fix = f"remove `{'` and `'.join(wrong)}`" if not missing else f"add `{missing[0]}: …`"
    at = (*place, "say", wrong[0]) if wrong else (*place, "say")
    yield found("PL125", what, where=positions(at, at="key"), fix=fix)


def _wanted(metric: MetricSpec) -> tuple[str, str]:
    return _OF_NO_WAY if metric.direction == "context" else _OF_A_WAY


def _direction(place: Place, metric: MetricSpec, positions: Positions) -> Iterator[Finding]:
    for key in ("label", "unit"):
        written = getattr(metric, key)
        if leftwards(written):
            what = f"{key} of {metric.key} is {shortened(written)}: text that runs from right to left puts the words and numbers around it out of order"
            fix = f"write `{key}` in Latin letters; the question may stay as it is"
            where = positions((*place, key))
            yield found("PL128", what, where=where, value=written, fix=fix, level="warn")
