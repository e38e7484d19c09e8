"""The way from an asset to the values of a place, as joins: for what is listed, not tested."""

from __future__ import annotations

from dataclasses import dataclass

from muster.replica.condition import Place
from muster.replica.filters import Sql
from muster.replica.project import DESCRIPTION
from muster.replica.where.view import View, asset_id

COLUMNS = {
    "name": "name",
    "tag": "tag",
    "serial": "serial",
    "key": "key",
    "type": "type",
    "folder": "folder",
    "created_at": "created_at",
    "updated_at": "updated_at",
    "created_by": "created_by",
    "updated_by": "updated_by",
    "source": "source",
    "deleted": "trashed",
}
"""The leaves of places that are columns of `asset`."""
_ID = "id"


@dataclass(frozen=True)
class Reach:
    """Joins behind a row of `asset`, and what they lead to."""

    joins: Sql
    value: str
    unit: str
    present: str
    """The predicate that the joins led to a value."""
    column: str | None
    """The column that the value is of; None for a field's."""
    target: str
    """The number of the row of the asset that has the value."""


def reach(view: View, place: Place, *, row: str, alias: str, join: str = "CROSS JOIN") -> Reach:
    """Return the joins from the asset of a row number such as `a.row`; `LEFT JOIN` keeps it.

    Names of tables within begin with the alias. Assets that are not visible are not there.
    """
    parts: list[Sql] = []
    for number, field in enumerate(place.hops):
        name = f"{alias}{number}"
        parts.append(Sql(_hop(view, name, row, join), (view.field(field),)))
        row = f"{name}t.row"
    owner = row.removesuffix(".row")
    if place.leaf == _ID:
        parts.append(Sql(f"{join} record {alias}r ON {alias}r.row = {row}"))
        return _reach(parts, f"{alias}r.id", "NULL", _ID, row)
    if place.leaf in COLUMNS:
        column = COLUMNS[place.leaf]
        return _reach(parts, f"{owner}.{column}", "NULL", column, row)
    leaf = DESCRIPTION if place.leaf == "description" else place.leaf
    values = f"{join} value {alias}v ON {alias}v.asset = {row} AND {alias}v.field = ?"
    parts.append(Sql(values, (view.field(leaf),)))
    return _reach(parts, f"{alias}v.value", f"{alias}v.unit", None, row)


def _hop(view: View, name: str, row: str, join: str) -> str:
    value, record, target = f"{name}v", f"{name}r", f"{name}t"
    named = asset_id(f"{value}.value")
    return (
        f"{join} value {value} ON {value}.asset = {row} AND {value}.field = ? "
        f"{join} record {record} ON {record}.kind = 'asset' AND {record}.id = {named} "
        f"{join} asset {target} ON {target}.row = {record}.row AND {view.visible(target)}"
    )


def _reach(parts: list[Sql], value: str, unit: str, column: str | None, row: str) -> Reach:
    joins = Sql(" ".join(p.text for p in parts), tuple(v for p in parts for v in p.params))
    # The plus sign keeps SQLite from looking for "more than NULL" in an index of all assets.
    return Reach(joins, value, unit, f"+{value} IS NOT NULL", column, row)
