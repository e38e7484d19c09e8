"""Conditions joined: all of some, one of some, the complement."""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from itertools import batched

from muster.replica.condition import All, Every, Not, Some
from muster.replica.filters import Filter, Sql, joined
from muster.replica.where.view import Handler, View

NOTHING = Filter(Sql("0"), Sql("SELECT row FROM asset WHERE 0"), 0.1)
"""True of no asset."""
EVERYTHING = Filter(Sql("1"), None, 0.1)
_ENOUGH = 2000
_IN_ONE = 100


def _every(view: View, condition: Every) -> Filter:
    del view, condition
    return EVERYTHING


def _all(view: View, condition: All) -> Filter:
    if not condition.items:
        return EVERYTHING
    return both(view.db, [view.filter(item) for item in condition.items])


def _some(view: View, condition: Some) -> Filter:
    return either([view.filter(item) for item in condition.items])


def _not(view: View, condition: Not) -> Filter:
    return complement(view.filter(condition.item))


def complement(found: Filter) -> Filter:
    """Return the condition that this one does not hold."""
    check = Sql(f"({found.check.text}) IS NOT TRUE", found.check.params)
    return Filter(check, None, found.cost)


def both(db: sqlite3.Connection, found: Sequence[Filter]) -> Filter:
    """Return the condition that all of these hold: the shortest list, and the rest checked."""
    if any(each.check.text == NOTHING.check.text for each in found):
        # Also, SQLite finds no way through an index that a list names where all is false.
        return NOTHING
    if len(found) == 1:
        return found[0]
    check = joined(" AND ", [each.check for each in _by_cost(found)])
    cost = sum(each.cost for each in found)
    match = _match(" AND ", found)
    if match is not None:
        return matching(match)
    best = min((each for each in found if each.rows), key=lambda f: counted(db, f), default=None)
    others = [each for each in found if each is not best]
    rows = None if best is None else _listed(best, others)
    return Filter(Sql(f"({check.text})", check.params), rows, cost)


def either(found: Sequence[Filter]) -> Filter:
    """Return the condition that one of these holds; it has a list when all of them have one."""
    if len(found) == 1:
        return found[0]
    match = _match(" OR ", found)
    if match is not None:
        return matching(match)
    lists = [each.rows for each in found if each.rows]
    rows = None
    if len(lists) == len(found):
        rows = _union(lists) if lists else NOTHING.rows
    check = joined(" OR ", [each.check for each in _by_cost(found)])
    return Filter(check, rows, sum(each.cost for each in found))


def _union(lists: Sequence[Sql]) -> Sql:
    """Return the rows of all lists. SQLite joins up to 500 in one SELECT."""
    if len(lists) <= _IN_ONE:
        return joined(" UNION ", lists)
    parts = [joined(" UNION ", part) for part in batched(lists, _IN_ONE, strict=False)]
    return _union([Sql(f"SELECT row FROM ({part.text})", part.params) for part in parts])


def matching(expression: str) -> Filter:
    """Return the condition that an asset's words match an FTS5 expression."""
    rows = Sql("SELECT words.rowid AS row FROM words WHERE words MATCH ?", (expression,))
    # IN looks the words up once for all assets; EXISTS would do it again for each of them.
    return Filter(Sql(f"a.row IN ({rows.text})", rows.params), rows, 70, match=expression)


def counted(db: sqlite3.Connection, found: Filter, most: int = _ENOUGH) -> int:
    """Return how many rows a condition lists, up to a bound; the bound for one without a list."""
    if found.rows is None:
        return most
    sql = f"SELECT count(*) FROM (SELECT 1 FROM ({found.rows.text}) LIMIT ?)"
    return int(db.execute(sql, (*found.rows.params, most)).fetchone()[0])


def _listed(best: Filter, others: Sequence[Filter]) -> Sql:
    assert best.rows is not None
    check = joined(" AND ", [each.check for each in _by_cost(others)])
    text = f"SELECT a.row FROM ({best.rows.text}) c CROSS JOIN asset a ON a.row = c.row"
    return Sql(f"{text} WHERE {check.text}", (*best.rows.params, *check.params))


def _by_cost(found: Sequence[Filter]) -> list[Filter]:
    return sorted(found, key=lambda each: each.cost)


def _match(word: str, found: Sequence[Filter]) -> str | None:
    parts = [each.match for each in found if each.match is not None]
    if not parts or len(parts) < len(found):
        return None
    return word.join(f"({part})" for part in parts)


HANDLERS: dict[type, Handler] = {Every: _every, All: _all, Some: _some, Not: _not}
