"""The notebook of the docs, as an analyst runs it: it ends without an error, and says what the engine says."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

import pilotlab as pl
from pilotlab.estimate.results.effect import Estimate
from pilotlab.estimate.results.honest import Sensitivity
from tests.app.pages import REPOSITORY
from tests.app.survey import TRUE_EFFECT, survey

FOLDER = REPOSITORY / "docs" / "how-to"
NOTEBOOK = FOLDER / "event-study-in-ten-lines.ipynb"
MARKDOWN_LINK = re.compile(r"\]\(([^)]+)\)")

# The notebook's own machinery, not ours, warns as it goes.
pytestmark = pytest.mark.filterwarnings("default")


def stored() -> Any:
    return nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]


@pytest.fixture(scope="module")
def ran() -> list[Any]:
    """Run the notebook where it lies, and ask for the numbers of its last drawing; return its cells of code."""
    notebook = stored()
    last = nbformat.v4.new_code_cell("bound.to_frame()")  # type: ignore[no-untyped-call]
    notebook.cells.append(last)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(FOLDER)}}).execute()
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@pytest.fixture(scope="module")
def est() -> Estimate:
    asked: dict[str, Any] = {"outcome": "Satisfaction", "unit": "Team", "time": "Month", "cohort": "Since"}
    frame = pd.read_csv(FOLDER / "survey.csv")
    found = pl.did(frame, **asked, estimator="event_study", washin=1, outcome_unit="points")
    assert isinstance(found, Estimate)
    return found


def of_kind(cells: list[Any], kind: str) -> list[str]:
    return [output.data[kind] for cell in cells for output in cell.outputs if kind in output.get("data", {})]


def test_it_says_what_the_engine_says(ran: list[Any], est: Estimate) -> None:
    bound = est.sensitivity(grid=[0, 0.25, 0.5, 0.75, 1])
    assert isinstance(bound, Sensitivity)
    texts = of_kind(ran, "text/plain")
    assert repr(est) in texts
    assert str(bound.to_frame()) in texts
    assert est._repr_html_() in of_kind(ran, "text/html")


def test_it_tells_the_truth_it_was_made_with(est: Estimate) -> None:
    assert est.ci[0] < TRUE_EFFECT < est.ci[1]
    assert est.n_units == 30
    assert est.n_treated == 15


def test_each_drawing_is_shown(ran: list[Any]) -> None:
    pictures = [base64.b64decode(each) for each in of_kind(ran, "image/png")]
    assert len(pictures) == 3
    assert all(picture.startswith(b"\x89PNG") and len(picture) > 10_000 for picture in pictures)


def test_it_prints_no_warning_and_no_path_of_this_machine(ran: list[Any]) -> None:
    outputs = [output for cell in ran for output in cell.outputs]
    assert [output.output_type for output in outputs if output.output_type in ("stream", "error")] == []
    said = "\n".join(of_kind(ran, "text/plain") + of_kind(ran, "text/html"))
    assert str(REPOSITORY) not in said
    assert str(Path.home()) not in said
    assert " at 0x" not in said


def test_it_takes_ten_lines() -> None:
    code = "\n".join(cell.source for cell in stored().cells if cell.cell_type == "code")
    assert len([line for line in code.splitlines() if line.strip()]) == 10


def test_it_is_stored_without_outputs_which_the_build_makes() -> None:
    cells = [cell for cell in stored().cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in cells)


def test_its_table_is_made_by_the_script_beside_this_test() -> None:
    assert survey().to_csv(index=False, lineterminator="\n") == (FOLDER / "survey.csv").read_text(
        encoding="utf-8"
    )


def test_its_links_lead_somewhere_and_the_index_names_it() -> None:
    text = "\n".join(cell.source for cell in stored().cells if cell.cell_type == "markdown")
    links = MARKDOWN_LINK.findall(text)
    assert links
    assert all((FOLDER / link).exists() for link in links)
    assert f"how-to/{NOTEBOOK.name}" in (REPOSITORY / "docs" / "README.md").read_text(encoding="utf-8")
