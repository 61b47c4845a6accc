"""Which tests run which line of the kernels, and how much of a processor's time each takes: one run of all of them under coverage."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import coverage
import pytest

LOADED_BEFORE = "ignore::pytest.PytestAssertRewriteWarning"  # hypothesis, once for all mutants
ELSEWHERE = [
    "tests/property/test_rule.py",
    "tests/golden/test_ctrip_replication.py",
]  # minutes, and no kernel of their own
QUIETLY = ["-q", "-n", "0", "-p", "no:cacheprovider", "-W", LOADED_BEFORE]


class Recorder:
    """Tells coverage which test runs; what a module's shared fixture runs counts for the whole file."""

    def __init__(self, cover: coverage.Coverage) -> None:
        self.cover = cover
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()
        self.running = ""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.running = item.nodeid
        self.cover.switch_context(item.nodeid)
        start = time.process_time()
        result = yield
        self.seconds[item.nodeid] = time.process_time() - start
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: Any) -> Iterator[None]:
        if fixturedef.scope != "function":
            self.cover.switch_context(request.node.nodeid)
        result = yield
        self.cover.switch_context(self.running)
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.add(report.nodeid)


def record(tests: list[str], modules: list[Path], result: Path) -> None:
    """Run `tests` and write which of them reach each line of `modules`; those that fail now say nothing later."""
    cover = coverage.Coverage(config_file=False, data_file=None, include=[str(path) for path in modules])
    recorder = Recorder(cover)
    with cover.collect():
        pytest.main([*tests, *QUIETLY, *(f"--ignore={path}" for path in ELSEWHERE)], plugins=[recorder])
    passing = {test: seconds for test, seconds in recorder.seconds.items() if test not in recorder.failed}
    data = cover.get_data()
    lines = {path.stem: _tests(data.contexts_by_lineno(str(path)), passing) for path in modules}
    result.write_text(json.dumps({"seconds": passing, "lines": lines, "failed": sorted(recorder.failed)}))


def _tests(contexts: dict[int, list[str]], passing: dict[str, float]) -> dict[int, list[str]]:
    files: dict[str, list[str]] = defaultdict(list)
    for test in passing:
        files[test.partition("::")[0]].append(test)
    return {
        line: sorted({test for name in names for test in files.get(name, [name]) if test in passing})
        for line, names in contexts.items()
    }
