"""The page in a real browser: on a phone, on a wide screen, in the dark, on paper."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pilotlab.readout.render.html import render_html
from tests.unit.readout.cases import CASES

sync_api = pytest.importorskip("playwright.sync_api")

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
SHEETS_MM = {"A4": 297 - 18, "Letter": 279.4 - 18}  # less the margins of the page
PRINT_PX = 711  # 188 mm
WIDEST = ':root{--sans:"DejaVu Sans"!important;--serif:"DejaVu Serif"!important} svg,svg *{font-family:"DejaVu Sans"}'
SHOWN = ("anchor_days", "without_slices", "long_words", "not_ready")


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with sync_api.sync_playwright() as playwright:
        here = next((found for name in NAMES if (found := shutil.which(name))), None)
        bundled = Path(playwright.chromium.executable_path)
        if not here and not bundled.exists():
            pytest.skip("chromium not here")
        started = playwright.chromium.launch(executable_path=here or str(bundled), args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("pages")
    for name, make in CASES.items():
        (folder / f"{name}.html").write_text(render_html(make()), encoding="utf-8")
    return {name: (folder / f"{name}.html").as_uri() for name in CASES}


@pytest.mark.parametrize("name", CASES)
def test_nothing_scrolls_sideways(browser: object, pages: dict[str, str], name: str) -> None:
    page = browser.new_page()  # type: ignore[attr-defined]
    page.goto(pages[name])
    beyond = {}
    for width in (320, 360, 1200):
        page.set_viewport_size({"width": width, "height": 900})
        beyond[width] = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    page.close()
    assert set(beyond.values()) == {0}, beyond


@pytest.mark.parametrize("name", CASES)
def test_page_one_fits_one_sheet_also_in_the_widest_face(
    browser: object, pages: dict[str, str], name: str
) -> None:
    page = browser.new_page(viewport={"width": PRINT_PX, "height": 1000})  # type: ignore[attr-defined]
    page.goto(pages[name])
    page.emulate_media(media="print")
    heights = []
    for face in (None, WIDEST):
        if face:
            page.add_style_tag(content=face)
        heights.append(
            page.evaluate("document.getElementById('page-one').getBoundingClientRect().height") * 25.4 / 96
        )
    page.close()
    assert max(heights) <= min(SHEETS_MM.values()), heights


@pytest.mark.parametrize("sheet", SHEETS_MM)
@pytest.mark.parametrize("name", SHOWN)
def test_the_second_part_starts_on_sheet_two(
    browser: object, pages: dict[str, str], tmp_path: Path, name: str, sheet: str
) -> None:
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext not here")
    page = browser.new_page()  # type: ignore[attr-defined]
    page.goto(pages[name])
    margin = {"top": "9mm", "bottom": "9mm", "left": "11mm", "right": "11mm"}
    page.pdf(path=tmp_path / "page.pdf", format=sheet, print_background=True, margin=margin)
    page.close()
    assert first_line(tmp_path / "page.pdf", 1) == "pilotlab leader readout"
    assert first_line(tmp_path / "page.pdf", 2) == "Can I trust it"


def first_line(pdf: Path, sheet: int) -> str:
    text = subprocess.run(
        ["pdftotext", "-f", str(sheet), "-l", str(sheet), "-layout", pdf, "-"],
        capture_output=True,
        text=True,
        check=True,
    )
    return text.stdout.strip().splitlines()[0].split("  ")[0].strip()


def test_the_dark_page_is_dark_and_its_charts_too(browser: object, pages: dict[str, str]) -> None:
    page = browser.new_page(color_scheme="dark")  # type: ignore[attr-defined]
    page.goto(pages["anchor_days"])
    colours = page.evaluate(
        """['body', '#c-bar circle', '#c-bar text.f-ink', '#c-event .f-band'].map(
            (name, k) => getComputedStyle(document.querySelector(name))[k ? 'fill' : 'backgroundColor'])"""
    )
    page.close()
    assert colours == ["rgb(23, 23, 21)", "rgb(134, 191, 236)", "rgb(236, 233, 226)", "rgb(36, 57, 74)"]


def test_the_verdict_is_the_largest_thing_on_the_page(browser: object, pages: dict[str, str]) -> None:
    page = browser.new_page(viewport={"width": 1200, "height": 900})  # type: ignore[attr-defined]
    page.goto(pages["anchor_days"])
    sizes = page.evaluate(
        """[...document.querySelectorAll('main *')].filter(e => e.childNodes.length && !e.closest('svg'))
            .map(e => [parseFloat(getComputedStyle(e).fontSize), e.id])"""
    )
    page.close()
    largest = max(size for size, _ in sizes)
    assert largest == 48
    assert [name for size, name in sizes if size == largest] == ["verdict"]


def test_chart_text_can_be_read_on_a_phone_and_a_wide_screen(browser: object, pages: dict[str, str]) -> None:
    for width, least in ((360, 7.5), (1200, 10.5)):
        page = browser.new_page(viewport={"width": width, "height": 900})  # type: ignore[attr-defined]
        page.goto(pages["anchor_days"])
        smallest = page.evaluate(
            """Math.min(...[...document.querySelectorAll('svg text')].map(
                t => parseFloat(t.getAttribute('font-size')) * t.ownerSVGElement.getBoundingClientRect().width / 350))"""
        )
        page.close()
        assert smallest >= least


def test_every_link_leads_to_a_table_with_the_same_name(browser: object, pages: dict[str, str]) -> None:
    page = browser.new_page()  # type: ignore[attr-defined]
    page.goto(pages["two_goals_two_arms"])
    pairs = page.evaluate(
        """[...document.querySelectorAll('figcaption a')].map(
            a => [a.textContent, document.querySelector(a.getAttribute('href')).caption.textContent])"""
    )
    page.close()
    assert len(pairs) >= 8
    assert all(caption.startswith(link.removeprefix("Table ") + " ") for link, caption in pairs)


def test_nothing_is_asked_of_the_network(browser: object, pages: dict[str, str]) -> None:
    page = browser.new_page()  # type: ignore[attr-defined]
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(pages["anchor_days"])
    page.close()
    assert asked == [pages["anchor_days"]]
