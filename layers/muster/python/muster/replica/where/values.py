"""Conditions on the values at one place."""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

import json
from dataclasses import replace

from muster.replica.condition import (
    Anywhere,
    Count,
    Empty,
    Equal,
    InFolder,
    InNetwork,
    Like,
    Only,
    Place,
    Versioned,
    Within,
)
from muster.replica.filters import Filter, Sql, state
from muster.replica.where import tests
from muster.replica.where.logic import EVERYTHING, both, complement, either
from muster.replica.where.place import (
    IDS,
    SIGNS,
    TEXTS,
    any_value,
    field_at,
    is_column,
    some,
    spanned,
)
from muster.replica.where.view import Handler, View

_FIELD = Place("")
_COUNT_COST = 3


def _empty(view: View, condition: Empty) -> Filter:
    there = any_value(view, condition.place)
    if condition.place.leaf in TEXTS | {"folder"}:
        column = condition.place.leaf
        listed = f"SELECT row FROM asset WHERE trashed {state(view.trashed)} AND {column} IS NULL"
        return replace(complement(there), rows=Sql(listed))
    number = None if is_column(condition.place) else field_at(view, condition.place)
    if number is None:
        return complement(there)
    # In the order of both tables: what few assets lack is found so, though all are looked at.
    listed = (
        "SELECT a.row FROM asset a NOT INDEXED WHERE NOT EXISTS"
        " (SELECT 1 FROM value v WHERE v.asset = a.row AND v.field = ?)"
    )
    return replace(complement(there), rows=Sql(listed, (number,)))


def _equal(view: View, condition: Equal) -> Filter:
    found = some(view, condition.place, tests.equal(condition.place, condition.values))
    texts = [value for value in condition.values if isinstance(value, str)]
    if not condition.exact or not texts or condition.place.leaf in IDS | {"id"}:
        return found
    others = [value for value in condition.values if not isinstance(value, str)]
    check = tests.exactly(condition.place, texts).on("NULL")
    alike = some(view, condition.place, tests.equal(condition.place, texts))
    same = both(view.db, [alike, Filter(check, None, 20)])
    return either([same, _equal(view, Equal(condition.place, tuple(others)))]) if others else same


def _within(view: View, condition: Within) -> Filter:
    return spanned(view, condition.place, tests.within(condition.place, condition))


def _like(view: View, condition: Like) -> Filter:
    one = spanned if condition.how == "starts" else some
    return one(view, condition.place, tests.like(condition))


def _in_network(view: View, condition: InNetwork) -> Filter:
    return spanned(view, condition.place, tests.in_network(condition))


def _versioned(view: View, condition: Versioned) -> Filter:
    place = condition.place
    field = None if is_column(place) else field_at(view, place)
    return some(view, place, tests.versioned(condition, field))


def _anywhere(view: View, condition: Anywhere) -> Filter:
    """Return the condition that some field or text column holds one of the values."""
    asked = tests.equal(_FIELD, condition.values)
    test = asked.on("v.value", "v.unit")
    here = f"SELECT 1 FROM value v WHERE v.asset = a.row AND {test.text}"
    listed = (
        "SELECT DISTINCT v.asset AS row FROM value v"
        f" WHERE v.field IN (SELECT id FROM field) AND {test.text}"
    )
    fields = Filter(Sql(f"EXISTS ({here})", test.params), Sql(listed, test.params), _COUNT_COST * 4)
    columns = [_equal(view, Equal(Place(name), condition.values)) for name in sorted(TEXTS)]
    found = either([fields, *columns])
    if not condition.exact:
        return found
    check = tests.exactly(Place("any"), condition.values).on("NULL")
    return both(view.db, [found, Filter(check, None, 20)])


def _only(view: View, condition: Only) -> Filter:
    place = condition.place
    allowed = tests.equal(place, condition.values)
    other = replace(allowed, text=f"({allowed.text}) IS NOT TRUE", is_listed=False)
    among = some(view, place, allowed)
    if is_column(place):
        return among
    return both(view.db, [among, complement(some(view, place, other))])


def _count(view: View, condition: Count) -> Filter:
    sign = SIGNS[condition.sign]
    if is_column(condition.place):
        there = any_value(view, condition.place)
        text = f"(({there.check.text}) IS TRUE) {sign} ?"
        return Filter(Sql(text, (*there.check.params, condition.number)), None, there.cost)
    number = field_at(view, condition.place)
    text = f"(SELECT count(*) FROM value v WHERE v.asset = a.row AND v.field = ?) {sign} ?"
    return Filter(Sql(text, (number, condition.number)), None, _COUNT_COST)


def _in_folder(view: View, condition: InFolder) -> Filter:
    if None in condition.folders:
        return EVERYTHING
    below = "SELECT descendant FROM closure WHERE ancestor IN (SELECT value FROM json_each(?))"
    params = (json.dumps(list(condition.folders)),)
    listed = f"SELECT row FROM asset WHERE trashed {state(view.trashed)} AND folder IN ({below})"
    return Filter(Sql(f"+a.folder IN ({below})", params), Sql(listed, params), 0.5)


HANDLERS: dict[type, Handler] = {
    Empty: _empty,
    Equal: _equal,
    Within: _within,
    Like: _like,
    InNetwork: _in_network,
    Versioned: _versioned,
    Anywhere: _anywhere,
    Only: _only,
    Count: _count,
    InFolder: _in_folder,
}
