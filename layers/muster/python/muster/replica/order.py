"""The order of a list of assets, and the parts of it that follow a cursor.

An ordered list is answered as segments, one after the other, each a range of an index: SQL's own
comparison of rows knows neither mixed directions nor empty values at the end.
"""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from muster.replica.cells import Scalar, text_cell
from muster.replica.filters import COLUMNS, Sql, asset_id, field_number, state
from muster.replica.port import Sort
from muster.replica.project import DESCRIPTION

_SORT_COLUMNS = {
    **COLUMNS,
    "key": "key_order",
    "created_by": "created_by",
    "updated_by": "updated_by",
    "source": "source",
    "deleted": "trashed",
    "id": "row",
}
"""Ids are in the order of creation, as rows are."""
_NEVER_EMPTY = {"created_at", "updated_at", "created_by", "updated_by", "source", "trashed", "row"}
_WALKED = frozenset(_SORT_COLUMNS.values()) - {"trashed", "row"}


type Walk = Literal["column", "values", "targets", "nothing"]
"""What holds rows in the order of a key: an index on a column, the values of a field, either of
them where the hops lead, or nothing does.
"""


@dataclass(frozen=True)
class Key:
    """A sort key: a column of `asset`, or a field by its number, of the asset or behind hops."""

    column: str | None
    field: int | None
    descending: bool
    value: Sql
    """The value of row `a`, as no index of its own."""
    empty_first: bool = False
    hops: tuple[int | None, ...] = ()
    call: str = ""
    """The function that turns a value into its place in an order given, where there is one: a
    number, or the value itself if it has none."""

    @property
    def can_be_empty(self) -> bool:
        """Whether some asset may have no value here."""
        return bool(self.hops) or self.column not in _NEVER_EMPTY

    @property
    def walks(self) -> Walk:
        """What holds all rows that have a value in this order."""
        if self.call or (self.column and self.column not in _WALKED):
            return "nothing"
        if self.hops:
            return "targets"
        return "column" if self.column else "values"

    @property
    def direction(self) -> str:
        """The word after the expression in ORDER BY."""
        return "DESC" if self.descending else "ASC"


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


def keys(db: sqlite3.Connection, sorts: Sequence[Sort], trashed: str = "no") -> list[Key]:
    """Return the sort keys. A field that no asset has is empty everywhere."""
    return [_key(db, sort, number, trashed) for number, sort in enumerate(sorts)]


def _key(db: sqlite3.Connection, sort: Sort, number: int, trashed: str) -> Key:
    column = _SORT_COLUMNS.get(sort.field)
    name = DESCRIPTION if sort.field == "description" else sort.field
    field = None if column else field_number(db, name)
    call = "" if sort.ranked is None else _place_function(db, number, sort.ranked, column)
    leaf = _Leaf(column, field, call)
    hops = tuple(field_number(db, hop) for hop in sort.hops)
    value = leaf.here()
    if hops:
        value = leaf.behind(hops, trashed, descending=sort.descending)
    return Key(column, field, sort.descending, value, sort.empty_first, hops, call)


@dataclass(frozen=True)
class _Leaf:
    """Where the values are, and the function by which they are compared, if any."""

    column: str | None
    field: int | None
    call: str

    def here(self) -> Sql:
        if self.column:
            return Sql(f"{self.call}(+a.{self.column})" if self.call else f"+a.{self.column}")
        text = "WHERE o.asset = a.row AND o.field = ? AND o.position = 0"
        return Sql(f"(SELECT {self.call}(o.value) FROM value o {text})", (self.field,))

    def behind(self, hops: Sequence[int | None], trashed: str, *, descending: bool) -> Sql:
        """Return the smallest value, or the largest, of the assets that the hops lead to."""
        tables, tests, row = chain(hops, trashed)
        one = "max" if descending else "min"
        params: tuple[Scalar, ...] = tuple(hops)
        if self.column:
            value = f"{row.partition('.')[0]}.{self.column}"
        else:
            value = "o.value"
            tables = [*tables, "value o"]
            tests = [*tests, f"o.asset = {row} AND o.field = ?"]
            params = (*params, self.field)
        source = f" FROM {' CROSS JOIN '.join(tables)}" if tables else ""
        where = f" WHERE {' AND '.join(tests)}" if tests else ""
        return Sql(f"(SELECT {one}({self.call}({value})){source}{where})", params)


def chain(hops: Sequence[int | None], trashed: str) -> tuple[list[str], list[str], str]:
    """Return the tables from row `a` over reference fields, what joins them, and the last row.

    Each hop's field is a parameter, in their order.
    """
    tables, tests, row = [], [], "a.row"
    for depth in range(len(hops)):
        h, r, t = f"h{depth}", f"r{depth}", f"t{depth}"
        tables += [f"value {h}", f"record {r}", f"asset {t}"]
        tests += [
            f"{h}.asset = {row} AND {h}.field = ?",
            f"{r}.kind = 'asset' AND {r}.id = {asset_id(f'{h}.value')}",
            f"{t}.row = {r}.row AND +{t}.trashed {state(trashed)}",
        ]
        row = f"{t}.row"
    return tables, tests, row


def value_behind(key: Key, hops: Sequence[int | None], trashed: str) -> Sql:
    """Return the value that row `a` has behind some hops, as it counts for a key that leads there:
    without hops its own smallest or largest one.
    """
    leaf = _Leaf(key.column, key.field, key.call)
    if key.column and not hops:
        return leaf.here()
    return leaf.behind(hops, trashed, descending=key.descending)


def _place_function(
    db: sqlite3.Connection, number: int, ranked: Sequence[str], column: str | None
) -> str:
    """Give the connection a function that turns a value into its place in an order: its name.

    What has no place stays as it is, and texts come behind numbers by themselves.
    """
    spelled = ranked if column else map(text_cell, ranked)
    places: dict[Scalar, Scalar] = {value: place for place, value in enumerate(spelled)}
    name = f"place_{number}"
    db.create_function(name, 1, lambda value: places.get(value, value), deterministic=True)
    return name


def segments(
    found: Sequence[Key], after: Sequence[Any] | None, *, backwards: bool
) -> Iterator[Segment]:
    """Yield the segments in order: all rows, or those after the sort values and row `after`.

    `backwards`: of equal rows the last one comes first.
    """
    if after is None:
        yield from _all(found)
        return
    *values, row = after
    yield Segment(tuple(values), "row", row, "<" if backwards else ">")
    for depth in range(len(found) - 1, -1, -1):
        yield from _beyond(found, tuple(values[:depth]), values[depth])


def past(found: Sequence[Key], value: Any) -> Iterator[Segment]:
    """Yield the segments of what comes after a value of the first key; None is empty."""
    yield from _beyond(found, (), value)


def _all(found: Sequence[Key]) -> Iterator[Segment]:
    if not found:
        yield Segment((), "row")
        return
    parts = [Segment((), "values", None, _sign(found[0]))]
    if found[0].can_be_empty:
        parts.insert(0 if found[0].empty_first else 1, Segment((), "empty"))
    yield from parts


def _beyond(found: Sequence[Key], equal: tuple[Any, ...], bound: Any) -> Iterator[Segment]:
    key = found[len(equal)]
    if bound is not None or key.empty_first:
        yield Segment(equal, "values", bound, _sign(key))
    if bound is not None and key.can_be_empty and not key.empty_first:
        yield Segment(equal, "empty")


def _sign(key: Key) -> Literal["<", ">"]:
    return "<" if key.descending else ">"
