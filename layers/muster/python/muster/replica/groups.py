"""Orders by what has few values: value by value, each a condition, in the order of the other keys.

So the forty assets that come first by status and then by name are found without sorting all that
have the first status.
"""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from muster.replica.cells import Scalar
from muster.replica.filters import Filter, Sql, asset_id, holders, state
from muster.replica.order import Key, value_behind

MOST_FEW = 2000
MOST_VISITED = 60
"""After so many groups without a full page, what is left is read at once."""
_FEW_VALUED = frozenset({"type", "folder", "source", "created_by", "updated_by"})
_ARMED = frozenset({"type", "folder"})
FEW_VALUES = f"""
WITH RECURSIVE found(value) AS (
  SELECT min(value) FROM value WHERE field = ?1
  UNION ALL
  SELECT (SELECT min(value) FROM value WHERE field = ?1 AND value > found.value)
  FROM found WHERE found.value IS NOT NULL)
SELECT value FROM found WHERE value IS NOT NULL LIMIT {MOST_FEW + 1}"""
_COLUMN_VALUES = """
WITH RECURSIVE found(value) AS (
  SELECT min({column}) FROM asset WHERE trashed {state}
  UNION ALL
  SELECT (SELECT min({column}) FROM asset WHERE trashed {state} AND {column} > found.value)
  FROM found WHERE found.value IS NOT NULL)
SELECT value FROM found WHERE value IS NOT NULL LIMIT {most}"""


@dataclass(frozen=True)
class Group:
    """The assets with one value of a sort key."""

    value: Scalar
    """As the key has it; None is empty."""
    conditions: tuple[Filter, ...]


def of(db: sqlite3.Connection, keys: Sequence[Key], trashed: str) -> list[Group] | None:
    """Return the groups in the order of the first key; None where an index has that order, or
    where there are too many.
    """
    if not keys or trashed == "any":
        return None
    key = keys[0]
    if len(keys) == 1 and key.walks in {"column", "values"}:
        return None
    found = _found(db, key, trashed)
    if found is None:
        return None
    found.sort(key=lambda group: _ordered(group.value), reverse=key.descending)
    if key.can_be_empty:
        found.insert(0 if key.empty_first else len(found), _empty(key, trashed))
    return found


def beyond(key: Key, groups: Sequence[Group], after: Sequence[Any] | None) -> Iterator[Group]:
    """Yield the groups from the one on in which a page ended."""
    for group in groups:
        if after is None or not _is_before(key, group.value, after[0]):
            yield group


def _is_before(key: Key, value: Any, bound: Any) -> bool:
    if value is None or bound is None:
        return value is not bound and (value is None) == key.empty_first
    one, other = _ordered(value), _ordered(bound)
    return one > other if key.descending else one < other


def _ordered(value: Any) -> tuple[bool, Any]:
    """Return what compares as SQLite does: numbers before texts."""
    return isinstance(value, str), value


def _found(db: sqlite3.Connection, key: Key, trashed: str) -> list[Group] | None:
    if key.hops:
        return _behind(db, key, trashed)
    if key.column is None:
        values = _few(db.execute(FEW_VALUES, (key.field,)))
        return None if values is None else _of_field(db, key, values)
    if key.column not in _FEW_VALUED:
        return None
    sql = _COLUMN_VALUES.format(column=key.column, state=state(trashed), most=MOST_FEW + 1)
    values = _few(db.execute(sql))
    return None if values is None else [_of_column(db, key, each, trashed) for each in values]


def _few(found: sqlite3.Cursor) -> list[Any] | None:
    values = [row[0] for row in found]
    return values if len(values) <= MOST_FEW else None


def _of_field(db: sqlite3.Connection, key: Key, values: Sequence[Scalar]) -> list[Group]:
    # A number may be the same as the place that the order gives to another value.
    alike: dict[Scalar, list[Scalar]] = defaultdict(list)
    for value in values:
        alike[_as_key(db, key, value)].append(value)
    return [_of_values(key, placed, held) for placed, held in alike.items()]


def _of_values(key: Key, placed: Scalar, values: Sequence[Scalar]) -> Group:
    test = f"v.field = ? AND v.value IN ({holders(values)}) AND v.position = 0"
    here = f"SELECT v.asset AS row FROM value v WHERE {test}"
    check = f"EXISTS ({here} AND v.asset = a.row)"
    params = (key.field, *values)
    return Group(placed, (Filter(Sql(check, params), Sql(here, params), 3),))


def _of_column(db: sqlite3.Connection, key: Key, value: str, trashed: str) -> Group:
    rows = f"SELECT row FROM asset WHERE trashed {state(trashed)} AND {key.column} = ?"
    arm = (key.column, (value,)) if key.column in _ARMED else None
    check = Sql(f"+a.{key.column} = ?", (value,))
    found = Filter(check, Sql(rows, (value,)), 0.3, arm=arm)
    return Group(_as_key(db, key, value), (found,))


def _as_key(db: sqlite3.Connection, key: Key, value: Scalar) -> Scalar:
    placed: Scalar = db.execute(f"SELECT {key.call}(?)", (value,)).fetchone()[0]
    return placed


def _empty(key: Key, trashed: str) -> Group:
    check = Sql(f"{key.value.text} IS NULL", key.value.params)
    rows = None
    if key.column and not key.hops:
        rows = Sql(f"SELECT row FROM asset WHERE trashed {state(trashed)} AND {key.column} IS NULL")
    return Group(None, (Filter(check, rows, 4),))


def _behind(db: sqlite3.Connection, key: Key, trashed: str) -> list[Group] | None:
    """Return the groups by what the first hop leads to, each with the value behind it."""
    first, *rest = key.hops
    named = _few(db.execute(FEW_VALUES, (first,)))
    if named is None:
        return None
    value = value_behind(key, rest, trashed)
    sql = (
        f"SELECT lower(r.id), {value.text} FROM json_each(?) n CROSS JOIN record r"
        f" ON r.kind = 'asset' AND r.id = {asset_id('n.value')} CROSS JOIN asset a"
        f" ON a.row = r.row WHERE +a.trashed {state(trashed)}"
    )
    texts = json.dumps([each for each in named if isinstance(each, str)])
    targets: dict[Scalar, list[str]] = defaultdict(list)
    for target, found in db.execute(sql, (*value.params, texts)):
        targets[found].append(target)
    return [_of_targets(key, found, ids) for found, ids in targets.items() if found is not None]


def _of_targets(key: Key, value: Scalar, ids: Sequence[str]) -> Group:
    here = (
        "SELECT h.asset AS row FROM value h WHERE h.field = ?"
        " AND h.value IN (SELECT value FROM json_each(?))"
    )
    params = (key.hops[0], json.dumps(ids))
    listed = Filter(
        Sql(f"EXISTS ({here} AND h.asset = a.row)", params),
        Sql(here.replace("SELECT", "SELECT DISTINCT", 1), params),
        3,
    )
    # An asset that leads to several of them counts by the first.
    check = Sql(f"{key.value.text} = ?", (*key.value.params, value))
    return Group(value, (listed, Filter(check, None, 6)))
