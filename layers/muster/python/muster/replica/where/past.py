"""What was: the values that an asset had, and the commits that changed them."""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from muster.replica.cells import Cell, cells, moment
from muster.replica.condition import Changed, Condition, Empty, Equal, Period, Place, Some, Was
from muster.replica.filters import Filter, Sql, joined
from muster.replica.project import plain
from muster.replica.turns import IDS, NAMES, TRASHED
from muster.replica.where.logic import NOTHING
from muster.replica.where.view import Handler, View

_COST = 4
_UNCHANGING = frozenset({"id", "created_at", "created_by", "source", "updated_at", "updated_by"})
"""The columns that have no past: what is now was so since the asset is there."""
_COLUMNS = {"name", "tag", "serial", "key", "type", "folder"}
_NAMES = {**NAMES, **IDS, "deleted": TRASHED}
# SQLite has no statistics, and takes the index with the most columns; of one asset the table itself
# is the short way, and over all assets the index.
_OF_ASSET = "INDEXED BY sqlite_autoindex_history_1"
_BY_VALUE = "INDEXED BY history_by_value"
# A partial index can't be named: beside a condition that is never true, SQLite forgets the others.
_BY_TIME = ""
_START = f"""coalesce(
  (SELECT max(c.at) FROM history c {_OF_ASSET} WHERE c.asset = h.asset AND c.field = h.field
    AND c.seq < h.seq AND c.came = 1 AND c.value IS h.value AND c.unit IS h.unit),
  (SELECT x.created_at FROM asset x WHERE x.row = h.asset))"""
"""When the value came that goes with `h`."""
_LATE = f"""NOT EXISTS (SELECT 1 FROM history c {_OF_ASSET} WHERE c.asset = a.row AND c.field = ?
  AND c.came = 1 AND c.at >= ? AND c.value IS {{value}} AND c.unit IS {{unit}})"""
_HELD = "SELECT 1 FROM value v WHERE v.asset = a.row AND v.field = ?"


@dataclass(frozen=True)
class _Values:
    """Values as the past is asked for them."""

    cells: tuple[Cell, ...]
    empty: bool

    def test(self, value: str, unit: str) -> Sql:
        """Return the predicate that a row of `history` or `value` has one of them."""
        tests = [
            Sql(f"({value} = ? AND {unit} = ?)", cell) for cell in self.cells if cell[1] is not None
        ]
        bare = tuple(cell[0] for cell in self.cells if cell[1] is None)
        if bare:
            marks = ", ".join("?" * len(bare))
            tests.append(Sql(f"({value} IN ({marks}) AND {unit} IS NULL)", bare))
        if self.empty:
            tests.append(Sql(f"{value} IS NULL"))
        return joined(" OR ", tests)


def _values(place: Place, asked: Sequence[Any]) -> _Values:
    if place.leaf in IDS:
        found: list[Cell] = [(plain(value), None) for value in asked]
    else:
        found = [cell for value in asked for cell in cells(value)]
    filled = tuple(dict.fromkeys(cell for cell in found if cell[0] is not None))
    return _Values(filled, None in asked)


def _was(view: View, condition: Was) -> Filter:
    field = _field(view, condition.place)
    if _is_over(condition.period):
        return NOTHING
    now = _holds_now(view, condition, field)
    if field is None:
        return now
    gone = _rows(field, 0, _values(condition.place, condition.values))
    then = joined(" AND ", [gone, *_overlaps(condition.period)])
    check = joined(" OR ", [now.check, _exists(then)])
    rows = now.rows and joined(" UNION ", [now.rows, _listed(then)])
    return Filter(check, rows, now.cost + _COST)


def _is_over(period: Period) -> bool:
    """Tell whether a period ends before it begins: nothing was so in none of its moments."""
    start, end = period.start, period.end
    return start is not None and end is not None and start >= end


def _holds_now(view: View, condition: Was, field: int | None) -> Filter:
    """Return the condition that a value of now was there before the period's end."""
    place, values = condition.place, condition.values
    present = tuple(value for value in values if value is not None)
    parts: list[Condition] = [Equal(place, present)] if present else []
    if len(present) < len(values):
        parts.append(Empty(place))
    now = view.filter(Some(tuple(parts)))
    if condition.period.end is None:
        return now
    end = moment(condition.period.end)
    begun = [Sql("+a.created_at < ?", (end,))]
    if field is not None:
        begun.append(_came_before(place, _values(place, values), field, end))
    tests = joined(" AND ", begun)
    rows = now.rows and Sql(
        f"SELECT a.row FROM ({now.rows.text}) c CROSS JOIN asset a ON a.row = c.row"
        f" WHERE {tests.text}",
        (*now.rows.params, *tests.params),
    )
    check = joined(" AND ", [now.check, tests])
    return Filter(Sql(f"({check.text})", check.params), rows, now.cost + _COST)


def _came_before(place: Place, values: _Values, field: int, end: int) -> Sql:
    """Return the predicate that one of the values that are there has not come since."""
    if place.leaf in _COLUMNS or place.leaf == "deleted":
        column = "trashed" if place.leaf == "deleted" else place.leaf
        return Sql(_LATE.format(value=f"a.{column}", unit="NULL"), (field, end))
    tests = []
    if values.cells:
        some = _Values(values.cells, empty=False).test("v.value", "v.unit")
        late = _LATE.format(value="v.value", unit="v.unit")
        text = f"EXISTS ({_HELD} AND {some.text} AND {late})"
        tests.append(Sql(text, (field, *some.params, field, end)))
    if values.empty:
        late = _LATE.format(value="NULL", unit="NULL")
        tests.append(Sql(f"(NOT EXISTS ({_HELD}) AND {late})", (field, field, end)))
    return joined(" OR ", tests)


def _overlaps(period: Period) -> list[Sql]:
    """Return the predicates that the time of the value which goes with `h` meets the period.

    Its first moment belongs to it even when it went in the same instant.
    """
    tests = []
    if period.start is not None:
        start = moment(period.start)
        tests.append(Sql("h.at >= ?", (start,)))
        tests.append(Sql(f"(h.at > ? OR {_START} >= ?)", (start, start)))
    if period.end is not None:
        tests.append(Sql(f"{_START} < ?", (moment(period.end),)))
    return tests


def _changed(view: View, condition: Changed) -> Filter:
    field = _field(view, condition.place)
    if field is None:
        return NOTHING
    place, before, after = condition.place, condition.before, condition.after
    if before is not None:
        tests = [_rows(field, 0, _values(place, before))]
    elif after is not None:
        tests = [_rows(field, 1, _values(place, after))]
    else:
        tests = [Sql("h.field = ? AND h.n = 0", (field,))]
    if before is not None and after is not None:
        tests.append(_with(_values(place, after)))
    found = joined(" AND ", [*tests, *_during(condition.period), *_by(condition.by)])
    index = _BY_TIME if before is None and after is None else _BY_VALUE
    return Filter(_exists(found), _listed(found, index), _COST)


def _with(values: _Values) -> Sql:
    """Return the predicate that one of the values came when that of `h` went."""
    test = values.test("c.value", "c.unit")
    text = (
        f"EXISTS (SELECT 1 FROM history c {_OF_ASSET}"
        " WHERE c.asset = h.asset AND c.field = h.field"
        f" AND c.seq = h.seq AND c.came = 1 AND {test.text})"
    )
    return Sql(text, test.params)


def _during(period: Period) -> list[Sql]:
    bounds = ((">=", period.start), ("<", period.end))
    return [Sql(f"h.at {sign} ?", (moment(at),)) for sign, at in bounds if at is not None]


def _by(actors: Sequence[str] | None) -> list[Sql]:
    if actors is None:
        return []
    marks = ", ".join("?" * len(actors))
    text = f"EXISTS (SELECT 1 FROM log l WHERE l.seq = h.seq AND l.actor_id IN ({marks}))"
    return [Sql(text, tuple(map(plain, actors)))]


def _rows(field: int, came: int, values: _Values) -> Sql:
    test = values.test("h.value", "h.unit")
    return Sql(f"h.field = ? AND h.came = {came} AND {test.text}", (field, *test.params))


def _exists(test: Sql) -> Sql:
    text = f"EXISTS (SELECT 1 FROM history h {_OF_ASSET} WHERE h.asset = a.row AND {test.text})"
    return Sql(text, test.params)


def _listed(test: Sql, index: str = _BY_VALUE) -> Sql:
    text = f"SELECT DISTINCT h.asset AS row FROM history h {index} WHERE {test.text}"
    return Sql(text, test.params)


def _field(view: View, place: Place) -> int | None:
    """Return the number of the field in `history`; None for what no commit has changed yet."""
    if place.leaf in _UNCHANGING:
        return None
    return view.field(_NAMES.get(place.leaf, place.leaf))


HANDLERS: dict[type, Handler] = {Was: _was, Changed: _changed}
