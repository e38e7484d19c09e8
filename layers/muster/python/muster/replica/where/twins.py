"""Assets that have a value which another one has too."""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

from muster.replica.condition import Duplicate
from muster.replica.filters import Filter, Sql, state
from muster.replica.project import DESCRIPTION
from muster.replica.where.graph import listing
from muster.replica.where.logic import NOTHING
from muster.replica.where.view import Handler, View

_TITLES = ("name", "tag", "serial", "key")
_STAMPS = ("created_at", "created_by", "updated_at", "updated_by", "source")
_COLUMNS = frozenset((*_TITLES, "type", "folder", *_STAMPS))
_MOST_LISTED = 2_000
_COST = 6


def _duplicate(view: View, condition: Duplicate) -> Filter:
    leaf = condition.place.leaf
    if leaf in _COLUMNS:
        return _found(view, _column_check(view, leaf), _column_rows(view, leaf))
    number = view.field(DESCRIPTION if leaf == "description" else leaf)
    if number is None:
        return NOTHING
    return _found(view, _field_check(view, number), _field_rows(view, number))


def _found(view: View, check: Sql, rows: Sql) -> Filter:
    """Return the condition: its list once and for all, if that is short."""
    sql = f"SELECT row FROM ({rows.text}) LIMIT ?"
    found = [row[0] for row in view.db.execute(sql, (*rows.params, _MOST_LISTED + 1))]
    return listing(found) if len(found) <= _MOST_LISTED else Filter(check, rows, _COST)


def _column_check(view: View, column: str) -> Sql:
    return Sql(
        f"EXISTS (SELECT 1 FROM asset d WHERE d.trashed {state(view.trashed)}"
        f" AND d.{column} = a.{column} AND d.row <> a.row)"
    )


def _column_rows(view: View, column: str) -> Sql:
    there = state(view.trashed)
    return Sql(
        f"SELECT d.row FROM (SELECT {column} AS same FROM asset WHERE trashed {there}"
        f" AND {column} IS NOT NULL GROUP BY {column} HAVING count(*) > 1) t"
        f" CROSS JOIN asset d ON d.trashed {there} AND d.{column} = t.same"
    )


def _field_check(view: View, number: int) -> Sql:
    here = "SELECT 1 FROM value v WHERE v.asset = a.row AND v.field = ?"
    return Sql(f"EXISTS ({here} AND {_twin(view)})", (number,))


def _field_rows(view: View, number: int) -> Sql:
    # The index is in order of values, not of currencies: of which one they are is seen afterwards.
    text = (
        "SELECT DISTINCT v.asset AS row FROM (SELECT value AS same FROM value"
        " WHERE field = ? AND value IS NOT NULL GROUP BY value HAVING count(*) > 1) t"
        " CROSS JOIN value v ON v.field = ? AND v.value = t.same"
        f" WHERE {_twin(view)}"
    )
    return Sql(text, (number, number))


def _twin(view: View) -> str:
    """Return the predicate that another visible asset has the value `v`."""
    return (
        "EXISTS (SELECT 1 FROM value w CROSS JOIN asset d ON d.row = w.asset"
        " WHERE w.field = v.field AND w.value = v.value AND w.unit IS v.unit"
        f" AND w.asset <> v.asset AND {view.visible('d')})"
    )


HANDLERS: dict[type, Handler] = {Duplicate: _duplicate}
