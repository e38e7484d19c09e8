"""Conditions on other assets that reference fields lead to."""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from muster.replica.condition import Count, Empty, Only
from muster.replica.filters import Filter, Sql
from muster.replica.groups import FEW_VALUES, MOST_FEW
from muster.replica.where.logic import NOTHING, both, complement
from muster.replica.where.place import SIGNS, any_value, field_at, is_column
from muster.replica.where.view import View, asset_id

_COST = 6
_FIELD_COST = 3


def hops_of(condition: Any) -> tuple[str, ...]:
    """Return the reference fields that a condition goes over first."""
    place = getattr(condition, "place", condition)
    return getattr(place, "hops", ())


def led(view: View, condition: Any) -> Filter:
    """Return a condition that has hops: of the values of all assets that they lead to."""
    hops, bare = hops_of(condition), _bare(condition)
    match condition:
        case Empty():
            return _none(_through(view, hops, any_value(view, bare.place)))
        case Only():
            inside = view.filter(bare)
            there = any_value(view, bare.place)
            other = both(view.db, [there, complement(inside)])
            return both(
                view.db,
                [_through(view, hops, inside), complement(_through(view, hops, other))],
            )
        case Count():
            return _counted(view, condition)
        case _:
            return _through(view, hops, view.filter(bare))


def through(view: View, field_name: str, found: Filter) -> Filter:
    """Return the condition that a reference field leads to a visible asset that passes."""
    number = view.field(field_name)
    if number is None:
        return NOTHING
    named = [row[0] for row in view.db.execute(FEW_VALUES, (number,))]
    if len(named) <= MOST_FEW:
        return _through_few(view, number, named, found)
    target = f"r.kind = 'asset' AND r.id = {asset_id('h.value')}"
    meets = view.meets(found, "r.row")
    check = Sql(
        "EXISTS (SELECT 1 FROM value h CROSS JOIN record r WHERE h.asset = a.row"
        f" AND h.field = ? AND {target} AND {meets.text})",
        (number, *meets.params),
    )
    rows = None
    if found.rows is not None:
        rows = Sql(
            f"SELECT DISTINCT h.asset AS row FROM ({found.rows.text}) c"
            " CROSS JOIN asset t ON t.row = c.row CROSS JOIN record r ON r.row = c.row"
            " CROSS JOIN value h ON h.field = ? AND h.value = lower(r.id)"
            f" WHERE {view.visible('t')}",
            (*found.rows.params, number),
        )
    return Filter(check, rows, found.cost + _COST)


def _through_few(view: View, number: int, named: Sequence[Any], found: Filter) -> Filter:
    """Return the same of a field that leads to few assets: each of them is looked at beforehand."""
    meets = view.meets(found, "r.row")
    sql = (
        "SELECT n.value FROM json_each(?) n CROSS JOIN record r"
        f" WHERE r.kind = 'asset' AND r.id = {asset_id('n.value')} AND {meets.text}"
    )
    texts = json.dumps([value for value in named if isinstance(value, str)])
    passing = [row[0] for row in view.db.execute(sql, (texts, *meets.params))]
    if not passing:
        return NOTHING
    test = "h.field = ? AND {}h.value IN (SELECT value FROM json_each(?))"
    params = (number, json.dumps(passing))
    check = f"EXISTS (SELECT 1 FROM value h WHERE h.asset = a.row AND {test.format('+')})"
    rows = f"SELECT DISTINCT h.asset AS row FROM value h WHERE {test.format('')}"
    return Filter(Sql(check, params), Sql(rows, params), _FIELD_COST)


def reached(view: View, hops: tuple[str, ...], row: str) -> tuple[Sql, Sql, str]:
    """Return the visible assets that hops lead to from a row: tables to be joined, the conditions
    on them, and the expression for the last one's row.
    """
    tables, tests, params = [], [], []
    for depth, name in enumerate(hops):
        h, r, t = f"h{depth}", f"r{depth}", f"t{depth}"
        tables += [f"value {h}", f"record {r}", f"asset {t}"]
        tests += [
            f"{h}.asset = {row} AND {h}.field = ?",
            f"{r}.kind = 'asset' AND {r}.id = {asset_id(f'{h}.value')}",
            f"{t}.row = {r}.row AND {view.visible(t)}",
        ]
        params.append(view.field(name))
        row = f"{t}.row"
    return Sql(" CROSS JOIN ".join(tables)), Sql(" AND ".join(tests), tuple(params)), row


def _through(view: View, hops: tuple[str, ...], found: Filter) -> Filter:
    for name in reversed(hops):
        found = through(view, name, found)
    return found


def _none(found: Filter) -> Filter:
    """Return the complement with a list, made in the order of rows: it is quick where few pass."""
    there = complement(found)
    rows = f"SELECT a.row FROM asset a NOT INDEXED WHERE {there.check.text}"
    return replace(there, rows=Sql(rows, there.check.params))


def _counted(view: View, condition: Count) -> Filter:
    """Return the condition on the number of distinct values of all assets that are reached."""
    place = condition.place
    tables, tests, row = reached(view, place.hops, "a.row")
    if is_column(place):
        last = row.removesuffix(".row")
        value = row if place.leaf in {"id", "deleted"} else f"{last}.{place.leaf}"
        text = f"SELECT count(DISTINCT {value}) FROM {tables.text} WHERE {tests.text}"
        params = tests.params
    else:
        text = (
            f"SELECT count(*) FROM (SELECT DISTINCT v.value, v.unit FROM {tables.text} CROSS JOIN"
            f" value v WHERE {tests.text} AND v.asset = {row} AND v.field = ?)"
        )
        params = (*tests.params, field_at(view, place))
    check = Sql(f"({text}) {SIGNS[condition.sign]} ?", (*params, condition.number))
    return Filter(check, None, _COST * len(place.hops))


def _bare(condition: Any) -> Any:
    if hasattr(condition, "place"):
        return replace(condition, place=replace(condition.place, hops=()))
    return replace(condition, hops=())
