"""Where an asset's values are: in a column of it, or in rows of `value`; and how they are asked."""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

from dataclasses import dataclass, replace

from muster.replica.condition import Place, Sign
from muster.replica.filters import Filter, Sql, state
from muster.replica.project import DESCRIPTION
from muster.replica.where.logic import NOTHING
from muster.replica.where.view import View

TEXTS = frozenset({"key", "name", "tag", "serial"})
"""Columns that hold folded texts."""
IDS = frozenset({"type", "folder", "created_by", "updated_by", "source"})
"""Columns that hold ids as they are."""
TIMES = frozenset({"created_at", "updated_at"})
"""Columns that hold moments, in microseconds."""
_COLUMNS = TEXTS | IDS | TIMES
SIGNS: dict[Sign, str] = {"=": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
"""What a comparison is in SQL."""
_COLUMN_COST, _ID_COST, _FIELD_COST = 0.3, 2.0, 3.0


@dataclass(frozen=True)
class Asked:
    """A test on one value: SQL in which `{v}` is the value, `{u}` its currency, `{r}` the row."""

    text: str
    params: tuple[object, ...] = ()
    is_listed: bool = True
    """Whether it is worth while to look through all values for it."""
    once: bool = False
    """Whether an asset passes it with one of its values at most."""

    def on(self, value: str, unit: str = "NULL", *, row: str = "a.row") -> Sql:
        """Return the test on an expression."""
        text = self.text.replace("{v}", value).replace("{u}", unit).replace("{r}", row)
        return Sql(text, self.params)


def some(view: View, place: Place, asked: Asked) -> Filter:
    """Return the condition that some value at a place passes a test; the place has no hops."""
    if place.leaf == "id":
        return _of_id(asked)
    if place.leaf == "deleted":
        return Filter(asked.on("(a.trashed = 1)"), None, _COLUMN_COST)
    if place.leaf in _COLUMNS:
        return _of_column(view, place.leaf, asked)
    number = field_at(view, place)
    return NOTHING if number is None else _of_field(number, asked)


def spanned(view: View, place: Place, asked: Asked) -> Filter:
    """Return the same for a test that is a range, which an order by the place goes through."""
    found = some(view, place, asked)
    if place.leaf in _COLUMNS:
        return replace(found, span=(place.leaf, asked.on(f"a.{place.leaf}")))
    number = None if is_column(place) else field_at(view, place)
    if number is None:
        return found
    return replace(found, span=(number, asked.on("s.value", "s.unit", row="s.asset")))


def any_value(view: View, place: Place) -> Filter:
    """Return the condition that there is a value."""
    if place.leaf in {"id", "deleted"}:
        return Filter(Sql("1"), None, 0.1)
    # An object without an order is a value too, and NULL in `value`.
    text = "{v} IS NOT NULL" if place.leaf in _COLUMNS else "1"
    return some(view, place, Asked(text, is_listed=False))


def field_at(view: View, place: Place) -> int | None:
    """Return the number of a field, or of what is held like one; None when there are no values."""
    return view.field(DESCRIPTION if place.leaf == "description" else place.leaf)


def is_column(place: Place) -> bool:
    """Tell whether a place has one value at most, in the asset's own row."""
    return place.leaf in _COLUMNS or place.leaf in {"id", "deleted"}


def _of_id(asked: Asked) -> Filter:
    test = asked.on("r.id", row="r.row")
    text = f"EXISTS (SELECT 1 FROM record r WHERE r.row = a.row AND {test.text})"
    rows = f"SELECT r.row FROM record r WHERE r.kind = 'asset' AND {test.text}"
    return Filter(
        Sql(text, test.params), Sql(rows, test.params) if asked.is_listed else None, _ID_COST
    )


def _of_column(view: View, column: str, asked: Asked) -> Filter:
    check, listed = asked.on(f"+a.{column}"), asked.on(column, row="asset.row")
    text = f"SELECT row FROM asset WHERE trashed {state(view.trashed)} AND {listed.text}"
    rows = Sql(text, listed.params) if asked.is_listed else None
    return Filter(check, rows, _COLUMN_COST)


def _of_field(number: int, asked: Asked) -> Filter:
    # Of one asset the few values are looked at; by its index a range would be gone through whole.
    held = asked.on("+v.value", "v.unit", row="v.asset")
    here = f"SELECT 1 FROM value v WHERE v.asset = a.row AND v.field = ? AND {held.text}"
    check = Sql(f"EXISTS ({here})", (number, *held.params))
    test = asked.on("v.value", "v.unit", row="v.asset")
    distinct = "" if asked.once else "DISTINCT "
    listed = f"SELECT {distinct}v.asset AS row FROM value v WHERE v.field = ? AND {test.text}"
    rows = Sql(listed, (number, *test.params)) if asked.is_listed else None
    return Filter(check, rows, _FIELD_COST)
