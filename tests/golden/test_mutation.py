"""The mutation check: its mutants are what they say, and the stored survivors are explained and can be found.

Results and rules: analysis/mutation/README.md. Code moves on after a run, so a stored mutant must be found where its line
still stands, and is otherwise that of the commit the file names for its module.
"""

from __future__ import annotations

import ast
import importlib.util
import json
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "analysis" / "mutation"
MODULES = sorted(path for path in (ROOT / "pilotlab" / "stats").rglob("*.py") if path.stem != "__init__")
STORED = json.loads((FOLDER / "survivors.json").read_text(encoding="utf-8"))

KERNEL = '''"""Nothing to change in a docstring - not even 1 + 1."""
LEAST = 3


def spread(x: "list[1]", half: bool = True) -> float:
    if not half and len(x) <= LEAST:
        raise ValueError(f"{len(x) - 1} is too few" + "é")
    total = -x.T.sum(axis=0) / 2
    total -= x.min()
    return total
'''
EXPECTED = {
    ("module", "constant", "3", "(4)"),
    ("spread", "true/false", "True", "False"),
    ("spread", "and/or", "not half and len(x) <= LEAST", "(not half or len(x) <= LEAST)"),
    ("spread", "negation", "not half", "(half)"),
    ("spread", "comparison", "len(x) <= LEAST", "(len(x) < LEAST)"),
    ("spread", "operator", "-x.T.sum(axis=0) / 2", "(-x.T.sum(axis=0) * 2)"),
    ("spread", "drop", "-x.T.sum(axis=0) / 2", "(-x.T.sum(axis=0))"),
    ("spread", "drop", "-x.T.sum(axis=0) / 2", "(1 / 2)"),
    ("spread", "sign", "-x.T.sum(axis=0)", "(x.T.sum(axis=0))"),
    ("spread", "axis", "x.T.sum(axis=0)", "(x.T.sum(axis=1))"),
    ("spread", "transpose", "x.T", "(x)"),
    ("spread", "constant", "2", "(3)"),
    ("spread", "operator", "total -= x.min()", "total += x.min()"),
    ("spread", "min/max", "x.min", "x.max"),
}


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def script() -> ModuleType:
    return _load("mutants")


def test_every_slip_of_a_small_kernel(script: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "spread.py"
    path.write_text(KERNEL, encoding="utf-8")
    found = script.mutants(path)
    assert {(each.function, each.kind, each.before, each.after) for each in found} == EXPECTED
    assert len(found) == len(EXPECTED)


def test_a_mutant_is_other_code_that_compiles(script: ModuleType) -> None:
    texts = {path.stem: path.read_text(encoding="utf-8") for path in MODULES}
    trees = {name: ast.dump(ast.parse(text)) for name, text in texts.items()}
    for mutant in script.sample(MODULES, 250, seed=1):
        assert ast.dump(ast.parse(mutant.apply(texts[mutant.module]))) != trees[mutant.module]


def test_a_mutant_of_other_text_is_refused(script: ModuleType) -> None:
    (mutant,) = script.sample(MODULES[:1], 1, seed=1, least=1)
    with pytest.raises(ValueError, match="does not hold"):
        mutant.apply("# other text\n")


def test_every_module_has_its_share_and_its_own_draw(script: ModuleType) -> None:
    drawn = script.sample(MODULES, 400, seed=3)
    for path in MODULES:
        own = [mutant for mutant in drawn if mutant.module == path.stem]
        assert len(own) >= min(4, len(script.mutants(path)))
    assert drawn == script.sample(MODULES, 400, seed=3)
    one, two = (script.sample(MODULES[:count], 4 * count, seed=3, least=4) for count in (1, 2))
    assert one == [mutant for mutant in two if mutant.module == MODULES[0].stem]


def test_the_stored_run_is_whole() -> None:
    survivors = Counter((row["module"], row["kind"]) for row in STORED["survivors"])
    assert sum(sum(run["mutants"].values()) for run in STORED["modules"].values()) >= 300
    for run in STORED["modules"].values():
        assert sum(run["mutants"].values()) >= 3
        assert len(run["commit"]) == 40
    for (module, kind), count in survivors.items():
        assert count <= STORED["modules"][module]["mutants"][kind]


def test_every_stored_survivor_is_explained() -> None:
    assert all(len(row["why"].split()) >= 4 for row in STORED["survivors"])


def test_a_stored_survivor_is_a_mutant_of_its_line(script: ModuleType) -> None:
    known = {path.stem: script.mutants(path) for path in MODULES}
    for row in STORED["survivors"]:
        own = [mutant for mutant in known.get(row["module"], []) if mutant.source == row["source"]]
        if row["before"] in {mutant.before for mutant in own}:
            assert (row["before"], row["after"]) in {(mutant.before, mutant.after) for mutant in own}


def test_the_page_is_made_of_what_is_stored() -> None:
    page = _load("page")
    assert (FOLDER / "survivors.md").read_text(encoding="utf-8") == page.page(STORED)
    _, modules = page.totals(STORED)
    alive = sum(every - killed for killed, every in modules.values())
    assert alive == len(STORED["survivors"])
