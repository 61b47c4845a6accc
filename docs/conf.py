"""The pages as a site: `make docs` runs the notebooks, and fails where one fails or a link leads nowhere."""

from __future__ import annotations

from pathlib import Path
from shutil import copyfile
from typing import Any

from pygments.lexers.special import TextLexer

project = "pilotlab"
author = copyright = "the pilotlab authors"  # noqa: A001 - Sphinx's own name
root_doc = "README"
extensions = ["myst_nb"]
exclude_patterns = ["_build"]
suppress_warnings = ["mystnb.mime_priority"]

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120

html_theme = "furo"
html_title = "pilotlab"
html_copy_source = html_show_sphinx = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b5a94", "color-brand-content": "#0b5a94"}
}

HERE = Path(__file__).parent
KINDS = {"Tutorial": "tutorial", "How-to": "how-to", "Reference": "reference", "Explanation": "explanation"}


def contents(kind: str, folder: str) -> str:
    """One part of the sidebar: every page of a folder."""
    pages = sorted(page for page in (HERE / folder).rglob("*") if page.suffix in {".md", ".ipynb"})
    lines = [page.relative_to(HERE).with_suffix("").as_posix() for page in pages]
    return "\n".join(["", "```{toctree}", ":hidden:", f":caption: {kind}", "", *lines, "```", ""])


def with_contents(_: Any, name: str, source: list[str]) -> None:
    """Give the index a sidebar, which its readers elsewhere do not need."""
    if name == root_doc:
        source[0] += "".join(contents(kind, folder) for kind, folder in KINDS.items())


def index_too(app: Any, error: Exception | None) -> None:
    """Open the site where servers look first."""
    if error is None and app.builder.name == "html":
        copyfile(app.outdir / f"{root_doc}.html", app.outdir / "index.html")


def setup(app: Any) -> None:
    """Sphinx calls this."""
    app.add_lexer("csv", TextLexer)
    app.connect("source-read", with_contents)
    app.connect("build-finished", index_too)
