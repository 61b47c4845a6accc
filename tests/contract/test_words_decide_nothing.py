"""Sentences decide nothing: every one of them is changed, and no verdict, number, state, choice or mark of a chart moves."""

from __future__ import annotations

import functools
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pilotlab.decide import gate, grade, sizes, state_sentences, wording
from pilotlab.decide.course import Course
from pilotlab.decide.rule import decide
from pilotlab.estimate.results.effect import NotEstimable
from pilotlab.estimate.results.slice_effects import Group
from pilotlab.evaluate.threats.check import NamedThreat
from pilotlab.readout.build.assemble import build_readout
from pilotlab.readout.document.panels import plot_panels
from tests.pilots import AFTER, make_lab
from tests.unit.decide import make

WORDS = (wording, state_sentences, sizes, grade)  # modules whose functions write sentences for the rule
CHOSEN = {  # fields of plain data that hold one of a few values, a key or a name
    *("verdict", "grade", "state", "role", "metric", "arm", "claim", "outcome", "schema", "pilot", "key", "step"),
    *("before", "after", "table", "came_from", "column", "missing", "asked", "deciding_goal", "code", "if_breached"),
    *("estimator", "inference", "unit", "estimand", "phase", "name_of_rule"),
}  # fmt: skip
CASES = {
    "scale": make.inputs(make.arm()),
    "changes": make.inputs(make.arm(guardrails=(make.guardrail(make.BREACHED, if_breached="fixable", fix="a fix"),))),
    "stop": make.inputs(make.arm(guardrails=(make.guardrail(make.BREACHED),))),
    "grade": make.inputs(make.arm(design=make.design(units_arm=4, units_control=4))),
    "gate": make.inputs(make.arm(gate=make.gate_facts(frozen_at=None))),
    "learn": make.inputs(make.arm(), claim="learn"),
    "harm": make.inputs(make.arm(harm_stop=True, harm_why="burnout crossed its bound")),
}  # fmt: skip


def scrambled(text: str) -> str:
    """Another sentence of about the same kind; one that is not there stays away."""
    return (
        text
        and f"qq{sum(map(ord, text)) % 9973} {text[::-1].swapcase().translate(str.maketrans(':;→×,(', '......'))}"
    )


def _scrambling(write: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(write)
    def other(*args: Any, **named: Any) -> Any:
        found = write(*args, **named)
        if isinstance(found, str):
            return scrambled(found)
        texts = isinstance(found, tuple) and all(isinstance(each, str) for each in found)
        return tuple(map(scrambled, found)) if texts else found

    return other


def scramble(monkeypatch: pytest.MonkeyPatch) -> None:
    """Change what every place that writes a sentence for a result, a threat, a group or the rule returns."""
    monkeypatch.setattr("pilotlab.estimate.notes.by_code.said", lambda kind, _: scrambled(kind.words))
    for cls, names in ((NotEstimable, ("reason", "would_help")), (Group, ("hidden", "reason"))):
        _scramble_fields(monkeypatch, cls, names)
    found, not_applicable = NamedThreat.found, NamedThreat.not_applicable
    monkeypatch.setattr(
        NamedThreat, "found", lambda self, clear, words, number: found(self, clear, scrambled(words), number)
    )
    monkeypatch.setattr(
        NamedThreat,
        "not_applicable",
        lambda self, why, number=None: not_applicable(self, scrambled(why), number),
    )
    item = gate._item
    monkeypatch.setattr(
        gate, "_item", lambda key, needed, said, met: item(key, scrambled(needed), scrambled(said), met)
    )
    monkeypatch.setattr(gate, "_NAMES", {key: scrambled(name) for key, name in gate._NAMES.items()})
    _scramble_functions(monkeypatch)


def _scramble_fields(monkeypatch: pytest.MonkeyPatch, cls: type, names: tuple[str, ...]) -> None:
    init = cls.__init__  # type: ignore[misc]

    def other(self: object, *args: Any, **named: Any) -> None:
        init(self, *args, **named)
        for name in names:
            text = getattr(self, name)
            object.__setattr__(self, name, text if text.startswith("qq") else scrambled(text))

    monkeypatch.setattr(cls, "__init__", other)


def _scramble_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences of the rule: in its own module only where others ask for them, so that none is scrambled twice."""
    for module in WORDS:
        for name, function in vars(module).copy().items():
            if (
                not callable(function)
                or getattr(function, "__module__", "") != module.__name__
                or name == "grade"
            ):
                continue
            other = _scrambling(function)
            for user in [each for key, each in sys.modules.items() if key.startswith("pilotlab.decide.")]:
                if user is not module and getattr(user, name, None) is function:
                    monkeypatch.setattr(user, name, other)


def without_words(plain: Any, key: str = "") -> Any:
    """Plain data without its sentences: that there is one stays."""
    if isinstance(plain, dict):
        return {name: without_words(value, name) for name, value in plain.items()}
    if isinstance(plain, list):
        return [without_words(value, key) for value in plain]
    return bool(plain) if isinstance(plain, str) and key not in CHOSEN else plain


@pytest.mark.parametrize("name", CASES)
def test_the_rule_reads_no_sentence(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = decide(CASES[name])
    scramble(monkeypatch)
    after = decide(CASES[name])
    assert after.leading.lead != before.leading.lead
    assert after.leading.path == before.leading.path
    assert without_words(after.to_dict()) == without_words(before.to_dict())


def _course(root: Path) -> Course:
    root.mkdir()
    lab = make_lab(root)
    lab.collect(lab.agree())
    return lab.at(AFTER).course("anchor-days")


def _marks(course: Course) -> list[str]:
    """Charts without their letters; where words decide how high a panel is, its marks stay in their order."""
    drawn = plot_panels(build_readout(course))
    charts = re.findall(r"<svg.*?</svg>", repr(drawn), flags=re.DOTALL)
    return [re.sub(r"<(text|title|desc)\b.*?</\1>", "", chart) for chart in charts]


def test_a_whole_pilot_reads_no_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _course(tmp_path / "before")
    scramble(monkeypatch)
    after = _course(tmp_path / "after")
    texts = json.dumps(before.analysis.to_dict()), json.dumps(after.analysis.to_dict())
    assert "qq" not in texts[0]
    assert texts[1].count("qq") > 20
    assert without_words(after.analysis.to_dict()) == without_words(before.analysis.to_dict())
    assert without_words(after.decision.to_dict()) == without_words(before.decision.to_dict())
    assert _marks(before)
    assert len(_marks(after)) == len(_marks(before))
    assert [re.findall(r"<\w+", chart) for chart in _marks(after)] == [
        re.findall(r"<\w+", chart) for chart in _marks(before)
    ]
