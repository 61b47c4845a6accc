"""Pages: every command, block of Python, file, edit, output and link on them is run or followed."""

from __future__ import annotations

import contextlib
import doctest
import io
import re
import shutil
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import pilotlab as pl
from pilotlab.cli.main import COMMANDS, cli
from tests.app.pages import (
    REPOSITORY,
    Block,
    agrees,
    all_pages,
    anchors,
    blocks,
    commands,
    edit,
    links,
    name_of,
)

PAGES = all_pages()
HOW_TO = sorted((REPOSITORY / "docs" / "how-to").glob("*.md"))
README = REPOSITORY / "README.md"
BEFORE_THE_DRAW = {"an-unlucky-draw.md"}  # pages that begin with a declaration alone
DECLARED, TODAY = "2026-09-14", "2026-10-12"
PILOT = "anchor-days"


def run(words: list[str], *, today: str = TODAY, typed: str = "") -> Any:
    """Run a command on the page's day."""
    return CliRunner().invoke(
        cli, [*words, *dated(words, today)], input=typed, env={"PILOTLAB_ACTOR": "analyst"}
    )


def dated(words: list[str], today: str) -> list[str]:
    """Add `--today` where the command takes it."""
    command, _ = found(words)
    takes = any("--today" in option.opts for option in command.params)
    return ["--today", today] if takes and "--today" not in words else []


def found(words: list[str]) -> tuple[click.Command, list[str]]:
    """Find the command that words name, and what is left of them."""
    command: click.Command | None = cli
    rest = words
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        command, rest = command.get_command(click.Context(command), rest[0]), rest[1:]
        assert command is not None, f"there is no command {words}"
    assert command is not None
    return command, rest


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the tutorial's workspace, nothing drawn."""
    root = tmp_path_factory.mktemp("declared") / "my-company"
    with contextlib.chdir(root.parent):
        assert run(["init", root.name], today=DECLARED).exit_code == 0
    return root


@pytest.fixture(scope="module")
def frozen(declared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the tutorial's workspace, assigned and frozen."""
    root = tmp_path_factory.mktemp("docs") / "my-company"
    shutil.copytree(declared, root)
    with contextlib.chdir(root):
        for verb in ("assign", "freeze"):
            assert run([verb, PILOT], today=DECLARED).exit_code == 0
    return root


@pytest.mark.parametrize("page", HOW_TO, ids=name_of)
def test_how_to_runs_as_it_is_written(
    page: Path, declared: Path, frozen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(declared if page.name in BEFORE_THE_DRAW else frozen, tmp_path / "my-company")
    monkeypatch.chdir(tmp_path / "my-company")
    names: dict[str, Any] = {"__name__": "page"}
    printed = ran = ""
    for block in blocks(page):
        if block.file:
            write(block)
        elif block.language == "console":
            ran += follow(block)
        elif block.language == "python":
            printed = execute(block.text, names)
            ran += block.text
        elif block.language == "text":
            assert agrees(printed, block.text), f"{printed}\n--- the page says\n{block.text}"
    assert ran, "a how-to shows how"


def write(block: Block) -> None:
    """Write or edit the file that a page shows."""
    path = Path(block.file)
    if block.language == "diff":
        path.write_text(edit(path.read_text(encoding="utf-8"), block.text), encoding="utf-8")
    else:
        path.write_text(block.text, encoding="utf-8")


def follow(block: Block) -> str:
    """Run the commands of a block, and hold their output against the page's."""
    for words, expected in commands(block.text):
        result = run(words)
        fails = bool(re.search(r"^error:| error ", expected, re.MULTILINE)) and "--only-good" not in words
        assert (result.exit_code != 0) == fails, f"{words}: exit {result.exit_code}\n{result.output}"
        assert not expected or agrees(result.output, expected), (
            f"{result.output}\n--- the page says\n{expected}"
        )
    return block.text


def execute(code: str, names: dict[str, Any]) -> str:
    """Run a block of Python, doctest or plain; return what it printed."""
    if ">>>" in code:
        case = doctest.DocTestParser().get_doctest(code, names, "page", None, None)
        assert doctest.DocTestRunner().run(case, clear_globs=False).failed == 0
        names.update(case.globs)
        return ""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(compile(code, "page", "exec"), names)
    return out.getvalue()


@pytest.mark.parametrize("page", [page for page in PAGES if page not in HOW_TO], ids=name_of)
def test_python_of_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    panel_csv(tmp_path / "panel.csv")
    names: dict[str, Any] = {"__name__": "page"}
    for block in blocks(page):
        if block.language == "python":
            execute(block.text, names)


def panel_csv(path: Path) -> None:
    """Write the table that the README reads: 12 units, 6 of them treated from week 7 on."""
    rng = np.random.default_rng(7)
    frame = pd.DataFrame(
        [(unit, week) for unit in range(12) for week in range(1, 13)], columns=["unit", "week"]
    )
    frame["first_week"] = np.where(frame["unit"] < 6, 7, np.nan)
    frame["y"] = rng.normal(size=len(frame)) + (frame["week"] >= frame["first_week"])
    frame.to_csv(path, index=False)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_of_a_page_exist_with_their_options(page: Path) -> None:
    for block in blocks(page):
        if block.language in {"console", "sh"}:
            for words, _ in commands(block.text):
                command, rest = found(words)
                with contextlib.suppress(click.exceptions.Exit), command.make_context(words[0], list(rest)):
                    pass


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    for link in links(page):
        target, _, anchor = link.partition("#")
        path = (page.parent / target).resolve() if target else page
        assert path.exists(), f"{name_of(page)}: {link}"
        assert not anchor or anchor in anchors(path), f"{name_of(page)}: {link}"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_its_place_in_the_docs(command: str) -> None:
    texts = [page.read_text(encoding="utf-8") for page in PAGES if page == README or "docs" in page.parts]
    assert any(re.search(rf"pilotlab {command}\b", text) for text in texts)


def test_index_names_every_page_or_the_index_of_its_folder() -> None:
    docs = REPOSITORY / "docs"
    named = {(index.parent / link).resolve() for index in docs.rglob("README.md") for link in links(index)}
    assert {page for page in docs.rglob("*.md") if page != docs / "README.md"} <= named


def test_readme_walks_from_an_empty_folder_to_a_readout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a newcomer types it; `log` asks, and is answered."""
    monkeypatch.chdir(tmp_path)
    (text,) = [block.text for block in blocks(README) if "pilotlab init" in block.text]
    for words, _ in commands(text):
        typed = "checkout\n7.4\n" + "\n" * 12 if words[0] == "log" else ""
        result = run(
            words, today=DECLARED if words[0] in {"init", "assign", "freeze"} else TODAY, typed=typed
        )
        assert result.exit_code == 0, f"{words}\n{result.output}"
        if words[0] == "init":
            monkeypatch.chdir(tmp_path / words[1])
        if words[0] == "log":
            assert "Saved for checkout" in result.output
    assert (tmp_path / "my-company" / "analysis" / "readouts" / f"{PILOT}.html").is_file()


def test_readme_declaration_passes_check(frozen: Path, tmp_path: Path) -> None:
    (declaration,) = [block.text for block in blocks(README) if block.language == "yaml"]
    folder = tmp_path / "experiments" / PILOT
    folder.mkdir(parents=True)
    (tmp_path / "pilotlab.toml").write_text("", encoding="utf-8")
    (folder / "pilot.yaml").write_text(declaration, encoding="utf-8")
    shutil.copy(frozen / "experiments" / PILOT / "teams.csv", folder)
    findings = pl.open(tmp_path, actor="analyst").check(PILOT)
    assert [str(finding) for finding in findings if finding.level == "error"] == []


def test_a_page_that_lies_is_caught() -> None:
    assert agrees("a\nb\nc\n", "a\n…\nc")
    assert agrees("Receipt 12-34\n", "Receipt …")
    assert not agrees("a\nb\n", "a")
    assert not agrees("1 new\n", "2 new")
    assert edit("a: 1  # why\nb: 2\n", " a: 1\n+c: 3\n-b: 2\n+b: 4\n") == "a: 1  # why\nc: 3\nb: 4\n"


@pytest.mark.parametrize("name", [*pl.ESTIMATORS, *pl.INFERENCES])
def test_the_readme_names_every_estimator_and_inference(name: str) -> None:
    text = README.read_text(encoding="utf-8")
    part = text[text.index("- Estimators") : text.index("- What can't be trusted")]
    assert f"`{name}`" in part
