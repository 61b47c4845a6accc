"""YAML files: text to plain data, with the position of every key and value."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.scanner import Scanner

from pilotlab.errors import Finding, Span, shortened
from pilotlab.spec.codes import found
from pilotlab.spec.positions import Mark, Place, Positions
from pilotlab.spec.slips import Slip, key_slip
from pilotlab.spec.text_file import read_text
from pilotlab.spec.yaml_errors import DEPTH, Text, TooMuchError
from pilotlab.text.names import fault, tidy
from pilotlab.wording.numbers import count

LIMIT = 200_000  # bytes; a pilot has about 4,000
VALUES = 20_000  # after aliases are written out
TOKENS = 12_000  # words and marks; a pilot has about 400, the built-in catalogue 3,600

_CORE = "tag:yaml.org,2002:"
_READ = {_CORE + name for name in ("int", "float", "bool")}
_ODD = re.compile(r"[-+]?(0[0-9_]+|0o[0-7_]+|[0-9][0-9_]*_[0-9_.]*)")
_PLAIN = _READ | {_CORE + name for name in ("str", "null", "timestamp", "map", "seq", "merge", "value")}


@dataclass(frozen=True, slots=True)
class YamlFile:
    """What a file says, and where. `data` is None where it could not be read at all."""

    data: Any
    positions: Positions
    findings: tuple[Finding, ...] = ()


def read_yaml(path: Path, *, shown: str) -> YamlFile:
    """Read a YAML 1.2 file; dates stay text, keys are text, the first of two equal keys holds.

    Parameters
    ----------
    shown : str
        The path as people know it, for findings.
    """
    text = read_text(path, shown=shown, limit=LIMIT)
    return (
        YamlFile(None, Positions(shown), (text,))
        if isinstance(text, Finding)
        else parse_yaml(text, shown=shown)
    )


def parse_yaml(text: str, *, shown: str) -> YamlFile:
    """Read YAML text; see `read_yaml`."""
    parsed = _parsed(text, shown)
    return replace(parsed, data=deepcopy(parsed.data))


@lru_cache(maxsize=16)  # one act asks for the same declaration many times
def _parsed(text: str, shown: str) -> YamlFile:
    read = Text(text, shown)
    root = read.compose(lambda written: _yaml().compose(written))
    if root is None:
        nothing = found(
            "PL103",
            "the file holds nothing but comments",
            where=Span(shown, 1, 1),
            fix="begin with `question: …`; `pilotlab init` writes an example",
        )
        return YamlFile(None, Positions(shown), tuple(read.findings or [nothing]))
    if (refusal := _multiplied(root, shown)) is not None:
        return YamlFile(None, Positions(shown), (*read.findings, refusal))
    walk = _Walk(_yaml(), shown, read)
    data = walk.plain(root, ())
    positions = Positions(shown, walk.marks, walk.slips, walk.odd)
    return YamlFile(data, positions, (*read.findings, *walk.findings))


def _yaml() -> YAML:
    yaml = YAML(typ="safe", pure=True)
    yaml.max_depth = DEPTH
    yaml.composer.warn_double_anchors = False
    yaml.Scanner = _Scanner
    return yaml


class _Scanner(Scanner):
    """Gives up on a text that holds more, or nests deeper, than any declaration: its time would grow without end."""

    def fetch_more_tokens(self) -> Any:
        if self.tokens_taken + len(self.tokens) > TOKENS:
            what = f"the file holds more than {count(TOKENS)} words and marks"
            raise TooMuchError(
                "PL108", what, "is this the right file? a pilot has about 400", self.reader.get_mark()
            )
        if len(self.flow_context) + len(self.indents) >= DEPTH:
            raise TooMuchError.deep(self.reader.get_mark())
        return super().fetch_more_tokens()


@dataclass(slots=True)
class _Walk:
    """Turns nodes into plain data, noting positions and what is wrong on the way."""

    yaml: YAML
    shown: str
    text: Text
    marks: dict[Place, Mark] = field(default_factory=dict)
    slips: dict[Place, Slip] = field(default_factory=dict)
    odd: dict[Place, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def plain(self, node: Node, place: Place) -> Any:
        self._refuse_tag(node)
        if isinstance(node, MappingNode):
            return self._mapping(node, place)
        if isinstance(node, SequenceNode):
            for index, entry in enumerate(node.value):
                self.marks[*place, index] = Mark(self._at(entry), self._at(entry))
            return [self.plain(entry, (*place, index)) for index, entry in enumerate(node.value)]
        return self._scalar(node, place) if isinstance(node, ScalarNode) else None

    def _mapping(self, node: MappingNode, place: Place) -> dict[str, Any]:
        data: dict[str, Any] = {}
        before: tuple[Node, Node] | None = None
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode):
                self._find(
                    "PL113",
                    "a key must be a word, not a list or a map",
                    key_node,
                    fix="write it as `key: value`",
                )
                continue
            key = self._text(key_node)
            here = (*place, key)
            if key in data:
                first = self.marks[here].key[0]
                what = f"key {shortened(key)} is given twice; the first is in line {first}"
                self._find("PL105", what, key_node, value=key, fix="keep one of the two")
                continue
            empty = _is_empty(value_node)
            self.marks[here] = Mark(self._at(key_node), self._at(key_node if empty else value_node))
            if empty:
                self._empty(key_node, here, before if node.flow_style else None)
            data[key] = self.plain(value_node, here)
            before = key_node, value_node
        return data

    def _empty(self, node: ScalarNode, place: Place, before: tuple[Node, Node] | None) -> None:
        """Note a key without a value, and what it may have been meant to be."""
        fix = "give it a value or remove it"
        if self._is_commented(node):
            fix = "quote a value that holds #: the rest of the line is a comment"
        what = f"key {shortened(node.value)} has no value, so its default holds"
        self._find("PL117", what, node, value=node.value, fix=fix)
        near = before if before and isinstance(before[1], ScalarNode) else None
        touching = near is not None and node.start_mark.index - near[1].end_mark.index <= 2
        entry = (near[0].value, near[1].value) if near is not None and touching else None
        if (slip := key_slip(node.value, before=entry)) is not None:
            self.slips[place] = slip

    def _is_commented(self, node: ScalarNode) -> bool:
        line = self.text.text.split("\n")[node.end_mark.line][node.end_mark.column :]
        return re.match(r":\s+#\S", line) is not None

    def _scalar(self, node: ScalarNode, place: Place) -> Any:
        if node.tag in _READ:
            if _ODD.fullmatch(node.value):
                self.odd[place] = node.value
            try:
                return self.yaml.constructor.construct_object(node)
            except (ValueError, OverflowError):
                return node.value
        return None if node.tag == _CORE + "null" else self._text(node)

    def _text(self, node: ScalarNode) -> str:
        """Return text as it is kept; a control character, which only an escape can bring in, is a finding."""
        if found := fault(node.value):
            self._find(
                "PL102", f"the text holds {found}", node, fix="remove it; text is letters, digits and marks"
            )
            return tidy(
                "".join(char for char in node.value if not fault(char))
            )  # what follows can be read on
        return tidy(node.value)

    def _refuse_tag(self, node: Node) -> None:
        if str(node.tag) not in _PLAIN:
            tag = shortened(str(node.tag).replace(_CORE, "!!"))
            self._find("PL122", f"the YAML tag {tag} is not read", node, fix="write the plain value")

    def _find(self, code: str, what: str, node: Node, *, value: Any = None, fix: str = "") -> None:
        where = Span(self.shown, *self._at(node))
        self.findings.append(found(code, what, where=where, value=value, fix=fix))

    def _at(self, node: Node) -> tuple[int, int]:
        line = node.start_mark.line
        return line + 1, self.text.column(line, node.start_mark.column) + 1


def _is_empty(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.value == "" and node.tag == _CORE + "null"


def _at(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _multiplied(root: Node, shown: str) -> Finding | None:
    """Refuse a node that holds itself, and aliases that grow past VALUES when written out."""
    sizes: dict[int, int] = {}

    def size(node: Node, above: frozenset[int]) -> int:
        if id(node) in above:
            raise _Multiplies("an alias holds itself", node)
        if id(node) not in sizes:
            inside = above | {id(node)}
            sizes[id(node)] = total = 1 + sum(size(part, inside) for part in _parts(node))
            if total > VALUES:
                raise _Multiplies(f"over {count(VALUES)} values when aliases are written out", node)
        return sizes[id(node)]

    try:
        size(root, frozenset())
    except _Multiplies as error:
        what, node = error.args
        return found(
            "PL110", what, where=Span(shown, *_at(node)), fix="write the values out, without aliases"
        )
    return None


class _Multiplies(Exception):  # noqa: N818
    """Says what is wrong, at which node."""


def _parts(node: Node) -> list[Node]:
    if isinstance(node, MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, SequenceNode) else []
