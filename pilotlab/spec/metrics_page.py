"""The reference page of the built-in metrics, made from the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pilotlab.spec.metric import MetricSpec
from pilotlab.spec.metric_catalogue import builtin_metrics
from pilotlab.wording.numbers import typed
from pilotlab.wording.sentences import ALONE, AMOUNT

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"

_HEAD = """\
# Metrics

The {count} metrics that come with pilotlab. Use one by its id and version, `cycle_time_p50@1`; without a version the newest holds.
Goals decide whether the policy was worth it, guardrails what may not get worse; what is watched decides nothing, and adherence says
whether the policy happened. Goals and guardrails may be watched too. No value is shown for fewer people than *from*.

Planning figures are what to expect before you have a baseline: the spread in the metric's unit (of a team's week, of a person, or of a
single event), the share of the variance that stays with a team, and the correlation from week to week. *A* is an assumption, *D* was
computed from public data, *M* is from memory, *V* was read in its source. Your own baseline replaces them.

## Your own

`experiments/metrics.yaml` adds metrics, or overrides a built-in one under the same id and version:

```yaml
metrics:
  - id: desk_finding
    label: Found a desk near the team
    question: "On office days I found a desk near my team. (1 = never, 5 = always)"
    family: quality_of_life        # outcome, collaboration, quality_of_life, retention, adherence, cost
    unit: points (1-5)
    level: person                  # team or person
    direction: higher              # higher, lower, context
    kind: rating                   # continuous, share, count, rating, median
    range: [1, 5]
    roles: [goal, guardrail, watch]
    min_group: 5                   # may only be raised
    say:                           # the sentence that tells its results
      name: finding a desk near the team
      better: people found a desk near their team more often
      worse: people found a desk near their team less often
      amount: points
      scale: on a scale of 1 to 5
```

Under `say` a metric declares how a result reads: "people found a desk near their team more often (by 0.30 points on a scale of 1 to 5; 95 %
interval 0.10 to 0.50)". `pilotlab explain desk_finding` prints every form of it.

| key of `say` | what it is |
|---|---|
| `name` | the metric inside a sentence: no capital, no article; without it the label |
| `better`, `worse` | what happened where it moved to the good, or to the bad: past tense, a comparative. {{x}} is the number with its amount, {{n}} the number alone; without a slot the size follows in brackets |
| `more`, `less` | the same for a metric with `direction: context`, in place of `better` and `worse` |
| `amount` | what {{x}} counts: points, hours a week, percentage points; without it the unit |
| `single` | the amount where the number is exactly 1: minute |
| `scale` | "on a scale of 1 to 5", named once on a page |
| `words` | `{{larger: later, smaller: sooner}}`, the sides of an interval around zero by the stored value; else higher and lower |
| `shown` | `{{times: 100, decimals: 1}}` shows a share that is stored as 0 to 1 in percentage points |
| `ask_lead` | what a team lead is asked for in `pilotlab log`, where people answer |

Without `say` a result reads "found a desk near the team was higher (by …)", and `check` notes it. A sentence is no part of the plan: change
it at any time, a frozen pilot stays as it is. A metric with `transform: log` is told in per cent.

Further keys: `version`, `window_weeks` (a value looks back this far), `cadence_weeks` (a value is due every so many weeks),
`transform` (`none`, `log`, `logit`), `decimals`, `sensitive`, `activity` (counts activity: never a goal), `planning`, `gaming`, `source`.
"""
_FAMILIES = {
    "outcome": "Outcomes",
    "collaboration": "Collaboration",
    "quality_of_life": "Quality of life",
    "retention": "Retention",
    "adherence": "Adherence",
    "cost": "Cost",
}


def render() -> str:
    """Return the page."""
    metrics = list(builtin_metrics().values())
    parts = [_HEAD.format(count=len(metrics))]
    for family, title in _FAMILIES.items():
        chosen = [metric for metric in metrics if metric.family == family]
        parts.append("\n".join([f"## {title}", "", *_table(chosen)]) + "\n")
        parts += ["\n".join(_entry(metric)) + "\n" for metric in chosen]
    return "\n".join(parts)


def _table(metrics: list[MetricSpec]) -> Iterator[str]:
    yield "| metric | label | unit | better | may be | from |"
    yield "|---|---|---|---|---|---|"
    for metric in metrics:
        roles = ", ".join(sorted(metric.roles))
        yield f"| `{metric.key}` | {metric.label} | {metric.unit} | {metric.direction} | {roles} | {metric.min_group} |"


def _entry(metric: MetricSpec) -> Iterator[str]:
    yield f"### {metric.id}"
    yield ""
    yield f"{metric.question} " + _facts(metric)
    yield ""
    yield f"*Reads:* {_sentences(metric)}"
    yield ""
    yield f"*Beware:* {metric.gaming} *From:* {metric.source}."


def _sentences(metric: MetricSpec) -> str:
    """Both ways, with a slot where the size stands."""
    grammar = metric.grammar
    told = grammar.with_amount(ALONE)
    ways = (said.replace(AMOUNT, told) for said in (grammar.gain, grammar.loss))
    return " / ".join(way if ALONE in way else f"{way} (by {told})" for way in ways).replace(ALONE, "…") + "."


def _facts(metric: MetricSpec) -> str:
    kind = {
        "median": "A median",
        "share": "A share",
        "count": "A count with its exposure",
        "rating": "A rating",
        "continuous": "A quantity",
    }
    facts = [
        kind[metric.kind],
        "the mean of a team's people" if metric.level == "person" else "one value a team",
    ]
    if metric.rate:
        facts.append(f"entered as {metric.rate.count}, of {metric.rate.of}; the rate is computed")
    if metric.range:
        facts.append(f"from {typed(metric.range[0])} to {typed(metric.range[1])}")
    if metric.window_weeks > 1:
        facts.append(f"over {metric.window_weeks} weeks")
    if metric.cadence_weeks > 1:
        facts.append(f"due every {metric.cadence_weeks} weeks")
    planning = metric.planning
    figures = (
        [f"sd {typed(planning.sd)} of a {planning.sd_of.replace('_', '-')}"]
        if planning.sd is not None
        else []
    )
    figures += [f"team share {typed(planning.icc)}"] if planning.icc is not None else []
    figures += (
        [f"week to week {typed(planning.autocorrelation)}"] if planning.autocorrelation is not None else []
    )
    basis = f" ({planning.basis})" if planning.basis else ""
    return (
        ", ".join(facts)
        + "."
        + (
            f" Planning: {', '.join(figures)}{basis}."
            if figures
            else f" Planning: {planning.basis}."
            if basis
            else ""
        )
    )


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
