"""YAML files: text to plain data, with the position of every key and value."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import MaxDepthExceededError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from pilotlab.errors import Finding, Span
from pilotlab.spec.codes import found
from pilotlab.spec.positions import Mark, Place, Positions
from pilotlab.spec.text_file import read_text
from pilotlab.text.names import fault, tidy

LIMIT = 200_000  # bytes; a pilot has about 4,000
DEPTH = 30
VALUES = 20_000  # after aliases are written out

_CORE = "tag:yaml.org,2002:"
_READ = {_CORE + name for name in ("int", "float", "bool")}
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
    yaml = YAML(typ="safe", pure=True)
    yaml.max_depth = DEPTH
    yaml.composer.warn_double_anchors = False
    try:
        root = yaml.compose(text)
    except (YAMLError, ValueError) as error:
        return YamlFile(None, Positions(shown), (_syntax(error, text, shown),))
    if root is None:
        return YamlFile(
            None,
            Positions(shown),
            (found("PL103", "the file holds nothing but comments", where=Span(shown, 1, 1)),),
        )
    if (refusal := _multiplied(root, shown)) is not None:
        return YamlFile(None, Positions(shown), (refusal,))
    walk = _Walk(yaml, shown)
    data = walk.plain(root, ())
    return YamlFile(data, Positions(shown, walk.marks), tuple(walk.findings))


@dataclass(slots=True)
class _Walk:
    """Turns nodes into plain data, noting positions and what is wrong on the way."""

    yaml: YAML
    shown: str
    marks: dict[Place, Mark] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def plain(self, node: Node, place: Place) -> Any:
        self._refuse_tag(node)
        if isinstance(node, MappingNode):
            return self._mapping(node, place)
        if isinstance(node, SequenceNode):
            for index, entry in enumerate(node.value):
                self.marks[*place, index] = Mark(_at(entry), _at(entry))
            return [self.plain(entry, (*place, index)) for index, entry in enumerate(node.value)]
        return self._scalar(node) if isinstance(node, ScalarNode) else None

    def _mapping(self, node: MappingNode, place: Place) -> dict[str, Any]:
        data: dict[str, Any] = {}
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
                self._find(
                    "PL105",
                    f"key {key!r} is given twice; the first is in line {first}",
                    key_node,
                    value=key,
                    fix="keep one of the two",
                )
                continue
            empty = (
                isinstance(value_node, ScalarNode)
                and value_node.value == ""
                and value_node.tag == _CORE + "null"
            )
            self.marks[here] = Mark(_at(key_node), _at(key_node if empty else value_node))
            if empty:
                self._find(
                    "PL117",
                    f"key {key!r} has no value, so its default holds",
                    key_node,
                    value=key,
                    fix="give it a value or remove it",
                )
            data[key] = self.plain(value_node, here)
        return data

    def _scalar(self, node: ScalarNode) -> Any:
        if node.tag in _READ:
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
        return tidy(node.value)

    def _refuse_tag(self, node: Node) -> None:
        if str(node.tag) not in _PLAIN:
            self._find(
                "PL122",
                f"the YAML tag {str(node.tag).replace(_CORE, '!!')!r} is not read",
                node,
                fix="write the plain value",
            )

    def _find(self, code: str, what: str, node: Node, *, value: Any = None, fix: str = "") -> None:
        self.findings.append(found(code, what, where=Span(self.shown, *_at(node)), value=value, fix=fix))


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
                raise _Multiplies(f"over {VALUES:,} values when aliases are written out", node)
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


def _syntax(error: Exception, text: str, shown: str) -> Finding:
    if isinstance(error, ReaderError):
        before = text[: error.position]
        span = Span(shown, before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)
        return found(
            "PL102",
            f"the character {chr(error.character)!r} can't stand in YAML",
            where=span,
            fix="remove it",
        )
    mark = (
        getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        if isinstance(error, MarkedYAMLError)
        else None
    )
    where = Span(shown, mark.line + 1, mark.column + 1) if mark else Span(shown, 1, 1)
    if isinstance(error, MaxDepthExceededError):
        return found(
            "PL109",
            f"values are nested more than {DEPTH} deep",
            where=where,
            fix="a pilot needs at most six levels",
        )
    problem = " ".join(str(getattr(error, "problem", None) or error).split())
    if "'\\t'" in problem:
        return found("PL107", "a tab can't indent YAML", where=where, fix="use spaces, two a level")
    if "another document" in problem:
        return found(
            "PL121", "a second document begins here (`---`)", where=where, fix="keep one pilot a file"
        )
    context = " ".join(str(getattr(error, "context", None) or "").split())
    return found(
        "PL106",
        f"not valid YAML: {problem}" + (f" {context}" if context else ""),
        where=where,
        fix=_hint(problem),
    )


def _hint(problem: str) -> str:
    hints = {
        "mapping values are not allowed": "quote a value that holds ': ', or check the indentation",
        "could not find expected ':'": "each line is `key: value`; is a colon or a quote missing above?",
        "expected <block end>": "check the indentation: keys of one level start in one column",
        "expected ',' or": "a list or map opened with [ or { is not closed here, or a comma is missing",
        "found undefined alias": "quote a value that begins with *",
        "found unexpected end of stream": "a quote or bracket is opened and never closed",
        "cannot start any token": "quote a value that begins with this character",
    }
    return next(
        (hint for start, hint in hints.items() if start in problem), "check the line and the one above it"
    )
