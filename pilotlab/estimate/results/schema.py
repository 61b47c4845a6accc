"""Schema: which words `to_dict` wrote, asked before a result is rebuilt from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pilotlab.errors import UsageError


def check_schema(data: Mapping[str, Any], wanted: str) -> None:
    """Refuse what another schema wrote.

    Raises
    ------
    UsageError
        It names both.
    """
    if data.get("schema") != wanted:
        raise UsageError(
            f"schema {data.get('schema')!r} is not {wanted!r}", fix="rebuild it from what `to_dict` wrote"
        )
