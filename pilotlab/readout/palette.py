"""The colours of the charts: each has one meaning, a value for light paper and one for dark."""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal, NamedTuple

Colour = Literal[
    "paper", "ink", "muted", "rule", "mid", "blue", "red", "comp", "shade", "band", "core", "hatch", "none"
]


class Ink(NamedTuple):
    """A colour on light paper and on dark."""

    light: str
    dark: str


INKS = MappingProxyType(
    {
        "paper": Ink("#fffefb", "#171715"),
        "ink": Ink("#1d1c1a", "#ece9e2"),
        "muted": Ink("#5f5b54", "#aba69b"),
        "rule": Ink("#cfcac0", "#403e39"),
        "mid": Ink("#8b867c", "#8b867c"),  # axes and ticks
        "blue": Ink("#0b5a94", "#86bfec"),  # the pilot, our estimate
        "red": Ink("#a83a10", "#f29a74"),  # a limit, and what broke it
        "comp": Ink("#6b665e", "#aba69b"),  # comparison teams, what does not decide
        "shade": Ink("#efece5", "#2d2c28"),  # zones
        "band": Ink("#d5e2ee", "#24394a"),  # all weeks together
        "core": Ink("#a3c2dc", "#3a5f7f"),  # each week alone
        "hatch": Ink("#958f83", "#6f6b62"),
    }
)


def fill(colour: Colour) -> str:
    """Return the attributes that fill a mark; the class lets dark mode override them."""
    return 'fill="none"' if colour == "none" else f'class="f-{colour}" fill="{INKS[colour].light}"'


def stroke(colour: Colour) -> str:
    """Return the attributes of a line."""
    return f'class="s-{colour}" stroke="{INKS[colour].light}"'


def both(inside: Colour, outline: Colour) -> str:
    """Return the attributes of a filled mark with an outline."""
    if inside == "none":
        return f'fill="none" {stroke(outline)}'
    names = f'class="f-{inside} s-{outline}"'
    return f'{names} fill="{INKS[inside].light}" stroke="{INKS[outline].light}"'


def dark_rules() -> str:
    """Write the style rules of dark mode for every class the marks use."""
    rules = [f".f-{name}{{fill:{ink.dark}}}.s-{name}{{stroke:{ink.dark}}}" for name, ink in INKS.items()]
    return "".join(rules)
