"""Mutations: a declaration changed at random in its bytes, its words, its tree or its values."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from random import Random
from typing import Any

from ruamel.yaml import YAML

from tests.fuzz.nasty import BYTES, MARKS, VALUES


def mutated(chance: Random, text: str) -> bytes:
    """Change a text once or a few times, in one way or in several."""
    raw = text.encode()
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        change = chance.choice((_bytes, _words, _words, _values, _values, _values, _tree, _tree, _lines))
        raw = change(chance, raw)
    return raw


def _bytes(chance: Random, raw: bytes) -> bytes:
    at = chance.randrange(len(raw) + 1)
    span = chance.choice((0, 1, 1, 5, 60, 2_000))
    new = chance.choice(
        (b"", b"", chance.choice(BYTES), bytes([chance.randrange(256)]), raw[at : at + span] * 2)
    )
    whole: Callable[[], bytes] = chance.choice(
        (
            lambda: raw[:at],
            lambda: raw.replace(b"\n", b"\r\n"),
            lambda: raw.decode("utf-8", "replace").encode("utf-16"),
            lambda: b"\xef\xbb\xbf" + raw,
        )
    )
    return whole() if chance.random() < 0.1 else raw[:at] + new + raw[at + span :]


def _words(chance: Random, raw: bytes) -> bytes:
    """Delete, double, swap or replace a word or a mark."""
    words = re.findall(r"\s+|\w+|[^\w\s]", raw.decode("utf-8", "surrogateescape"))
    if len(words) < 2:
        return raw
    one, other = chance.randrange(len(words)), chance.randrange(len(words))
    kind = chance.randrange(6)
    if kind == 0:
        words[one] = ""
    elif kind == 1:
        words[one] *= chance.choice((2, 2, 3, 40))
    elif kind == 2:
        words[one], words[other] = words[other], words[one]
    elif kind == 3:
        words[one] = _misspelt(chance, words[one])
    else:
        words.insert(one, chance.choice((*MARKS, words[other])))
    return "".join(words).encode("utf-8", "surrogateescape")


def _misspelt(chance: Random, word: str) -> str:
    at = chance.randrange(len(word))
    return chance.choice(
        (word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:], word.upper(), word.title(), word[::-1])
    )


def _lines(chance: Random, raw: bytes) -> bytes:
    """Indent, drop, double or move a line."""
    lines = raw.split(b"\n")
    at = chance.randrange(len(lines))
    line = lines.pop(at)
    kind = chance.randrange(5)
    if kind == 0:
        lines.insert(at, chance.choice((b" ", b"  ", b"\t", b"\xc2\xa0 ")) + line)
    elif kind == 1:
        lines.insert(at, line[chance.choice((1, 2)) :] if line[:1] == b" " else line.lstrip())
    elif kind == 2:
        lines[at:at] = [line] * chance.choice((2, 3, 30))
    elif kind == 3:
        lines.insert(chance.randrange(len(lines) + 1), line)
    return b"\n".join(lines)


def _values(chance: Random, raw: bytes) -> bytes:
    """Put a nasty value behind a key, or in an entry of a list."""
    text = raw.decode("utf-8", "surrogateescape")
    places = list(re.finditer(r"(?<=[:,\[] )[^\s,\[\]{}#][^,\[\]{}#\n]*", text))
    if not places:
        return raw
    place = chance.choice(places)
    changed = text[: place.start()] + chance.choice(VALUES) + text[place.end() :]
    return changed.encode("utf-8", "surrogateescape")


def _tree(chance: Random, raw: bytes) -> bytes:
    """Change a node of the tree and write the whole anew, as YAML or as JSON."""
    try:
        tree = json.loads(json.dumps(YAML(typ="safe", pure=True).load(raw.decode()), default=str))
    except Exception:  # what is no YAML has no tree, nor has one that holds itself
        return raw
    nodes = list(_nodes(tree))
    if not nodes:
        return raw
    for _ in range(chance.choice((1, 1, 2, 4))):
        _change(chance, *chance.choice(nodes), nodes)
    out = io.StringIO()
    try:
        if chance.random() < 0.3:
            return json.dumps(tree, default=str).encode()
        YAML(typ="safe", pure=True).dump(tree, out)
    except Exception:  # not every tree can be written
        return raw
    return out.getvalue().encode("utf-8", "replace")


def _nodes(tree: Any) -> list[tuple[Any, Any]]:
    """Every (holder, key) of a tree."""
    if not isinstance(tree, dict | list):
        return []
    steps = list(tree.items()) if isinstance(tree, dict) else list(enumerate(tree))
    return [(tree, key) for key, _ in steps] + [node for _, inner in steps for node in _nodes(inner)]


def _change(chance: Random, holder: Any, key: Any, nodes: list[tuple[Any, Any]]) -> None:
    try:
        value = holder[key]
        kind = chance.randrange(8)
        if kind < 3:
            holder[key] = chance.choice(
                (chance.choice(VALUES), None, [], {}, 0, -1, 1e308, True, "x" * 5_000)
            )
        elif kind == 3:
            holder[key] = chance.choice(
                ([value], {"a": value}, [value, value], [[value]], {str(value): None})
            )
        elif kind == 4:
            del holder[key]
        elif kind == 5 and isinstance(holder, dict):
            holder[_misspelt(chance, str(key))] = holder.pop(key)
        else:
            other, where = chance.choice(nodes)
            holder[key] = json.loads(json.dumps(other[where], default=str))
    except (LookupError, TypeError, ValueError, RecursionError):
        return  # an earlier change took the node away
