"""Answer an asset query: choose a way through the indexes, then read segment by segment.

What the query language asks is put into SQL by `muster.replica.where`, which is loaded then.
"""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

from muster.replica import groups, plan
from muster.replica.compose import Arm, Way
from muster.replica.filters import Filter, Sql, filters
from muster.replica.groups import Group
from muster.replica.limits import attempt
from muster.replica.order import Key, Segment, keys, past, segments
from muster.replica.port import AssetQuery

if TYPE_CHECKING:
    from muster.replica.where.view import View

_MOST_ARMS = 16
_SPAN_STEPS = 2000
_COUNT_STEPS = 1000
_SECOND_COLUMNS = {"updated_at", "name"}
"""Columns that follow `type` and `folder` in an index of their own."""

type Row = tuple[Any, ...]


@dataclass
class Trace:
    """What was done for an answer, for those who ask how it was come by."""

    way: Way | None = None
    given_up: bool = False
    looked_at: int = 0

    def see(self, row: int) -> bool:
        """Count an asset that is looked at."""
        del row
        self.looked_at += 1
        return True


SEEN = Filter(Sql("seen(a.row)"), None, -1)
"""True of every asset that it is asked of, and counts it: of a connection that has the function."""


@dataclass(frozen=True)
class Search:
    """A query's conditions and order, in the replica's terms.

    Each of `arms` is in an index in the right order; together they ensure the condition `armed`.
    """

    trashed: str
    filters: Sequence[Filter]
    keys: Sequence[Key]
    backwards: bool
    """Whether of equal rows the last one comes first."""
    counts: plan.Counts
    arms: Sequence[Arm] = (Arm(),)
    armed: Filter | None = None
    trace: Trace | None = None

    def rows(self, db: sqlite3.Connection, limit: int, after: Sequence[Any] | None) -> list[Row]:
        """Return up to `limit` rows as their number and sort values, in order.

        A walk that finds too little in the time that a list would take is given up for the list.
        """
        costs = plan.costs(self.counts, self.filters, self.armed, limit)
        if costs.gather is not None:
            return self.read(db, self.gathered(costs.gather), limit, after)
        parts = groups.of(db, self.keys, self.trashed)
        if parts is not None:
            return self._by_groups(db, parts, limit, after)
        if not any(each.rows for each in self.filters):
            return self.read(db, self.walked(), limit, after)
        with attempt(db, costs.steps) as tried:
            found = self.read(db, self.walked(), limit, after)
        if not tried.stopped:
            return found
        if self.trace:
            self.trace.given_up = True
        return self.read(db, self.any_way(db), limit, after)

    def read(
        self, db: sqlite3.Connection, way: Way, limit: int, after: Sequence[Any] | None
    ) -> list[Row]:
        """Return the rows as `rows` does, in one way."""
        if self.trace:
            self.trace.way = way
        parts = None
        if after is not None or way.gather is None:
            parts = list(segments(self.keys, after, backwards=self.backwards))
        return self._read_parts(db, way, limit, parts)

    def _read_parts(
        self, db: sqlite3.Connection, way: Way, limit: int, parts: Sequence[Segment] | None
    ) -> list[Row]:
        if way.gather is not None:
            sql = way.gathered(parts, limit)
            return db.execute(sql.text, sql.params).fetchall()
        found: list[Row] = []
        for segment in filter(way.holds, parts or ()):
            sql = way.sql(segment, limit - len(found))
            found += db.execute(sql.text, sql.params)
            if len(found) >= limit:
                break
        return found

    def _by_groups(
        self,
        db: sqlite3.Connection,
        parts: Sequence[Group],
        limit: int,
        after: Sequence[Any] | None,
    ) -> list[Row]:
        """Return the rows, those of each value of the first key in the order of the others."""
        found: list[Row] = []
        last: Any = None
        for visited, part in enumerate(groups.beyond(self.keys[0], parts, after)):
            if visited == groups.MOST_VISITED:
                left = list(past(self.keys, last))
                return found + self._read_parts(db, self.any_way(db), limit - len(found), left)
            last = part.value
            goes_on = after is not None and part.value == after[0]
            rest = after[1:] if after is not None and goes_on else None
            inside = self._narrowed(part.conditions)
            rows = inside.rows(db, limit - len(found), rest)
            found += [(row, part.value, *values) for row, *values in rows]
            if len(found) >= limit:
                break
        return found

    def any_way(self, db: sqlite3.Connection) -> Way:
        """Return the way that reads the shortest list, where there is one."""
        if not any(each.rows for each in self.filters):
            return self.walked()
        fewest = plan.costs(self.counts, self.filters, self.armed, 0).fewest
        return self.gathered(plan.best_of_large(db, self.counts, self.filters, fewest))

    def _narrowed(self, conditions: Sequence[Filter]) -> Search:
        filters = [*self.filters, *conditions]
        arms, armed = _arms(filters, self.keys[1:], self.trashed)
        return replace(self, filters=filters, keys=self.keys[1:], arms=arms, armed=armed)

    def count(self, db: sqlite3.Connection, most: int | None = None) -> int:
        """Return how many rows there are in all; with a bound, at most one more than that."""
        best = plan.costs(self.counts, self.filters, None, 0).fewest
        if best is not None or not any(each.rows for each in self.filters):
            return self._count(db, best, most)
        if most is not None:
            # What is common is soon met often enough, whatever is looked at first.
            with attempt(db, _COUNT_STEPS) as tried:
                found = self._count(db, None, most)
            if not tried.stopped:
                return found
        return self._count(db, plan.best_of_large(db, self.counts, self.filters, None), most)

    def _count(self, db: sqlite3.Connection, best: Filter | None, most: int | None) -> int:
        way = Way(self.trashed, (), self._others(best), best)
        sql = way.count(most)
        return int(db.execute(sql.text, sql.params).fetchone()[0])

    def way(self, limit: int) -> Way:
        """Return the way that is tried first, but for groups."""
        costs = plan.costs(self.counts, self.filters, self.armed, limit)
        return self.walked() if costs.gather is None else self.gathered(costs.gather)

    def walked(self) -> Way:
        """Return the way that reads the index of the order and checks each row."""
        way = Way(
            self.trashed,
            self.keys,
            self._others(self.armed),
            arms=self.arms,
            backwards=self.backwards,
        )
        if not way.is_in_order:
            return way
        for each in way.checks:
            if each.span is not None and self._is_whole(each.span):
                others = [check for check in way.checks if check is not each]
                return replace(way, checks=others, ranged=each)
        return way

    def _is_whole(self, span: tuple[str | int, Sql]) -> bool:
        """Tell whether all that is in a range is where the first key is read.

        Not so where an asset has it in a value that is not its first.
        """
        key = self.keys[0]
        at, test = span
        if key.walks == "column":
            return key.column == at
        if key.walks != "values" or key.field != at:
            return False
        sql = f"SELECT 1 FROM value s WHERE s.field = ? AND s.position > 0 AND {test.text} LIMIT 1"
        found = None
        with attempt(self.counts.db, _SPAN_STEPS) as tried:
            found = self.counts.db.execute(sql, (at, *test.params)).fetchone()
        return found is None and not tried.stopped

    def gathered(self, best: Filter) -> Way:
        """Return the way that reads one condition's list, checks each row and sorts."""
        checks = self._others(best)
        return Way(self.trashed, self.keys, checks, best, backwards=self.backwards)

    def _others(self, one: Filter | None) -> list[Filter]:
        others = [each for each in self.filters if each is not one]
        if self.trace:
            others.append(SEEN)
        return sorted(others, key=lambda each: each.cost)


def search(db: sqlite3.Connection, query: AssetQuery, view: View | None = None) -> Search:
    """Put a query into the replica's terms."""
    found = [*filters(db, query), *_asked(db, query, view)]
    order = keys(db, query.sort, query.trashed)
    backwards = bool(order) and order[-1].descending
    arms, armed = _arms(found, order, query.trashed)
    return Search(query.trashed, found, order, backwards, plan.Counts(db), arms, armed)


def _arms(
    found: Sequence[Filter], order: Sequence[Key], trashed: str
) -> tuple[Sequence[Arm], Filter | None]:
    """Return what is walked in the index of an order, and the condition that this ensures."""
    first = order[0].column if order and order[0].walks == "column" else None
    if first in _SECOND_COLUMNS and trashed != "any":
        for each in found:
            column, wanted = each.arm or ("", ())
            if 0 < len(wanted) <= _MOST_ARMS:
                return [Arm(column, value) for value in wanted], each
    return (Arm(),), None


def _asked(db: sqlite3.Connection, query: AssetQuery, view: View | None) -> list[Filter]:
    """Return what the query language asks, taken apart where all of it must hold."""
    if query.where is None:
        return []
    where = import_module("muster.replica.where")
    found: list[Filter] = where.conjuncts(view or where.view_of(db, query.trashed), query.where)
    return found
