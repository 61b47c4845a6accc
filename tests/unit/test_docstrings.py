"""Every example of a docstring says what the code does."""

import doctest
import importlib
import inspect
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

import pilotlab as pl

ROOT = Path(pl.__file__).parent
WITH_EXAMPLES = sorted(
    path.relative_to(ROOT.parent).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
    for path in ROOT.rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)
NAMED = sorted(name for name, thing in ((each, getattr(pl, each)) for each in pl.__all__) if callable(thing))


@pytest.fixture(autouse=True)
def _away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An example that writes, or reads the folder it runs in, does so where nothing is."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples_of_a_module_hold(name: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(name))
    plt.close("all")
    assert tried
    assert not failed


@pytest.mark.parametrize("name", NAMED)
def test_a_public_name_has_an_example(name: str) -> None:
    thing = (
        importlib.import_module("pilotlab.simulate.company").simulate
        if name == "simulate"
        else getattr(pl, name)
    )
    assert ">>> " in (inspect.getdoc(thing) or ""), f"the docstring of pilotlab.{name} has no example"
