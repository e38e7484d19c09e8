"""Answer an asset query: choose a way through the indexes, then read segment by segment.

What the query language asks is put into SQL by `muster.replica.where`, which is loaded then.
"""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from muster.replica.compose import Arm, Way
from muster.replica.filters import Filter, filters, folders, type_ids
from muster.replica.order import Key, keys, segments
from muster.replica.port import AssetQuery

_MOST_COUNTED = 20_000
_MOST_ARMS = 16
_SECOND_COLUMNS = {"updated_at", "name"}
"""Columns that follow `type` and `folder` in an index of their own."""

type Row = tuple[Any, ...]


@dataclass(frozen=True)
class Search:
    """A query's conditions and order, in the replica's terms.

    Each of `arms` is in an index in the right order; together they ensure the condition `armed`.
    """

    trashed: str
    filters: Sequence[Filter]
    keys: Sequence[Key]
    arms: Sequence[Arm] = (Arm(),)
    armed: Filter | None = None

    def rows(self, db: sqlite3.Connection, limit: int, after: Sequence[Any] | None) -> list[Row]:
        """Return up to `limit` rows as their number and sort values, in order."""
        way = self.way(db, limit)
        found: list[Row] = []
        for segment in segments(self.keys, after):
            sql = way.sql(segment, limit - len(found))
            found += db.execute(sql.text, sql.params)
            if len(found) >= limit:
                break
        return found

    def count(self, db: sqlite3.Connection) -> int:
        """Return how many rows there are in all."""
        listed = [each for each in self.filters if each.rows]
        best = min(listed, key=lambda each: _counted(db, each), default=None)
        way = Way(self.trashed, (), [each for each in self.filters if each is not best], best)
        sql = way.count()
        return int(db.execute(sql.text, sql.params).fetchone()[0])

    def way(self, db: sqlite3.Connection, limit: int) -> Way:
        """Choose between listing one condition's rows to sort them, and walking in order.

        Walking reads `limit` rows for each share of rows that pass, and checks each.
        """
        others = [each for each in self.filters if each is not self.armed]
        total = db.execute("SELECT coalesce(max(row), 0) FROM asset").fetchone()[0]
        share, best, fewest = 1.0, None, _MOST_COUNTED
        for each in others:
            found = _counted(db, each)
            share *= min(found / max(total, 1), 1)
            if found < fewest:
                best, fewest = each, found
        cost = 1 + sum(each.cost for each in self.filters)
        walked = min(limit / max(share, 1e-9), total) * cost
        if best is None or fewest * (cost - best.cost) > walked:
            return Way(self.trashed, self.keys, others, None, self.arms)
        checks = [each for each in self.filters if each is not best]
        return Way(self.trashed, self.keys, checks, best)


def _counted(db: sqlite3.Connection, condition: Filter) -> int:
    if condition.rows is None:
        return _MOST_COUNTED
    sql = f"SELECT count(*) FROM (SELECT 1 FROM ({condition.rows.text}) LIMIT {_MOST_COUNTED})"
    return int(db.execute(sql, condition.rows.params).fetchone()[0])


def search(db: sqlite3.Connection, query: AssetQuery) -> Search:
    """Put a query into the replica's terms."""
    found = [*filters(db, query), *_asked(db, query)]
    order = keys(db, query.sort, query.trashed)
    first = order[0].column if order and order[0].walks == "column" else None
    plain = Search(query.trashed, found, order)
    if first not in _SECOND_COLUMNS or query.trashed == "any":
        return plain
    for number, (column, wanted) in enumerate(_places(db, query)):
        if 0 < len(wanted) <= _MOST_ARMS:
            arms = [Arm(column, value) for value in wanted]
            return Search(query.trashed, found, order, arms, found[number])
    return plain


def _asked(db: sqlite3.Connection, query: AssetQuery) -> list[Filter]:
    """Return what the query language asks, taken apart where all of it must hold."""
    if query.where is None:
        return []
    where = import_module("muster.replica.where")
    found: list[Filter] = where.conjuncts(where.view_of(db, query.trashed), query.where)
    return found


def _places(db: sqlite3.Connection, query: AssetQuery) -> list[tuple[str, list[str]]]:
    """Return the columns with their wanted values, in the order of `filters`."""
    places = []
    if query.folders:
        places.append(("folder", folders(db, query)))
    if query.types:
        places.append(("type", type_ids(query)))
    return places
