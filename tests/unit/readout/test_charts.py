"""Charts: what they show, that their labels keep apart, that the same values give the same bytes."""

from __future__ import annotations

import itertools
import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from functools import cache
from pathlib import Path

import matplotlib
import pytest
from PIL import ImageFont

from pilotlab.readout.charts.event_study_chart import plot_event_study
from pilotlab.readout.charts.marks import n
from pilotlab.readout.charts.promises_chart import plot_promises
from pilotlab.readout.charts.result_chart import plot_result
from pilotlab.readout.charts.robustness_chart import plot_robustness
from pilotlab.readout.charts.scale import Scale, around, tick_decimals, tick_step, ticks
from pilotlab.readout.charts.text_width import Label, fitted, spread, width, wrapped
from pilotlab.readout.document.panels import plot_panels
from pilotlab.readout.palette import INKS
from tests.unit.readout.cases import CASES, many_weeks, not_ready, open_ends, two_goals_two_arms
from tests.unit.readout.fixture import anchor_days, robustness_card

Box = tuple[float, float, float, float, str]
SVG = "{http://www.w3.org/2000/svg}"
FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
CALM = [name for name in CASES if name not in ("extreme", "wicked")]  # numbers and words that people write


def charts_of(name: str) -> list[str]:
    return [figure.svg for figure in plot_panels(CASES[name]()).figures]


@cache
def font(bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")), 1000)


def boxes(svg: str) -> list[Box]:
    """Boxes of all words, in the widest face: left, top, right, bottom, words."""
    found = []
    for mark in ET.fromstring(svg).iter(f"{SVG}text"):
        size, words = float(mark.get("font-size", "10")), mark.text or ""
        wide = font(mark.get("font-weight") == "700").getlength(words) / 1000 * size
        left = float(mark.get("x", "0")) - {"middle": wide / 2, "end": wide}.get(
            mark.get("text-anchor", ""), 0.0
        )
        y = float(mark.get("y", "0"))
        found.append((left, y - 0.72 * size, left + wide, y + 0.16 * size, words))
    return found


@pytest.mark.parametrize("name", CALM)
def test_labels_do_not_overlap(name: str) -> None:
    for svg in charts_of(name):
        for one, other in itertools.combinations(boxes(svg), 2):
            across = min(one[2], other[2]) - max(one[0], other[0])
            down = min(one[3], other[3]) - max(one[1], other[1])
            assert across <= 0.5 or down <= 0.5, f"{one[4]!r} lies on {other[4]!r}"


@pytest.mark.parametrize("name", CALM)
def test_labels_stay_inside_the_chart(name: str) -> None:
    for svg in charts_of(name):
        height = float(ET.fromstring(svg).get("height", "0"))
        for left, top, right, bottom, words in boxes(svg):
            assert left >= -4, words
            assert right <= 354, words
            assert top >= -2, words
            assert bottom <= height + 1, words


@pytest.mark.parametrize("name", CASES)
def test_marks_are_plain(name: str) -> None:
    for svg in charts_of(name):
        assert not re.search(r"<(pattern|filter|clipPath|style|script|image|use)|var\(|url\(|nan|inf\b", svg)
        for mark in ET.fromstring(svg).iter():
            for paint in ("fill", "stroke"):
                colour = mark.get(paint)
                if colour and colour != "none":
                    letter = "f" if paint == "fill" else "s"
                    named = [key for key, ink in INKS.items() if ink.light == colour]
                    assert any(f"{letter}-{key}" in (mark.get("class") or "").split() for key in named)


@pytest.mark.parametrize("name", CASES)
def test_pictures_say_what_they_show(name: str) -> None:
    for svg in charts_of(name):
        root = ET.fromstring(svg)
        assert root.get("role") == "img"
        title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert title is not None
        assert title.text
        assert description is not None
        assert len(description.text or "") > 20
        assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert float(root.get("width", "0")) == 350


@pytest.mark.parametrize("name", CASES)
def test_the_same_values_give_the_same_bytes(name: str) -> None:
    assert charts_of(name) == charts_of(name)


def test_the_result_is_drawn_to_scale() -> None:
    svg = ET.fromstring(plot_result("c", anchor_days().lead.goals[0]))
    places = {
        mark.text: float(mark.get("x", "0")) for mark in svg.iter(f"{SVG}text") if mark.get("y") == "89"
    }
    disc = next(mark for mark in svg.iter(f"{SVG}circle") if mark.get("r") == "6")
    unit = places["1.0"] - places["0.0"]
    assert float(disc.get("cx", "0")) == pytest.approx(places["0.0"] + 0.76 * unit, abs=0.1)


def test_right_is_good_whichever_way_the_metric_runs() -> None:
    goal = anchor_days().lead.goals[0]  # fewer days are better: 6.92 to 5.73 goes right
    for lower, ends in ((True, (6.92, 5.73)), (False, (5.73, 6.92))):
        means = (replace(goal.means[0], baseline=ends[0], counted=ends[1]),)
        svg = ET.fromstring(plot_result("c", replace(goal, means=means, lower_is_better=lower)))
        way = next(mark for mark in svg.iter(f"{SVG}line") if mark.get("y1") == "130")
        assert float(way.get("x2", "0")) > float(way.get("x1", "0"))


def test_open_ends_are_arrows_with_the_word() -> None:
    svg = plot_result("c", open_ends().lead.goals[0])
    assert svg.count(">open<") == 2


def test_the_reason_stands_in_the_number_s_place() -> None:
    svg = plot_result("c", not_ready().lead.goals[0])
    words = " ".join(ET.fromstring(svg).itertext())
    assert "2 treated clusters" in words
    assert "0.00" not in words


def test_a_broken_limit_is_a_diamond_and_a_bold_word() -> None:
    promises = anchor_days().lead.promises
    assert promises is not None
    svg = plot_promises("c", promises)
    assert svg.count('class="f-red s-paper"') == 1
    assert re.search(r'font-weight="700"[^>]*>broken, fixable<', svg)
    safe = plot_promises("c", replace(promises, rows=promises.rows[1:]))
    assert "f-red s-paper" not in safe


def test_a_hidden_row_stays_with_its_reason() -> None:
    promises = anchor_days().lead.promises
    assert promises is not None
    assert "hidden: under 5 in an arm" in plot_promises("c", promises)


def test_a_row_stands_at_multiples_of_its_own_limit() -> None:
    promises = anchor_days().lead.promises
    assert promises is not None
    row = promises.rows[1]
    marks = []
    for factor in (1, 10):
        scaled = replace(
            row,
            effect=replace(row.effect, estimate=0.15 * factor, low=-0.3 * factor, high=0.45 * factor),
            limit=-0.3 * factor,
        )
        svg = ET.fromstring(plot_promises("c", replace(promises, rows=(scaled,))))
        marks.append([mark.get("cx") for mark in svg.iter(f"{SVG}circle")])
    assert marks[0] == marks[1]


def test_weeks_with_few_units_are_hollow_and_leave_the_line() -> None:
    study = anchor_days().lead.timing[0]
    svg = plot_event_study("c", study)
    ours = re.search(r'<path fill="none" class="s-blue"[^>]*d="([^"]+)"', svg)
    assert ours is not None
    assert len(ours[1].split("L")) == 26  # 27 weeks, the last on 4 pairs
    assert 'class="f-paper s-comp"' in svg
    assert "4 pairs" in svg


def test_a_week_left_out_is_hollow_but_stays_on_the_line() -> None:
    svg = plot_event_study("c", anchor_days().lead.timing[0])
    assert svg.count('class="f-paper s-blue"') == 1


def test_one_week_and_sixty_can_be_drawn() -> None:
    for weeks in (1, 2, 60, 120):
        timing = many_weeks(weeks).lead.timing[0]
        assert plot_event_study("c", timing).count("<circle") == weeks


def test_two_goals_share_a_panel_and_each_has_its_twin() -> None:
    drawn = plot_panels(two_goals_two_arms())
    assert [figure.twin for figure in drawn.figures] == [f"A{k}" for k in range(1, len(drawn.figures) + 1)]
    assert len(drawn.arms[0].panels[0].figures) == 2
    assert len({figure.name for figure in drawn.figures}) == len(drawn.figures)


def test_other_analyses_are_drawn_to_scale_and_failures_are_diamonds() -> None:
    svg = plot_robustness("c", robustness_card())
    root = ET.fromstring(svg)
    assert svg.count('class="f-red s-paper"') == 2
    assert svg.count(">not run<") == 1
    assert svg.count(">held, not shown<") == 1
    ours = next(mark for mark in root.iter(f"{SVG}circle") if mark.get("r") == "4.4")
    zero, bar = (float(mark.get("x1", "0")) for mark in root.iter(f"{SVG}line") if mark.get("y1") == "18")
    assert float(ours.get("cx", "0")) == pytest.approx(zero + 0.76 / 0.5 * (bar - zero), abs=0.2)


def test_an_analysis_far_off_ends_in_arrows_and_leaves_the_others_room() -> None:
    card = CASES["open_ends"]().lead.robustness[0]
    svg = plot_robustness("c", card)
    centres = {mark.get("cx") for mark in ET.fromstring(svg).iter(f"{SVG}circle")}
    assert len(centres) > 5  # a thousand million days do not push them together
    assert "nan" not in svg


@pytest.mark.parametrize(
    ("low", "high"), [(0.0, 1.0), (-1.26, 2.2), (1e-9, 3e-9), (-5e11, 2e12), (99.1, 99.2)]
)
def test_ticks_are_round_few_and_inside(low: float, high: float) -> None:
    found = ticks(low, high)
    assert 2 <= len(found) <= 6
    step = tick_step(low, high)
    assert all(low - step * 1e-6 <= value <= high + step * 1e-6 for value in found)
    assert tick_decimals(0.25) == 2
    assert tick_decimals(20.0) == 0


def test_a_range_of_one_value_is_not_empty() -> None:
    low, high = around([3.0, 3.0])
    assert low < 3.0 < high
    assert around([]) == (-1.0, 1.0)
    assert around([math.inf, 1.0, 2.0]) == (1.0, 2.0)


def test_a_scale_holds_what_lies_beyond_its_ends() -> None:
    scale = Scale(0.0, 2.0, 10.0, 110.0)
    assert (scale(-5), scale(1), scale(9)) == (10.0, 60.0, 110.0)
    assert not scale.holds(2.1)


def test_lettering_is_never_narrower_than_the_widest_face() -> None:
    for bold, words in itertools.product(
        (False, True), ("broken, fixable", "(−0.10 to +0.19)", "Time with other teams", "worth it: 0.50")
    ):
        assert width(words, 10, bold=bold) >= font(bold).getlength(words) / 100 - 0.8


def test_labels_are_spread_or_refused() -> None:
    labels = [Label("baseline", 10), Label("announced", 12), Label("wash-in", 14)]
    centres = spread(labels, 0, 300)
    assert centres is not None
    edges = [
        (centre - label.width / 2, centre + label.width / 2)
        for centre, label in zip(centres, labels, strict=True)
    ]
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(edges))
    assert spread(labels, 0, 60) is None


def test_words_are_wrapped_cut_and_fitted() -> None:
    assert wrapped("Time with other teams", 60, 9.5) == ["Time with", "other teams"]
    assert wrapped("Donaudampfschifffahrtsgesellschaft", 60, 9.5)[0].endswith("…")
    assert fitted("short", 100, 9.5) == 9.5
    assert 6.5 <= fitted("a very long label indeed for this room", 120, 9.5) < 9.5


def test_coordinates_are_short_and_finite() -> None:
    assert (n(1.0), n(0.04), n(-0.04), n(2.345)) == ("1", "0", "0", "2.3")
    with pytest.raises(ValueError, match="can't stand"):
        n(math.nan)


@pytest.mark.parametrize("estimate", [-1.37, -0.04, 0.0, 0.11, 0.49, 0.52, 3.8, 41.0])
@pytest.mark.parametrize("reach", [0.003, 0.09, 0.4, 2.0, 30.0])
def test_words_of_a_result_never_meet_wherever_it_lies(estimate: float, reach: float) -> None:
    goal = anchor_days().lead.goals[0]
    for bar, limit in ((0.5, None), (0.02, None), (None, -0.5), (None, None)):
        for ends in (
            (estimate - reach, estimate + reach),
            (estimate, estimate + reach),
            (-math.inf, estimate + reach),
        ):
            effect = replace(goal.effect, estimate=estimate, low=ends[0], high=ends[1])
            svg = plot_result("c", replace(goal, effect=effect, bar=bar, limit=limit))
            for one, other in itertools.combinations(boxes(svg), 2):
                across = min(one[2], other[2]) - max(one[0], other[0])
                down = min(one[3], other[3]) - max(one[1], other[1])
                assert across <= 0.5 or down <= 0.5, f"{one[4]!r} lies on {other[4]!r}"


@pytest.mark.parametrize("estimate", [-0.04, 0.0, 0.11, 0.49])
def test_the_estimate_s_words_keep_off_the_upright_lines(estimate: float) -> None:
    goal = anchor_days().lead.goals[0]
    effect = replace(goal.effect, estimate=estimate, low=estimate - 0.5, high=estimate + 0.5)
    svg = plot_result("c", replace(goal, effect=effect, means=()))
    upright = {
        float(mark.get("x1", "0")) for mark in ET.fromstring(svg).iter(f"{SVG}line") if mark.get("y1") == "22"
    }
    assert len(upright) == 2
    said = {f"{value:.2f}".replace("-", "−") for value in (estimate, estimate - 0.5, estimate + 0.5)}
    for left, _, right, _, words in boxes(svg):
        if words in said and words != "0.50":
            assert not [x for x in upright if left + 0.5 < x < right - 0.5], words


def test_rows_without_a_limit_share_no_axis_and_keep_their_units() -> None:
    panel = plot_panels(CASES["no_limits"]()).arms[0].panels[1]
    svg = panel.figures[0].svg
    assert panel.question == "Watched"
    assert "<circle" not in svg
    assert ">−1.3\u00a0h<" in svg
    assert ">+0.04\u00a0points<" in svg
