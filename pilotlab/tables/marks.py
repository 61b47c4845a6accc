"""Marks: which of the point and the comma in a number stands for decimals, which for thousands; settled by the column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from pilotlab.wording.numbers import in_digits

Role = Literal["decimal", "thousands"]
POINT, COMMA = ".", ","
NAMES = {POINT: "point", COMMA: "comma", "'": "apostrophe", " ": "space"}

_MINUS = "-\u2212\u2013\u2010\u2011\u2012\uff0d"
_MINUS_SIGN = "a minus sign that is no hyphen"
_PLAIN = re.compile(r"\+?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_GROUPED = re.compile(r"\+?\d{1,3}(?:([.,])\d{3})+", re.ASCII)
_SPACED = re.compile(
    r"\+?(\d{1,3}(?:(['’ʼ´` \u00a0\u202f\u2009])\d{3})(?:\2\d{3})*)(?:([.,])(\d+))?", re.ASCII
)
_MIXED = re.compile(r"\+?(\d{1,3}(?:([.,])\d{3})+)([.,])(\d+)", re.ASCII)
_COMMA = re.compile(r"\+?(\d*),(\d+)", re.ASCII)


class Written(NamedTuple):
    """A number as it was written.

    Attributes
    ----------
    roles : tuple of (mark, role)
        What its marks stand for, where the cell itself leaves no doubt.
    open : str
        The mark that could be either; `values` then holds the number with decimals and the one with thousands.
    how : tuple of str
        What there is to tell: a minus sign that is none of the keyboard's, brackets, a space for thousands.
    """

    values: tuple[float, ...]
    roles: tuple[tuple[str, Role], ...] = ()
    open: str = ""
    how: tuple[str, ...] = ()

    @property
    def has_comma(self) -> bool:
        """Whether a comma is in it."""
        return self.open == COMMA or any(mark == COMMA for mark, _ in self.roles)


def written(text: str) -> Written | None:
    """Read a cell as a number, all ways it can be meant; None where it is none.

    Examples
    --------
    >>> written("1'250").values, written("(12)").values, written("12-").values, written("\u22120.5").values
    ((1250.0,), (-12.0,), (-12.0,), (-0.5,))
    >>> written("1.250").open, written("1.250").values, written("1.250.000").values
    ('.', (1.25, 1250.0), (1250000.0,))
    """
    body, negative, how = _signed(text.strip())
    read = _body(body) if body else None
    if read is None:
        return None
    sign = -1.0 if negative else 1.0
    return Written(
        tuple(sign * value + 0.0 for value in read.values), read.roles, read.open, (*how, *read.how)
    )


def _signed(text: str) -> tuple[str, bool, tuple[str, ...]]:
    """Take the sign off a number: before it, behind it, or brackets around it."""
    if len(text) > 2 and text[0] == "(" and text[-1] == ")":
        return text[1:-1].strip(), True, ("brackets for minus",)
    if text[:1] and text[0] in _MINUS:
        body = text[1:].lstrip()
        return "" if body[:1] == "+" else body, True, () if text[0] == "-" else (_MINUS_SIGN,)
    if text[-1:] in ("-", "\u2212") and text[-2:-1].isdigit():  # 12.- is a Swiss price, and no minus
        return text[:-1].rstrip(), True, ("a minus behind the number",)
    return text, False, ()


def _body(text: str) -> Written | None:
    if match := _GROUPED.fullmatch(text):
        return _grouped(text.lstrip("+"), match[1])
    if _PLAIN.fullmatch(text):
        return Written((float(text),), ((POINT, "decimal"),) if POINT in text else ())
    if match := _COMMA.fullmatch(text):
        return Written((float(f"{match[1] or 0}.{match[2]}"),), ((COMMA, "decimal"),))
    if match := _SPACED.fullmatch(text):
        return _spaced(match)
    if (match := _MIXED.fullmatch(text)) and match[2] != match[3]:
        whole = match[1].replace(match[2], "")
        return Written((float(f"{whole}.{match[4]}"),), ((match[2], "thousands"), (match[3], "decimal")))
    return None


def _grouped(text: str, mark: str) -> Written | None:
    """Read groups of three behind one kind of mark: thousands, or decimals where there is one group."""
    if len({letter for letter in text if not letter.isdigit()}) > 1:
        match = _MIXED.fullmatch(text)
        if match is None or match[2] == match[3]:
            return None
        whole = match[1].replace(match[2], "")
        return Written((float(f"{whole}.{match[4]}"),), ((match[2], "thousands"), (match[3], "decimal")))
    thousands = float(text.replace(mark, ""))
    if text.count(mark) > 1:
        return None if text[0] == "0" else Written((thousands,), ((mark, "thousands"),))
    decimal = float(text.replace(mark, "."))
    if text[0] == "0":
        return Written((decimal,), ((mark, "decimal"),))
    return Written((decimal, thousands), open=mark)


def _spaced(match: re.Match[str]) -> Written | None:
    whole = re.sub(r"\D", "", match[1])
    if whole[0] == "0":
        return None
    roles: tuple[tuple[str, Role], ...] = ((match[3], "decimal"),) if match[3] else ()
    value = float(f"{whole}.{match[4]}") if match[3] else float(whole)
    mark = "a space" if match[2].isspace() else "an apostrophe"
    return Written((value,), roles, how=(f"{mark} for thousands",))


@dataclass(frozen=True, slots=True)
class Marks:
    """What is known of the marks in a column: what its cells say, or what was said of the file.

    Attributes
    ----------
    roles : frozenset of (mark, role)
        Of cells that leave no doubt.
    open : frozenset of str
        Marks of cells that could mean two things.
    example : mapping
        A cell for each of `roles` and `open`, to be quoted.
    told : bool
        True where `--decimal` or `--thousands` said so.
    doubted : bool
        Whether a point with three digits behind it may stand for thousands: a sheet with semicolons between cells.
    elsewhere : bool
        Whether another column of the file has decimal commas.
    """

    roles: frozenset[tuple[str, Role]] = frozenset()
    open: frozenset[str] = frozenset()
    told: bool = False
    doubted: bool = False
    elsewhere: bool = False

    @property
    def plain(self) -> bool:
        """Whether a number in digits and a point means what Python reads."""
        if self.told:
            return (COMMA, "decimal") not in self.roles and (POINT, "thousands") not in self.roles
        commas = any(mark == COMMA for mark, _ in self.roles) or COMMA in self.open
        settled = self.roles == {(POINT, "decimal")}
        return (
            not commas and (settled or not self.roles) and (settled or not (self.doubted or self.elsewhere))
        )

    @property
    def at_odds(self) -> bool:
        """Whether the column's cells contradict each other, or leave open what they mean beside each other."""
        if self.told:
            return False
        decimal = {mark for mark, role in self.roles if role == "decimal"}
        thousands = {mark for mark, role in self.roles if role == "thousands"}
        if len(decimal) > 1 or len(thousands) > 1 or decimal & thousands:
            return True
        return any(mark not in decimal | thousands and decimal for mark in self.open)

    @property
    def at_odds_with_itself(self) -> bool:
        """Whether one mark is said to stand for both."""
        return len(self.roles) > len({mark for mark, _ in self.roles})

    def role(self, mark: str) -> Role | None:
        """What a mark stands for in this column; None where it is open."""
        found = [role for known, role in self.roles if known == mark]
        return found[0] if len(found) == 1 else None


def declared(decimal: str = "", thousands: str = "") -> Marks:
    """Marks as `--decimal` and `--thousands` say them; the one not said is the other."""
    other = {POINT: COMMA, COMMA: POINT}
    decimal = decimal or other.get(thousands, POINT)
    thousands = thousands or other[decimal]
    roles: set[tuple[str, Role]] = {(decimal, "decimal")}
    if thousands in other:
        roles.add((thousands, "thousands"))
    return Marks(frozenset(roles), told=True)


@dataclass(slots=True)
class Survey:
    """Collects what the cells of one column say, before any of them is read."""

    roles: set[tuple[str, Role]] = field(default_factory=set)
    open: set[str] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)

    def look(self, texts: Iterable[str]) -> None:
        """Look at cells; numbers without a mark say nothing."""
        for text in set(texts) - self._seen:
            self._seen.add(text)
            if (read := written(text)) is not None:
                self.roles.update(read.roles)
                self.open |= {read.open} - {""}

    def marks(self, *, doubted: bool, elsewhere: bool) -> Marks:
        """Say what was seen."""
        return Marks(frozenset(self.roles), frozenset(self.open), doubted=doubted, elsewhere=elsewhere)


class Settled(NamedTuple):
    """A cell's number, or None and why not: `open` (two meanings) or `odds` (against the column or what was said)."""

    value: float | None
    how: tuple[str, ...] = ()
    fault: Literal["", "open", "odds"] = ""


def settle(read: Written, marks: Marks, bounds: tuple[float, float]) -> Settled:
    """Say which number a cell means in its column.

    Parameters
    ----------
    bounds : tuple
        Least and largest value there can be: where one reading alone lies within them, it is meant.
    """
    if marks.told:
        return _as_told(read, marks)
    if marks.at_odds and (read.open or (read.roles and read.roles != ((POINT, "decimal"),))):
        return Settled(None, fault="odds")
    if not read.open:
        return Settled(read.values[0], (*read.how, *_roles_told(read.roles)))
    role = marks.role(read.open) or _by_default(read, marks, bounds)
    if role is None:
        return Settled(None, fault="open")
    told = () if (read.open, role) == (POINT, "decimal") else (_role_told(read.open, role),)
    return Settled(read.values[0 if role == "decimal" else 1], (*read.how, *told))


def _as_told(read: Written, marks: Marks) -> Settled:
    if any(role not in marks.roles for role in read.roles):
        return Settled(None, fault="odds")
    if not read.open:
        return Settled(read.values[0], (*read.how, *_roles_told(read.roles)))
    role = marks.role(read.open)
    if role is None:
        return Settled(None, fault="odds")
    told = () if (read.open, role) == (POINT, "decimal") else (_role_told(read.open, role),)
    return Settled(read.values[0 if role == "decimal" else 1], (*read.how, *told))


def _by_default(read: Written, marks: Marks, bounds: tuple[float, float]) -> Role | None:
    if read.open == POINT and not marks.doubted and not marks.elsewhere:
        return "decimal"
    if marks.elsewhere:
        return None
    inside = [bounds[0] <= value <= bounds[1] for value in read.values]
    return "decimal" if inside == [True, False] else "thousands" if inside == [False, True] else None


def _roles_told(roles: Iterable[tuple[str, Role]]) -> tuple[str, ...]:
    return tuple(_role_told(mark, role) for mark, role in roles if (mark, role) != (POINT, "decimal"))


def _role_told(mark: str, role: Role) -> str:
    return f"a {NAMES[mark]} for {'decimals' if role == 'decimal' else 'thousands'}"


def plainly(value: float) -> str:
    """Write a number so that it is read back as it is: digits, a point, a hyphen for minus."""
    return in_digits(value)
