"""Write how every result of every built-in metric reads: better, worse, around zero and with open ends.

    python analysis/readouts/sentences.py

The sizes are invented; the sentences are those that readouts, decisions and `pilotlab explain METRIC` print.
"""

from __future__ import annotations

from pathlib import Path

from pilotlab.spec.example_sentences import example_sentences
from pilotlab.spec.metric_catalogue import builtin_metrics

PAGE = Path(__file__).with_suffix(".md")
_HEAD = """\
# Sentences of the built-in metrics

How every result reads, with invented sizes, so that each sentence can be read through when a word changes. Written by
`python analysis/readouts/sentences.py`; a test compares.
"""


def render() -> str:
    """Return the page: a heading a metric, a line a case."""
    parts = [_HEAD]
    for metric in builtin_metrics().values():
        lines = [f"- *{case}:* {sentence}" for case, sentence in example_sentences(metric).items()]
        parts.append("\n".join([f"## {metric.id}: {metric.grammar.name}", "", *lines]) + "\n")
    return "\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
