"""Look-alikes: names that a reader takes for one, and what differs between them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType

from pilotlab.wording.lists import listed

# Letters of other scripts, and letters that don't decompose, by the Latin one they look like.
_LATIN = str.maketrans(
    "авсԁеһіјӏкмнорԛгѕтуԝхѵАВСЕНІЈКМОРЅТУХѴΑΒΕΖΗΙΚΜΝΟΡΤΥΧαινορυχ",
    "abcdehijlkmhopqrstywxvABCEHIJKMOPSTYXVABEZHIKMNOPTYXaivopux",
)
_STROKES = str.maketrans("łŁøØđĐħıŧ", "lLoOdDhit")
_DASHES = re.compile("[\u2010-\u2015\u2212\u2043\u02d7\u058a\ufe58\ufe63\uff0d]")
_QUOTES = re.compile("[\u2018\u2019\u201b\u02bc\u00b4`\u2032]")
_APART = re.compile(f"{_DASHES.pattern}|{_QUOTES.pattern}|[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
_MANY = re.compile(" {2,}")
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")


def _common(text: str) -> str:
    """Write ligatures, wide letters and the like in common letters; spaces, dashes and quotes are told by themselves."""
    return "".join(char if _APART.match(char) else unicodedata.normalize("NFKC", char) for char in text)


def _no_accents(text: str) -> str:
    parts = unicodedata.normalize("NFD", text.translate(_STROKES))
    return unicodedata.normalize("NFC", "".join(char for char in parts if not unicodedata.combining(char)))


# What may differ, in the order in which it is taken away.
_DIFFERENCES: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "a no-break or other special space": lambda text: _SPACES.sub(" ", text),
        "a dash for a hyphen": lambda text: _DASHES.sub("-", text),
        "a curly quote": lambda text: _QUOTES.sub("'", text),
        "a space, hyphen or underscore": lambda text: text.replace("-", " ").replace("_", " "),
        "a double or outer space": lambda text: _MANY.sub(" ", text.strip(" ")),
        "a letter of another script": lambda text: text.translate(_LATIN),
        "the form of a character": _common,
        "an accent": _no_accents,
        "case": lambda text: text.lower().replace("ß", "ss"),
    }
)


def skeleton(text: str) -> str:
    """Return what is left of a name without everything that a reader overlooks."""
    return text.casefold() if _is_bare(text) else _without(text)


def difference(one: str, other: str) -> str:
    """Name what differs between two look-alikes: "an accent", "case and a dash for a hyphen"."""
    kinds = [
        _named(kind, one, other) for kind in _DIFFERENCES if _without(one, kind) != _without(other, kind)
    ]
    return listed(kinds) or "how it is written"


def look_alikes(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pair each name that looks like one before it with the first such."""
    first: dict[str, str] = {}
    for name in dict.fromkeys(names):
        if (other := first.setdefault(skeleton(name), name)) != name:
            yield name, other


def _is_bare(text: str) -> bool:
    return text.isascii() and text.isalnum()


def _without(text: str, kept: str = "") -> str:
    for kind, away in _DIFFERENCES.items():
        if kind != kept:
            text = away(text)
    return text


def _named(kind: str, one: str, other: str) -> str:
    """Say of which script a letter is: nobody sees it."""
    if "script" not in kind:
        return kind
    strange = next((char for char in one + other if ord(char) in _LATIN), "")
    script = unicodedata.name(strange, "?").partition(" ")[0].title()
    return f"{kind} ({strange!r} is {script})"
