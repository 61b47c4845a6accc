"""Digests of rows: the same observations, in any order, give the same 64 hex digits."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

_NOTHING = float("nan")  # a stored value is never nan, so it can stand for null


def rows_digest(rows: Iterable[Sequence[Any]]) -> str:
    """Digest rows of `(metric, week, team, slice, value, gap, numerator, denominator, n)`, whatever their order.

    Hashed by column, a million rows in about a second.
    """
    ordered = sorted(rows, key=_place)
    return columns_digest(list(zip(*ordered, strict=True)))


def columns_digest(columns: Sequence[Sequence[Any]], *extra: object) -> str:
    """Digest columns in the order they have; texts, numbers and nulls keep apart."""
    sha = hashlib.sha256(repr((len(columns), extra)).encode())
    for column in columns:
        sha.update(f"|{len(column)}|".encode())
        sha.update(_bytes(column))
    return sha.hexdigest()


def _place(row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(row[:4])


def _bytes(column: Sequence[Any]) -> bytes:
    if column.count(column[0]) == len(column):
        same = column[0]
        return f"all {same if same is None or isinstance(same, str) else float(same)!r}".encode()
    kinds = set(map(type, column))
    if str in kinds:
        return "\x1f".join(["\x00" if cell is None else cell for cell in column]).encode()
    if type(None) in kinds:
        return array("d", [_NOTHING if cell is None else cell for cell in column]).tobytes()
    return array("d", column).tobytes()
