"""Lists: how several names, or how many things, are written in a sentence."""

from __future__ import annotations

from collections.abc import Iterable

from pilotlab.wording.numbers import EN_DASH, count


def listed(names: Iterable[str], last: str = "and") -> str:
    """Write names as a sentence lists them.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a", "b"], "or"), listed(["a"]), listed([])
    ('a, b and c', 'a or b', 'a', '')
    """
    *firsts, end = [*names] or [""]
    return f"{', '.join(firsts)} {last} {end}" if firsts else end


def some(names: Iterable[object], most: int = 5) -> str:
    """Write the first of many names, then how many more there are.

    Examples
    --------
    >>> some("abc", 5), some("abcdef", 4)
    ('a, b, c', 'a, b, c, d and 2 more')
    """
    every = [*map(str, names)]
    more = f" and {count(len(every) - most)} more" if len(every) > most else ""
    return ", ".join(every[:most]) + more


def noun(value: int, one: str, many: str = "") -> str:
    """Choose the noun that goes with a count: "team", "teams"."""
    return one if value == 1 else many or f"{one}s"


def plural(value: int, one: str, many: str = "") -> str:
    """Write a count with its noun.

    Examples
    --------
    >>> plural(1, "team"), plural(12000, "person", "people")
    ('1 team', '12,000 people')
    """
    return f"{count(value)} {noun(value, one, many)}"


def people(n: int, *, at_least: int = 10) -> str:
    """Write how many people, in bands, so that no one can be counted out.

    Examples
    --------
    >>> people(7), people(10), people(24), people(101), people(1234)
    ('under 10', '10–24', '10–24', '100–124', '1,225–1,249')
    """
    if n < at_least:
        return f"under {at_least}"
    low = max(at_least, n // 25 * 25)
    return f"{count(low)}{EN_DASH}{count(n // 25 * 25 + 24)}"
