"""`pilotlab explain`: a finding's code in depth, a method, a metric, or the resolved plan of a pilot."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pilotlab.cli.options import TEXT, format_option, plain_option, workspace_option
from pilotlab.cli.output import WIDTH, bold, dim, next_line, page_width, rule, show, show_json
from pilotlab.cli.standing import standing_lines
from pilotlab.text.names import tidy
from pilotlab.text.table import Column, table
from pilotlab.text.width import pad, wrap
from pilotlab.wording.lists import plural

if TYPE_CHECKING:
    from pilotlab.api import Workspace
    from pilotlab.design.standing import Standing
    from pilotlab.spec.engine import Entry
    from pilotlab.spec.metric import MetricSpec
    from pilotlab.spec.resolved import Line

_CODE = re.compile(r"[Pp][Ll]\d{1,4}")


@click.command()
@click.argument("what", type=TEXT, metavar="PILOT|CODE|METHOD|METRIC")
@workspace_option
@format_option("text", "json")
@plain_option
def command(what: str, workspace: Path | None, form: str, plain: bool) -> None:
    """Explain a finding's CODE, the resolved plan of PILOT, a METHOD (an estimator or an inference), or a METRIC.

    The plan says where each value comes from, and who is in which arm; a method what it estimates, how, and who said so;
    a metric what is asked, and how each result reads.

    \b
    Example:
      pilotlab explain PL104
      pilotlab explain group_time
      pilotlab explain burnout_level
      pilotlab explain anchor-days
    """
    if _CODE.fullmatch(what):
        _explain_code(what.upper(), form, plain)
    elif (method := _method(what)) is not None:
        _explain_method(what, method, form, plain)
    elif (metric := _metric(what, workspace)) is not None:
        _explain_metric(metric, form, plain)
    else:
        _explain_pilot(what, workspace, form, plain)


def _method(name: str) -> Entry | None:
    """Find an estimator or inference, of a package too; None for what is neither."""
    from pilotlab import plugins
    from pilotlab.spec import engine

    if name in engine.INFERENCES:
        return engine.INFERENCES[name]
    known = name in engine.ESTIMATORS or name in plugins.added("estimator")
    return engine.row(name) if known else None


def _explain_method(name: str, method: Entry, form: str, plain: bool) -> None:
    from pilotlab.spec.engine import INFERENCES

    kind = "inference" if name in INFERENCES else "estimator"
    head = "assumes" if kind == "inference" else "estimates"
    said = {head: method.estimand, "how": method.formula, "source": method.source}
    taken = "" if kind == "inference" else ", ".join(method.inferences)
    if form == "json":
        show_json({"name": name, "kind": kind, **said, "inferences": taken.split(", ") if taken else None})
        return
    rows = [*said.items(), *([("inferences", taken)] if taken else [])]
    shape = (Column(), Column("is", breaks=True, least=41))
    show("\n".join([bold(f"{name}: {kind}"), *table(shape, rows, page_width(), head=False)]), plain=plain)


def _metric(name: str, workspace: Path | None) -> MetricSpec | None:
    """Find a metric, of the workspace too; None for what is none, and for the name of a pilot."""
    from pilotlab.errors import NotFound
    from pilotlab.spec.metric_catalogue import Catalogue
    from pilotlab.workspace import Folders

    try:
        folders = Folders.find(workspace)
    except NotFound:
        return Catalogue.load().find(name)
    if tidy(name) in folders.pilots():
        return None
    return Catalogue.load(folders.metrics_file, folders.root).find(name)


def _explain_metric(metric: MetricSpec, form: str, plain: bool) -> None:
    from pilotlab.spec.example_sentences import example_sentences

    sentences = example_sentences(metric)
    if form == "json":
        show_json({"metric": metric.key, **metric.to_dict(), "sentences": dict(sentences)})
        return
    said = {
        "label": metric.label,
        "name": metric.grammar.name,
        "asked": metric.question,
        "unit": metric.unit,
        "better": metric.direction,
        "may be": ", ".join(sorted(metric.roles)),
        "shown from": plural(metric.min_group, "person", "people"),
    }
    shape = (Column(), Column("is", breaks=True, least=41))
    facts = table(shape, [(key, value) for key, value in said.items() if value], page_width(), head=False)
    read = table(shape, list(sentences.items()), page_width(), head=False)
    lines = [bold(metric.key), *facts, "", "A result reads (sizes are invented):", *read]
    show("\n".join(lines), plain=plain)


def _explain_code(code: str, form: str, plain: bool) -> None:
    from pilotlab.sources import findings as source_codes
    from pilotlab.spec import codes as spec_codes
    from pilotlab.spec.codes import finding_entry

    entry = finding_entry(code)
    if form == "json":
        level, title = spec_codes.CODES.get(code) or source_codes.CODES[code]
        show_json({"code": code, "level": level, "title": title, "text": entry})
        return
    show(_entry_text(entry) + (f"\n\n{_metric_list()}" if code in ("PL306", "PL307") else ""), plain=plain)


def _entry_text(entry: str) -> str:
    """Write an entry for a terminal: heading bold, examples indented, prose wrapped."""
    lines: list[str] = []
    for number, part in enumerate(re.split(r"^```\w*\n?", entry, flags=re.MULTILINE)):
        if number % 2:
            lines += ["", *(f"    {line}" for line in part.rstrip().splitlines())]
            continue
        for paragraph in filter(None, (text.strip() for text in part.split("\n\n"))):
            is_heading = paragraph.startswith("#")
            text = bold(paragraph.lstrip("# ")) if is_heading else "\n".join(wrap(paragraph, page_width()))
            lines += [*([""] if lines else []), text]
    return "\n".join(lines)


def _metric_list() -> str:
    from pilotlab.spec.metric_catalogue import Catalogue

    shape = (
        Column(),
        Column("means", breaks=True),
        Column("unit", breaks=True),
        Column("may be", breaks=True),
    )
    rows = [
        (f"  {metric.key}", metric.label, metric.unit, ", ".join(sorted(metric.roles)))
        for metric in Catalogue.load().metrics.values()
    ]
    return "\n".join(["Built-in metrics:", *table(shape, rows, page_width(), head=False)])


def _explain_pilot(pilot: str, workspace: Path | None, form: str, plain: bool) -> None:
    from pilotlab import api
    from pilotlab.errors import FindingsError
    from pilotlab.spec.positions import Positions
    from pilotlab.spec.resolved import resolved

    opened = api.open_workspace(workspace)
    stands = _standing(opened, pilot)
    if stands and stands.edited:
        spec, strength = opened.plan(pilot).spec, None
        lines = tuple(
            line._replace(source="frozen plan") for line in resolved(spec, Positions(""), opened.catalogue())
        )
    else:
        (one,) = opened.checked(pilot)
        if one.reading.spec is None:
            errors = [finding for finding in one.findings if finding.level == "error"]
            raise FindingsError(f"{pilot!r} can't be resolved", errors, fix=f"run `pilotlab check {pilot}`")
        spec, strength = one.reading.spec, one.strength
        lines = resolved(spec, one.reading.positions, opened.catalogue())
    if form == "json":
        said = {"plan": [line._asdict() for line in lines], "design": str(strength) if strength else None}
        show_json({"pilot": pilot, **said, "standing": stands.to_dict() if stands else None})
        return
    foot = [*([f"{strength}."] if strength else []), *(standing_lines(stands) if stands else [])]
    text = [bold(spec.name), rule(), *_rows(lines), rule(), *foot, next_line(f"pilotlab check {pilot}")]
    show("\n".join(text), plain=plain)


def _standing(opened: Workspace, pilot: str) -> Standing | None:
    """Return how the plan stands; None where the files can't be read and nothing is frozen."""
    from pilotlab.errors import FindingsError

    try:
        return opened.standing(pilot)
    except FindingsError:
        return None


def _rows(lines: Sequence[Line]) -> list[str]:
    """Key, value and source in columns; a long value goes on below itself."""
    key = 34 if page_width() == WIDTH else 0  # columns of the key, where there is room
    shape = (Column(), Column("is", breaks=True, least=41), Column("source", breaks=True))
    rows = [(pad(line.key, key), line.value, dim(line.source)) for line in lines]
    return table(shape, rows, page_width(), head=False)
