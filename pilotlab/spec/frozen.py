"""Frozen values: what every declared thing is made of, its days and weeks too, and the digest that names it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from pilotlab.weeks import Week, last_week
from pilotlab.wording.dates import weekday

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Whole = Annotated[int, Field(strict=True)]  # `true` and "5" are not numbers
Number = Annotated[float, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]  # neither `yes` nor 1


class Frozen(BaseModel):
    """A value that can't change, refuses unknown keys and has a digest."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True, allow_inf_nan=False
    )

    def to_dict(self) -> dict[str, Any]:
        """Plain data that `model_validate` reads back."""
        return self.model_dump(mode="json", by_alias=True)

    def digest(self) -> str:
        """Return the SHA-256 of the value's canonical JSON."""
        return digest(self.to_dict())


def canonical(value: object) -> str:
    """Write plain data as JSON with sorted keys and no spaces: the same value, the same bytes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(value: object) -> str:
    """Return the SHA-256 of plain data, as 64 hex digits."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def sealed(value: Any) -> Any:
    """Copy plain data so that nothing in it can be changed."""
    if isinstance(value, Mapping):
        return MappingProxyType({key: sealed(item) for key, item in value.items()})
    return tuple(sealed(item) for item in value) if isinstance(value, list | tuple) else value


def unsealed(value: Any) -> Any:
    """Copy what `sealed` made back into dicts and lists."""
    if isinstance(value, Mapping):
        return {key: unsealed(item) for key, item in value.items()}
    return [unsealed(item) for item in value] if isinstance(value, tuple) else value


FIRST_YEAR, LAST_YEAR = 1900, 2199
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_WEEK = re.compile(r"([0-9]{4})-?W([0-9]{2})")


def _day(value: Any) -> date:
    if isinstance(value, date):
        return value
    match = _DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise _error("PL119", "a date such as 2026-08-17")
    return _inside(_calendar_day(match, "PL119"), "PL119")


def _week(value: Any) -> Week:
    if isinstance(value, Week):
        return value
    text = value.isoformat() if isinstance(value, date) else value.strip() if isinstance(value, str) else ""
    if match := _WEEK.fullmatch(text):
        _within(int(match[1]), "PL118")
        if not 1 <= int(match[2]) <= last_week(int(match[1])):
            raise _error("PL118", f"is no week: {match[1]} has weeks 1 to {last_week(int(match[1]))}")
    elif match := _DAY.fullmatch(text):
        day = _inside(_calendar_day(match, "PL118"), "PL118")
        if day.weekday():
            raise _error("PL118", f"is a {weekday(day)}; a week is named by its Monday or its number")
    else:
        raise _error("PL118", "is neither a Monday's date nor an ISO week")
    return Week.parse(text)


def _calendar_day(match: re.Match[str], code: str) -> date:
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise _error(code, "is not a day of the calendar") from None


def _inside(day: date, code: str) -> date:
    _within(day.year, code)
    return day


def _within(year: int, code: str) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _error(code, f"is outside the years {FIRST_YEAR} to {LAST_YEAR}")


def _error(code: str, wanted: str) -> PydanticCustomError:
    """What would do, or what the value is ("is a Tuesday")."""
    return PydanticCustomError(code, "{wanted}", {"wanted": wanted})


Day = Annotated[date, BeforeValidator(_day)]
PilotWeek = Annotated[Week, BeforeValidator(_week)]
