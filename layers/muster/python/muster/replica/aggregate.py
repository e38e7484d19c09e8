"""Count, sum and compare assets group by group: the SQL of an aggregate query, and its answer."""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from muster.replica import ask, buckets, plan, spelling, tallies, tally
from muster.replica.columns import NotInMemoryError, listed
from muster.replica.condition import Place
from muster.replica.filters import Filter, Sql, joined, state
from muster.replica.kept import Columns
from muster.replica.measures import AggregateQuery, AggregateRow, Aggregates, Group, Measure
from muster.replica.reach import COLUMNS, Reach, reach
from muster.replica.where import view_of
from muster.replica.where.logic import counted
from muster.replica.where.view import View

type Told = tallies.Group

_SEQ = "SELECT seq FROM state"
_FEW = 20
"""How many values of a column are read in the time that one is looked up and sorted."""
_WALKED = 6
"""How many assets are walked past in the time that one of a list is gone to."""
_TIMES = {"created_at", "updated_at"}


@dataclass(frozen=True)
class _Key:
    """What one group is told apart by: a value, with its unit, behind some joins."""

    reach: Reach
    value: str
    several: bool
    """Whether the joins may lead an asset to the same value twice."""


@dataclass(frozen=True)
class _Assets:
    """The assets that a query finds, as the tables with `a` among them and the conditions."""

    source: Sql
    where: Sql
    few: bool
    all: bool
    """Whether they are all that are visible."""

    def rows(self, db: sqlite3.Connection) -> list[int] | None:
        """Return their rows, None for all."""
        if self.all:
            return None
        sql = f"SELECT group_concat(a.row) FROM {self.source.text} WHERE {self.where.text}"
        (rows,) = db.execute(sql, (*self.source.params, *self.where.params)).fetchone()
        return listed(rows or "")


def aggregate(
    db: sqlite3.Connection, asked: AggregateQuery, columns: Columns | None = None
) -> Aggregates:
    """Return the groups with what was asked of each. One state of the file is the caller's care.

    `columns` are those in memory, for where that is faster.
    """
    view = view_of(db, asked.query.trashed)
    chosen = _assets(view, asked)
    groups, total = _from_memory(view, asked, chosen, columns) or _from_file(view, asked, chosen)
    known: spelling.Known = {}
    rows = tuple(
        AggregateRow(spelling.spelled(db, asked.groups, keys, known), size, tuple(values))
        for keys, size, values in groups
    )
    return Aggregates(rows, total, int(db.execute(_SEQ).fetchone()[0]))


def _from_memory(
    view: View, asked: AggregateQuery, chosen: _Assets, columns: Columns | None
) -> tuple[list[Told], int] | None:
    """Return the groups, from columns in memory where they hold all that is needed."""
    if columns is None or not columns.worth(view.db):
        return None
    try:
        held = columns.at(view.db)
        if chosen.few and not all(map(held.holds, tallies.sources(view, asked))):
            return None  # a few assets are not worth reading all
        return tallies.tallied(held, view, asked, chosen.rows(view.db))
    except NotInMemoryError:
        return None


def _from_file(view: View, asked: AggregateQuery, chosen: _Assets) -> tuple[list[Told], int]:
    cells = _cells(view, asked, chosen)
    keys, counts, total = _groups(view.db, cells, asked)
    wanted = {key: number for number, key in enumerate(keys)}
    columns = [_measured(view, cells, asked, measure, wanted) for measure in asked.measures]
    told = [
        (key, size, [size if column is None else column[number] for column in columns])
        for number, (key, size) in enumerate(zip(keys, counts, strict=True))
    ]
    return told, total


def _cells(view: View, asked: AggregateQuery, chosen: _Assets) -> Sql:
    """Return the query for each asset with each combination of its values: row, k0, u0, k1 …"""
    keys = [_key(view, group, f"g{number}_") for number, group in enumerate(asked.groups)]
    names = [
        f"{key.value} AS k{number}, {key.reach.unit} AS u{number}"
        for number, key in enumerate(keys)
    ]
    guards = [
        _guard(view, group, key, f"n{number}_")
        for number, (group, key) in enumerate(zip(asked.groups, keys, strict=True))
        if group.place.hops
    ]
    distinct = "DISTINCT " * any(key.several for key in keys)
    source = joined(" ", [chosen.source, *(key.reach.joins for key in keys)])
    where = joined(" AND ", [chosen.where, *guards])
    head = ", ".join(["a.row AS row", *names])
    text = f"SELECT {distinct}{head} FROM {source.text} WHERE {where.text}"
    return Sql(text, (*source.params, *where.params))


def _key(view: View, group: Group, alias: str) -> _Key:
    found = reach(view, group.place, row="a.row", alias=alias, join="LEFT JOIN")
    if group.by is None:
        return _Key(found, found.value, several=bool(group.place.hops))
    if found.column is None:
        value = buckets.of_value(found.value, group.by, group.time_zone)
    elif found.column.endswith("_at"):
        value = buckets.of_column(found.value, group.by, group.time_zone)
    else:
        value = "NULL"
    # An amount of money is no day, and has no unit that tells groups apart.
    return _Key(replace(found, unit="NULL"), value, several=found.column is None)


def _guard(view: View, group: Group, key: _Key, alias: str) -> Sql:
    """Return the condition that keeps an asset from being empty beside the values it has."""
    found = reach(view, group.place, row="a.row", alias=alias)
    # The row before the joins is there so that all of them are joins.
    inner = f"SELECT 1 FROM (SELECT 1) {found.joins.text} WHERE {found.present}"
    return Sql(f"({key.reach.present} OR NOT EXISTS ({inner}))", found.joins.params)


def _assets(view: View, asked: AggregateQuery) -> _Assets:
    search = ask.search(view.db, asked.query)
    found = search.filters
    fewest = plan.costs(search.counts, found, None, 0).fewest
    best = fewest or _best_of_large(view, search)
    checks = [each.check for each in found if each is not best]
    trashed = Sql(f"{'+' * bool(best)}a.trashed {state(view.trashed)}")
    where = joined(" AND ", [trashed, *checks])
    if best is None or best.rows is None:
        # In the order of their rows, since the table of values is in it too.
        walked = "asset a NOT INDEXED" if _needs_values(asked) else "asset a"
        return _Assets(Sql(walked), where, few=False, all=not found)
    text = f"({best.rows.text}) c CROSS JOIN asset a ON a.row = c.row"
    few = fewest is not None and (search.counts.of(fewest) or 0) < search.counts.total // _FEW
    return _Assets(Sql(text, best.rows.params), where, few=few, all=False)


def _best_of_large(view: View, search: ask.Search) -> Filter | None:
    """Return the condition whose list is still shorter than a walk over all assets."""
    if not any(each.rows for each in search.filters):
        return None
    best = plan.best_of_large(view.db, search.counts, search.filters, None)
    most = search.counts.total // _WALKED
    return best if counted(view.db, best, most) < most else None


def _needs_values(asked: AggregateQuery) -> bool:
    places = [group.place for group in asked.groups]
    places += [measure.place for measure in asked.measures if measure.place]
    return any(place.hops or place.leaf not in COLUMNS for place in places)


def _groups(
    db: sqlite3.Connection, cells: Sql, asked: AggregateQuery
) -> tuple[list[tuple[Any, ...]], list[int], int]:
    """Return the keys of the groups up to the limit, their sizes, and how many there are."""
    columns = _columns(asked.groups)
    if not columns:
        found = db.execute(f"SELECT count(*) FROM ({cells.text})", cells.params).fetchone()
        return [()], [found[0]], 1
    names = ", ".join(columns)
    order = ", ".join(f"{name} IS NULL, {name}" for name in columns)
    if asked.order == "count":
        order = f"n DESC, {order}"
    sql = (
        f"SELECT {names}, count(*) AS n, count(*) OVER () FROM ({cells.text})"
        f" GROUP BY {names} ORDER BY {order} LIMIT ?"
    )
    rows = db.execute(sql, (*cells.params, asked.limit)).fetchall()
    total = rows[0][-1] if rows else 0
    return [row[:-2] for row in rows], [row[-2] for row in rows], total


def _measured(
    view: View, cells: Sql, asked: AggregateQuery, measure: Measure, wanted: dict[Any, int]
) -> list[Any] | None:
    """Return what is asked of each wanted group; None for the number of its assets."""
    if measure.place is None:
        return None
    groups = _columns(asked.groups)
    source = _values(view, cells, measure.place, groups)
    names = ", ".join([*groups, "u"])
    sql = f"SELECT {names}, {tally.columns(measure.function)} FROM ({source.text}) GROUP BY {names}"
    by_group: list[list[tuple[Any, ...]]] = [[] for _ in wanted]
    for row in view.db.execute(sql, source.params):
        number = wanted.get(row[: len(groups)])
        if number is not None:
            by_group[number].append(row[len(groups) :])
    of_times = measure.place.leaf in _TIMES and measure.function in {"min", "max"}
    return [tally.total(measure.function, rows, of_times=of_times) for rows in by_group]


def _values(view: View, cells: Sql, place: Place, groups: Sequence[str]) -> Sql:
    """Return the query for the values to be measured: those of an asset in each of its groups.

    An asset that several ways lead to from another one counts once for it.
    """
    found = reach(view, place, row="a.row", alias="m_")
    names = [f"c.{name} AS {name}" for name in groups]
    names += [f"{found.value} AS v", f"{found.unit} AS u"]
    if place.hops:
        names += ["c.row AS row", f"{found.target} AS target"]
    text = (
        f"SELECT {'DISTINCT ' * bool(place.hops)}{', '.join(names)} FROM ({cells.text}) c"
        f" CROSS JOIN asset a ON a.row = c.row {found.joins.text} WHERE {found.present}"
    )
    return Sql(text, (*cells.params, *found.joins.params))


def _columns(groups: Sequence[Group]) -> list[str]:
    return [f"{letter}{number}" for number in range(len(groups)) for letter in "ku"]
