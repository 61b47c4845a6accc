"""Reading: pilot.yaml to a PilotSpec, with every problem of the file at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pilotlab.errors import Finding, Span, nearest_name, shortened
from pilotlab.spec.codes import found, in_line_order
from pilotlab.spec.frozen import Frozen
from pilotlab.spec.keys import home_of, keys_at, near_keys
from pilotlab.spec.metric_catalogue import Catalogue
from pilotlab.spec.misfit import name, quoted, unknown_key
from pilotlab.spec.pilot import PilotSpec
from pilotlab.spec.positions import Mark, Place, Positions
from pilotlab.spec.shape import fit, in_file
from pilotlab.spec.slips import is_glued
from pilotlab.spec.text_file import shown_from
from pilotlab.spec.uses import unknown_metrics, uses
from pilotlab.spec.yaml_file import YamlFile, parse_yaml, read_yaml
from pilotlab.text.names import tidy

# What the draft holds where a required key is missing or misfits; rules that read it keep quiet.
PLACEHOLDERS: Mapping[Place, Any] = {
    ("schema",): "pilotlab/pilot@1",
    ("question",): "(not said)",
    ("policy",): {},
    ("teams",): {},
    ("calendar",): {"start": "2026-W02"},
    ("calendar", "start"): "2026-W02",
    ("metrics",): {},
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a pilot's file says.

    Attributes
    ----------
    spec : PilotSpec or None
        The declaration; None where the file has an error.
    draft : PilotSpec or None
        What could be read of it, for the rules; equal to `spec` where that is not None.
    broken : frozenset of Place
        Places that the draft leaves out; what depends on them is not judged.
    guessed : frozenset of Place
        Places where the draft holds what was most likely meant; what depends on them is judged.
    findings : tuple of Finding
        All problems, in line order.
    """

    spec: PilotSpec | None
    draft: PilotSpec | None
    findings: tuple[Finding, ...]
    positions: Positions
    broken: frozenset[Place] = frozenset()
    kept: Mapping[Place, list[int]] = field(default_factory=dict)
    guessed: frozenset[Place] = frozenset()

    def written(self, place: Place) -> Place:
        """Translate a place of the draft to the file."""
        return in_file(place, self.kept)


def read_pilot(path: Path, *, root: Path, catalogue: Catalogue | None = None) -> Reading:
    """Read a declaration; the pilot's id is its folder's name.

    Parameters
    ----------
    root : Path
        The workspace, from which findings name the file.
    catalogue : Catalogue, optional
        With it, a metric that the catalogue does not have is a finding too.
    """
    reading = _reading(read_yaml(path, shown=shown_from(path, root)), pilot=tidy(path.resolve().parent.name))
    return _named(reading, catalogue) if catalogue else reading


def parse_pilot(text: str, *, pilot: str, shown: str = "pilot.yaml") -> Reading:
    """Read a declaration from text."""
    return _reading(parse_yaml(text, shown=shown), pilot=pilot)


def _reading(file: YamlFile, *, pilot: str) -> Reading:
    findings, data = list(file.findings), file.data
    if not isinstance(data, dict):
        if not findings and data is None:
            what, fix = (
                "the file holds no keys and values",
                "begin with `question: …`; `pilotlab init` writes an example",
            )
            findings.append(found("PL103", what, where=file.positions(()), fix=fix))
        elif not findings:
            what = f"the file holds {quoted(data)} and no keys and values"
            findings.append(
                found(
                    "PL111",
                    what,
                    where=file.positions(()),
                    fix="put a space after each colon: `question: …`"
                    if isinstance(data, str) and is_glued(data)
                    else "begin with `question: …`; see `pilotlab schema`",
                )
            )
        return Reading(None, None, in_line_order(findings), file.positions)
    findings += _reserved(data, file.positions)
    told = {key: value for key, value in data.items() if key != "id"}
    told, positions, misspelt = respelt(PilotSpec, told, file.positions)
    findings += misspelt
    fitted = fit(
        PilotSpec,
        told | {"id": pilot},
        positions,
        placeholders=PLACEHOLDERS,
    )
    findings += fitted.findings
    findings += _odd_numbers(file.positions, {finding.where for finding in findings})
    failed = any(finding.level == "error" for finding in findings)
    return Reading(
        None if failed else fitted.value,
        fitted.draft,
        in_line_order(findings),
        positions,
        fitted.broken,
        fitted.kept,
        fitted.guessed,
    )


def _odd_numbers(positions: Positions, told: set[Span | None]) -> list[Finding]:
    """Name the numbers that one reader of YAML takes for another than the next."""
    return [
        found(
            "PL126",
            f"{name(place)} is written {shortened(written)[1:-1]}, which not every reader takes for the same number",
            where=positions(place),
            value=written,
            fix=_plainly(written),
        )
        for place, written in positions.odd.items()
        if positions(place) not in told
    ]


def _plainly(written: str) -> str:
    digits = written.replace("_", "")
    if "o" in digits:
        return f"write {int(digits, 8)}"
    decimal = digits.lstrip("+-0o") or "0"
    if "_" in written and not digits.lstrip("+-").startswith("0"):
        return f"write {digits}"
    octal = int(decimal, 8) if decimal.isdecimal() and not set(decimal) & set("89") else None
    return f"write {decimal}" + (
        f", or {octal} if octal was meant" if octal not in (None, int(decimal)) else ""
    )


def _named(reading: Reading, catalogue: Catalogue) -> Reading:
    if reading.draft is None:
        return reading
    used = tuple(row._replace(place=reading.written(row.place)) for row in uses(reading.draft, catalogue))
    findings = list(unknown_metrics(used, catalogue, reading.positions))
    spec = None if findings else reading.spec
    return replace(reading, spec=spec, findings=in_line_order([*reading.findings, *findings]))


def _reserved(data: Mapping[str, Any], positions: Positions) -> list[Finding]:
    """`id` is no key of the file: the folder names the pilot."""
    if "id" not in data:
        return []
    what = "unknown key 'id': a pilot's id is its folder's name"
    return [
        found(
            "PL104",
            what,
            where=positions(("id",), at="key"),
            value=data["id"],
            fix="remove it, or rename the folder",
        )
    ]


def respelt(
    model: type[Frozen], data: Mapping[str, Any], positions: Positions
) -> tuple[dict[str, Any], Positions, list[Finding]]:
    """Read misspelt keys as what they stand for, and misplaced ones where they belong.

    Returns
    -------
    tuple
        The data with its keys mended, positions that know the mended keys, and a finding for each.
    """
    slips = dict(_slips(model, data, (), positions))
    findings = [unknown_key(model, place, positions) for place in slips]
    marks = {_meant(place, slips): mark for place, mark in positions.marks.items()}
    known: dict[Place, Mark] = {**positions.marks, **marks}
    mended = replace(positions, marks=known) if slips else positions
    spelt = _renamed(data, (), slips)
    findings += [unknown_key(model, place, mended) for place in _strays(model, spelt, mended)]
    return spelt, replace(mended, marks=_moved(model, spelt, mended)), findings


def _strays(model: type[Frozen], data: Mapping[str, Any], positions: Positions) -> Iterator[Place]:
    """Keys that are known in another part alone, where that part can take them."""
    holders: list[tuple[Place, Any]] = [((), data), *(((key,), value) for key, value in data.items())]
    for place, holder in holders:
        known = keys_at(model, place)
        for key, value in holder.items() if known and isinstance(holder, Mapping) else ():
            here = (*place, key)
            if key in known or value is None or here in positions.slips or nearest_name(key, known):
                continue
            home = home_of(model, key)
            if home and _is_free(data, (*home, key)):
                yield here


def _part(data: dict[str, Any], place: Place) -> dict[str, Any]:
    part = data
    for step in map(str, place):
        part = part[step]
    return part


def _is_free(data: Any, place: Place) -> bool:
    """Whether nothing stands at a place, and the maps above it are maps or not there."""
    for step in place:
        if not isinstance(data, Mapping):
            return data is None
        data = data.get(step)
    return data is None


def _moved(model: type[Frozen], data: dict[str, Any], positions: Positions) -> dict[Place, Mark]:
    """Move misplaced keys in the data; returns the marks, which know them in both places."""
    marks = dict(positions.marks)
    for place in list(_strays(model, data, positions)):
        home = home_of(model, str(place[-1]))
        if not _is_free(data, (*home, place[-1])):  # two of one name: the first was moved
            continue
        value = _part(data, place[:-1]).pop(str(place[-1]))
        holder = data
        for step in map(str, home):
            holder[step] = holder.get(step) or {}
            holder = holder[step]
        holder[str(place[-1])] = value
        marks |= {
            (*home, *at[len(place) - 1 :]): mark for at, mark in marks.items() if at[: len(place)] == place
        }
    return marks


def _slips(
    model: type[Frozen], value: Any, place: Place, positions: Positions
) -> Iterator[tuple[Place, str]]:
    if isinstance(value, Mapping):
        known = keys_at(model, place)
        for key, inner in value.items():
            here, meant = (*place, key), ""
            if known and key not in known and inner is not None and here not in positions.slips:
                meant = _single(model, here, known, value)
            if meant:
                yield here, meant
            elif key in known or not known:
                yield from _slips(model, inner, here, positions)
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _slips(model, entry, (*place, index), positions)


def _single(model: type[Frozen], place: Place, known: list[str], around: Mapping[str, Any]) -> str:
    """Return the key that was meant, if the hint names it and no other key of the map may stand for it."""
    near = near_keys(model, place)
    if not near or near[0] in around or near[0] != nearest_name(place[-1], known):
        return ""
    rivals = [key for key in around if key not in known and near_keys(model, (*place[:-1], key)) == near]
    return near[0] if rivals == [place[-1]] else ""


def _meant(place: Place, slips: Mapping[Place, str]) -> Place:
    return tuple(slips.get(place[: at + 1], step) for at, step in enumerate(place))


def _renamed(value: Any, place: Place, slips: Mapping[Place, str]) -> Any:
    if isinstance(value, Mapping):
        return {
            slips.get((*place, key), key): _renamed(inner, (*place, key), slips)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_renamed(entry, (*place, index), slips) for index, entry in enumerate(value)]
    return value
