"""The pages as a site: they build without a warning, notebooks run, and a link that leads nowhere stops the build."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.app.pages import REPOSITORY

DOCS = REPOSITORY / "docs"


def build(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """Build as `make docs` does."""
    options = ["--fail-on-warning", "--keep-going", "-q", "-b", "html", "-d", str(target / "trees")]
    words = [sys.executable, "-m", "sphinx", *options, str(source), str(target / "site")]
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("docs")
    made = build(DOCS, target)
    assert made.returncode == 0, made.stderr
    return target / "site"


def test_every_page_is_there(site: Path) -> None:
    pages = [page for kind in ("*.md", "*.ipynb") for page in DOCS.rglob(kind)]
    assert len(pages) > 20
    for page in pages:
        assert (site / page.relative_to(DOCS)).with_suffix(".html").is_file()
    assert (site / "index.html").read_text() == (site / "README.html").read_text()


def test_the_notebook_was_run(site: Path) -> None:
    page = (site / "how-to" / "event-study-in-ten-lines.html").read_text(encoding="utf-8")
    assert "<b>ATT +" in page
    assert page.count("<img") >= 3
    assert str(REPOSITORY) not in page


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("page.md", "# A page\n\n[nowhere](missing.md)\n", "missing.md"),
        ("page.md", "# A page\n\n[no such heading](#not-here)\n", "not-here"),
        (
            "page.ipynb",
            '{"cells": [{"cell_type": "code", "execution_count": null, "id": "a", "metadata": {}, "outputs": [], '
            '"source": "# A\\nraise ValueError(41)"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
            "ExecutionError",
        ),
    ],
)
def test_what_is_broken_stops_the_build(tmp_path: Path, name: str, text: str, said: str) -> None:
    source = tmp_path / "docs"
    for folder in ("tutorial", "how-to", "reference", "explanation"):
        (source / folder).mkdir(parents=True)
        (source / folder / f"{folder}-page.md").write_text("# A page\n")
    shutil.copy(DOCS / "conf.py", source)
    (source / "README.md").write_text("# Documentation\n")
    (source / "how-to" / name).write_text(text)
    made = build(source, tmp_path)
    assert made.returncode != 0
    assert said in made.stderr + made.stdout
