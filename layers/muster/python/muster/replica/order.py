"""The order of a list of assets, and the parts of it that follow a cursor.

An ordered list is answered as segments, one after the other, each a range of an index: SQL's own
comparison of rows knows neither mixed directions nor empty values at the end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from muster.replica.filters import COLUMNS, Sql, field_number
from muster.replica.port import Sort

_SORT_COLUMNS = {**COLUMNS, "key": "key_order"}
_NEVER_EMPTY = {"created_at", "updated_at"}


@dataclass(frozen=True)
class Key:
    """A sort key: a column of `asset`, or a field by its number."""

    column: str | None
    field: int | None
    descending: bool

    @property
    def can_be_empty(self) -> bool:
        """Whether some asset may have no value here."""
        return self.column not in _NEVER_EMPTY

    @property
    def direction(self) -> str:
        """The word after the expression in ORDER BY."""
        return "DESC" if self.descending else "ASC"

    def expression(self) -> Sql:
        """Return the value of row `a`, as no index of its own."""
        if self.column:
            return Sql(f"+a.{self.column}")
        return Sql(
            "(SELECT o.value FROM value o"
            " WHERE o.asset = a.row AND o.field = ? AND o.position = 0)",
            (self.field,),
        )


@dataclass(frozen=True)
class Segment:
    """Rows that equal `equal` in the first keys and, in the next one, go on as `rest` says.

    `row`: no key is left, and the row comes after `bound`. `values`: the next key has a value,
    after `bound` unless that is None. `empty`: the next key is empty.
    """

    equal: tuple[Any, ...]
    rest: Literal["row", "values", "empty"]
    bound: Any = None
    sign: Literal["<", ">"] = ">"


def keys(db: sqlite3.Connection, sorts: Sequence[Sort]) -> list[Key]:
    """Return the sort keys. A field that no asset has is empty everywhere."""
    return [_key(db, sort) for sort in sorts]


def _key(db: sqlite3.Connection, sort: Sort) -> Key:
    column = _SORT_COLUMNS.get(sort.field)
    field = None if column else field_number(db, sort.field)
    return Key(column, field, sort.descending)


def segments(found: Sequence[Key], after: Sequence[Any] | None) -> Iterator[Segment]:
    """Yield the segments in order: all rows, or those after the sort values and row `after`."""
    if after is None:
        yield from _beyond(found, (), None)
        return
    *values, row = after
    yield Segment(tuple(values), "row", row, "<" if found and found[-1].descending else ">")
    for depth in range(len(found) - 1, -1, -1):
        if values[depth] is not None:
            yield from _beyond(found, tuple(values[:depth]), values[depth])


def _beyond(found: Sequence[Key], equal: tuple[Any, ...], bound: Any) -> Iterator[Segment]:
    if not found:
        yield Segment((), "row")
        return
    sign: Literal["<", ">"] = "<" if found[len(equal)].descending else ">"
    yield Segment(equal, "values", bound, sign)
    if found[len(equal)].can_be_empty:
        yield Segment(equal, "empty")
