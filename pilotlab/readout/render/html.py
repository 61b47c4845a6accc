"""The readout as one self-contained HTML page: opens offline, needs no script, prints page one on one sheet."""

from __future__ import annotations

import math
import re
from functools import cache
from typing import TYPE_CHECKING

from pilotlab.readout.document.model import DecisionBox, Readout, Row
from pilotlab.readout.document.panels import ArmPanels, Panel, Plotted, plot_panels
from pilotlab.readout.document.sections import sections_of
from pilotlab.readout.palette import dark_rules
from pilotlab.text.characters import visible

if TYPE_CHECKING:
    from jinja2 import Environment


def render_html(readout: Readout) -> str:
    """Write the page. Everything in `readout` is escaped; the same readout gives the same bytes.

    Parameters
    ----------
    readout : Readout
        As built, or as read back with `Readout.from_dict`.

    Returns
    -------
    str
        A whole HTML document in UTF-8.
    """
    plotted = plot_panels(readout)
    page = _environment().get_template("base.html")
    html = page.render(
        readout=readout,
        plotted=plotted,
        sections=sections_of(readout),
        dark_rules=dark_rules(),
        density=density(readout, plotted),
    )
    return "\n".join(visible(line) for line in html.split("\n") if line.strip()) + "\n"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from pilotlab.readout.render.filters import HTML_FILTERS

    environment = Environment(
        loader=PackageLoader("pilotlab.readout.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(HTML_FILTERS)
    return environment


SHEET_MM = 260.0  # of Letter, less margins; the estimate below is for the widest face
_CLASSES = (
    ("", 1.0),
    ("dense", 0.92),
    ("denser", 0.84),
    ("densest", 0.76),
)  # style.css scales type and charts alike
_CHART_MM = 91.0 / 350
_HEIGHT = re.compile(r'viewBox="0 0 350 ([0-9.]+)"')


def density(readout: Readout, plotted: Plotted) -> str:
    """Return the class that makes print smaller where page one is long; "" where it fits as it is."""
    height = page_one_mm(readout, plotted)
    return next((name for name, scale in _CLASSES if height * scale <= SHEET_MM), _CLASSES[-1][0])


def page_one_mm(readout: Readout, plotted: Plotted) -> float:
    """Estimate page one's height on paper at its usual size, in millimetres."""
    first = plotted.arms[0]
    title = (
        5
        + 6.6 * _lines(readout.title, 60)
        + 4.6 * _lines(readout.question, 105)
        + 4.3 * _lines(readout.notice, 115)
    )
    return title + _decision_mm(first.arm.decision, len(readout.arms) - 1) + _panels_mm(first) + 5


def _decision_mm(box: DecisionBox, others: int) -> float:
    made = f"Not made for this readout: {', '.join(box.not_made)}." if box.not_made else ""
    left = 15 + 4.9 * _lines(box.lead, 66) + 3.8 * _lines(f"{box.rule} {made}".strip(), 95)
    rows = [
        f"Grade {box.grade}: {box.evidence}",
        box.decides,
        *(row.text for row in (*box.steps, *box.facts)),
        *["other arm"] * others,
    ]
    right = sum(1.4 + 3.75 * _lines(text, 34) for text in rows if text)
    return max(left, right) + 4


def _panels_mm(first: ArmPanels) -> float:
    heights = [_panel_mm(panel) for panel in first.panels]
    alone = len(heights) % 2 == 0
    if first.arm.care:
        heights.append(10 + _care_mm(first.arm.care, 112 if alone else 46))
    return sum(max(heights[place : place + 2]) for place in range(0, len(heights), 2))


def _panel_mm(panel: Panel) -> float:
    charts = sum(
        float(height) * _CHART_MM + 5
        for figure in panel.figures
        for height in _HEIGHT.findall(figure.svg)[:1]
    )
    gate = sum(0.7 + 3.7 * _lines(f"{item.condition} {item.found} {item.needed}", 44) for item in panel.gate)
    return 5.5 + 3.8 * _lines(panel.finding, 46) + charts + 3.5 * _lines(panel.note, 66) + gate


def _care_mm(rows: tuple[Row, ...], letters: int) -> float:
    return sum(0.7 + 3.7 * _lines(row.text, letters) for row in rows)


def _lines(text: str, letters: int) -> int:
    return math.ceil(len(text) / letters)
