"""Frozen values: what every declared thing is made of, and the digest that names it."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

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
