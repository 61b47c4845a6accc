"""The readout as files: whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pilotlab.errors import PilotlabError, UsageError
from pilotlab.readout.render.files import FORMS, Page
from tests.unit.readout.cases import CASES


@pytest.fixture
def page(tmp_path: Path) -> Page:
    return Page(next(iter(CASES.values()))(), tmp_path / "analysis" / "readouts" / "anchor-days")


@pytest.mark.parametrize("form", FORMS)
def test_each_form_has_its_suffix_and_place(page: Page, form: str) -> None:
    written = page.write(form=form)
    assert written == page.stem.with_name("anchor-days" + FORMS[form][0])
    assert written.read_bytes().decode() == page.text(form)
    assert [path.name for path in written.parent.iterdir()] == [written.name]


def test_without_a_form_the_suffix_says_which(page: Page, tmp_path: Path) -> None:
    assert page.write(tmp_path / "a.MD").read_text().startswith("#")
    assert page.write().suffix == ".html"
    with pytest.raises(UsageError, match=r"'a\.pdf' does not say in which form") as caught:
        page.write(tmp_path / "a.pdf")
    assert caught.value.fix == "end the name in one of: .html, .md, .json"
    with pytest.raises(UsageError, match="form 'pdf' is not known"):
        page.text("pdf")


def test_a_page_that_fails_leaves_the_old_one(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "page.html"
    target.write_text("old")

    def full(self: Path, *args: object, **options: object) -> int:
        os.close(os.open(self, os.O_CREAT | os.O_WRONLY))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(PilotlabError, match="can't be written: no space left on device"):
        page.write(target)
    monkeypatch.undo()
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_the_digest_is_of_what_is_said(page: Page) -> None:
    same = Page(page.readout, page.stem.with_name("elsewhere"))
    assert page.digest() == same.digest()
    other = next(make() for make in list(CASES.values())[1:] if make() != page.readout)
    assert Page(other, page.stem).digest() != page.digest()


def test_the_repr_is_short(page: Page) -> None:
    assert len(repr(page)) < 300
