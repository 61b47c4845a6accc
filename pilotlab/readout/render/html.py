"""The readout as one self-contained HTML page: opens offline, needs no script, prints page one on one sheet."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pilotlab.readout.document.model import Readout
from pilotlab.readout.document.page_height import density
from pilotlab.readout.document.panels import draw
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
    drawn = draw(readout)
    page = _environment().get_template("base.html")
    html = page.render(
        readout=readout,
        drawn=drawn,
        sections=sections_of(readout),
        dark_rules=dark_rules(),
        density=density(readout, drawn),
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
