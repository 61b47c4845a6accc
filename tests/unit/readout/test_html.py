"""The page: well-formed, self-contained, escaped, the same bytes each time."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from pilotlab.readout.document.panels import plot_panels
from pilotlab.readout.document.sections import SECTIONS, sections_of
from pilotlab.readout.palette import INKS
from pilotlab.readout.render.filters import CELL_MARKS, phase_word, rich
from pilotlab.readout.render.html import density, render_html
from pilotlab.readout.render.markdown import render_markdown
from tests.unit.readout.cases import (
    CASES,
    WICKED,
    bare,
    learn,
    long_words,
    not_ready,
    two_goals_two_arms,
    with_arm,
)
from tests.unit.readout.fixture import COMPARISON_MAP, PILOT_MAP, anchor_days, without_slices

VOID = {"meta", "br", "col", "link", "img", "hr", "input"}
NEVER = ("significant", "proved", "proven", "no effect")


class Page(HTMLParser):
    """Collects ids, links, open tags and visible words, and refuses what closes wrongly."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.labels: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            assert not name.startswith("on"), f"{tag} has {name}"
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.links.append(value or "")
            if name in ("aria-labelledby", "aria-describedby"):
                self.labels += (value or "").split()
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        """What a reader sees."""
        return " ".join(" ".join(self.words).split())


@pytest.mark.parametrize("name", CASES)
def test_the_page_is_well_formed(name: str) -> None:
    page = Page(render_html(CASES[name]()))
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    for link in page.links:
        assert link.startswith("#"), link
        assert link[1:] in page.ids
    assert set(page.labels) <= set(page.ids)


@pytest.mark.parametrize("name", CASES)
def test_the_page_needs_nothing_from_outside(name: str) -> None:
    html = render_html(CASES[name]())
    assert not Page(html).tags & {"script", "link", "img", "iframe", "object"}
    assert not re.search(r"url\(|@import|\bsrc=", html)
    assert set(re.findall(r"https?://[^\"' ]+", html)) <= {"http://www.w3.org/2000/svg"}


@pytest.mark.parametrize("name", CASES)
def test_the_same_readout_gives_the_same_bytes(name: str) -> None:
    assert render_html(CASES[name]()) == render_html(CASES[name]())
    assert render_markdown(CASES[name]()) == render_markdown(CASES[name]())


def test_another_process_gives_the_same_bytes() -> None:
    code = "from tests.unit.readout.fixture import anchor_days as a; from pilotlab.readout.render.html import render_html as r; print(r(a()), end='')"
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs[0] == runs[1] == render_html(anchor_days()).encode()


def test_names_can_not_become_markup() -> None:
    html = render_html(CASES["wicked"]())
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert WICKED in Page(html).text  # read back, it is what was written


def test_bold_and_code_are_the_only_markup_in_words() -> None:
    assert rich("**a** `b` <i>c</i>") == "<b>a</b> <code>b</code> &lt;i&gt;c&lt;/i&gt;"
    assert rich("**<b onclick=x>**") == "<b>&lt;b onclick=x&gt;</b>"


def test_an_interval_in_brackets_stays_on_one_line() -> None:
    assert rich("size (0.30 to 1.19), then") == 'size <span class="nb">(0.30 to 1.19),</span> then'
    assert "nb" not in rich("costs (travel 17, desks 12)")


def test_the_order_of_page_one() -> None:
    text = Page(render_html(anchor_days())).text
    order = [
        *(
            "Scale with changes",
            "0.76 days sooner",
            "Rule standard@1",
            "Grade A",
            "The bar against the result",
            "Promises kept",
        ),
        *(
            "When it happened",
            "Did the policy happen",
            "For whom",
            "Read with care",
            "Can I trust it",
            "Would another analyst agree",
            "Planned against done",
            "Appendix",
        ),
    ]
    body = text[text.index("Decision") :]
    places = [body.index(words) for words in order]
    assert places == sorted(places)


def test_p_stands_only_in_the_appendix() -> None:
    html = render_html(anchor_days())
    before, _, appendix = html.partition('<h2 id="app">')
    assert "0.0068" not in before
    assert "0.0068" in appendix
    assert "p = " not in before


@pytest.mark.parametrize("name", CASES)
def test_words_that_we_never_use(name: str) -> None:
    text = (Page(render_html(CASES[name]())).text + render_markdown(CASES[name]())).lower()
    assert not [word for word in NEVER if re.search(rf"\b{word}\b", text.replace("unproven", ""))]


def test_checks_not_made_are_named() -> None:
    text = Page(render_html(without_slices())).text
    assert "Not made for this readout: forecast, slices and robustness card." in text
    assert "For whom" not in text


def test_other_analyses_are_counted_and_those_that_failed_are_named() -> None:
    html = render_html(anchor_days())
    text = Page(html).text
    part = text[text.index("Would another analyst agree") : text.index("Planned against done")]
    for words in (
        "Held in 13 of 15",
        "The two that did not",
        "Baseline of 4 weeks, not 8 , 1.29 (0.13 to 2.49): above this readout’s interval.",
        "Second half of the pilot only , −0.02 (−0.41 to 0.34): the sign turns.",
        "Not run Weighted by people, not teams : how many people",
        "Leave one pair out Lowest 0.68, highest 0.89. No sign flip.",
        "Table A6",
    ):
        assert words in part.replace("\u00a0", " "), (words, part)
    assert '<span class="mark red">alarm</span>' in html
    assert html.count('<span class="mark">no alarm</span>') == 1


def test_a_page_without_other_analyses_has_no_such_section() -> None:
    assert "Would another analyst agree" not in render_html(without_slices())


def test_several_goals_and_arms_have_a_card_each() -> None:
    text = Page(render_html(two_goals_two_arms())).text
    assert "Every goal, analysed otherwise" in text
    for words in (
        "Cycle time, Two anchor days: held in 13 of 15",
        "Lead time, Four office days: no other analysis could be run",
    ):
        assert words in text, words
    assert "The sign flips without some pair. The range is not shown" in text


def test_undecided_pages_print_the_gate_on_page_one() -> None:
    for readout in (learn(), not_ready()):
        one = render_html(readout).partition('<h2 id="trust">')[0]
        assert one.count('class="mark') == 6
    missing = Page(render_html(not_ready())).text
    assert "What is missing: plan frozen before the first pilot week" in missing
    assert 'class="mark red">✗ not met' in render_html(not_ready())


def test_the_reason_stands_where_the_number_would() -> None:
    text = Page(render_html(not_ready())).text
    assert text.count("2 treated clusters: a cluster-robust interval would be far too narrow") >= 2


def test_other_arms_are_named_on_page_one_and_shown_after() -> None:
    html = render_html(two_goals_two_arms())
    one, _, rest = html.partition('<h2 id="trust">')
    assert "<b>Four office days</b>: Stop (grade B)" in one
    assert "c2-bar" not in one
    assert 'id="c2-bar"' in rest


def test_persons_are_never_shown_singly() -> None:
    for text in (render_html(CASES["persons"]()), render_markdown(CASES["persons"]())):
        assert "observability" not in text
    assert 'class="map' not in render_html(CASES["persons"]())


def test_the_map_shows_each_gap_with_its_reason() -> None:
    html = render_html(anchor_days())
    marked = html[html.index('class="map') : html.index('class="key"')]
    logged = "".join([*PILOT_MAP.values(), *COMPARISON_MAP.values()])
    for letter, words in (
        ("F", "forgotten"),
        ("L", "leave"),
        ("N", "no work finished"),
        ("A", "not applicable"),
    ):
        assert marked.count(f'title="{words}">{letter}<') == logged.count(letter) > 0
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', marked)
    assert len(rows) == 24
    assert all(cells.count("<td") == 28 for _, cells in rows)


def test_every_state_of_the_map_has_a_look_and_gaps_have_a_letter() -> None:
    letters = [look.letter for look in CELL_MARKS.values() if look.letter]
    assert len(letters) == len(set(letters)) == 6
    assert phase_word("announced", 3) == "announced"
    assert phase_word("announced", 1) == '<abbr title="announced">an.</abbr>'


def test_adding_a_section_is_a_row() -> None:
    assert [section.name for section in sections_of(anchor_days())] == [
        "page_one",
        "trust",
        "robustness",
        "plan",
        "appendix",
    ]
    assert "arms" in [section.name for section in sections_of(two_goals_two_arms())]
    assert len({section.name for section in SECTIONS}) == len(SECTIONS)


def test_a_long_page_one_is_printed_smaller() -> None:
    assert density(anchor_days(), plot_panels(anchor_days())) == ""
    assert density(long_words(), plot_panels(long_words())) in ("denser", "densest")
    assert '<html lang="en" class="dense' in render_html(long_words())


def test_a_readout_with_nothing_in_it_is_still_a_page() -> None:
    text = Page(render_html(bare())).text
    assert "Not decision-ready" in text
    assert "Nothing was logged." in text


def test_a_lead_with_line_breaks_and_quotes_is_safe() -> None:
    readout = anchor_days()
    html = render_html(with_arm(readout, decision=replace(readout.lead.decision, lead="a \"b\"\n<br>'c'")))
    assert "a &#34;b&#34;" in html
    assert "<br>'c'" not in html


def luminance(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ground", ["paper", "shade"])
@pytest.mark.parametrize("ink", ["ink", "muted", "blue", "red", "comp"])
def test_words_can_be_read_on_light_and_dark(ink: str, ground: str) -> None:
    assert contrast(INKS[ink].light, INKS[ground].light) >= 4.5
    assert contrast(INKS[ink].dark, INKS[ground].dark) >= 4.5


@pytest.mark.parametrize("ink", ["blue", "red", "comp", "ink", "mid"])
def test_marks_can_be_told_from_the_ground(ink: str) -> None:
    assert contrast(INKS[ink].light, INKS["paper"].light) >= 3
    assert contrast(INKS[ink].dark, INKS["paper"].dark) >= 3


def test_the_line_can_be_seen_on_its_bands() -> None:
    for tone in ("light", "dark"):
        for band in ("band", "core"):
            assert contrast(getattr(INKS["blue"], tone), getattr(INKS[band], tone)) >= 3
    assert contrast(INKS["ink"].light, INKS["band"].light) >= 8.5


def test_the_style_knows_every_class_in_the_dark() -> None:
    html = render_html(anchor_days())
    used = set(re.findall(r"\b[fs]-[a-z]+", " ".join(re.findall(r'class="([^"]+)"', html))))
    for name in used:
        assert f".{name}{{" in html, name
