"""Values that were made comparable, as they are stored: one spelling of those that are equal."""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Sequence
from typing import Any

from muster.replica.cells import cells, from_moment, text_cell
from muster.replica.filters import field_number
from muster.replica.measures import Group
from muster.replica.project import DESCRIPTION

_BODY = "SELECT body FROM record WHERE row = ?"
_HOLDER = "SELECT asset FROM value WHERE field = ? AND value = ? AND unit IS ? LIMIT 1"
_TEXTS = {
    column: f"SELECT row FROM asset WHERE trashed IN (0, 1) AND {column} = ? LIMIT 1"
    for column in ("name", "tag", "serial", "key")
}
_TIMES = {"created_at", "updated_at"}
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)t(\d\d:\d\d:\d\d)\.(\d{6})z", re.ASCII)


type Known = dict[tuple[Group, Any, str | None], Any]
"""Spellings that were looked up before."""


def spelled(
    db: sqlite3.Connection, groups: Sequence[Group], key: Sequence[Any], known: Known
) -> tuple[Any, ...]:
    """Return the stored values of a group's key: a value and a unit for each of the groups."""
    found = []
    for part in zip(groups, key[::2], key[1::2], strict=True):
        if part not in known:
            known[part] = _spelled(db, *part)
        found.append(known[part])
    return tuple(found)


def moment_of_column(microseconds: int) -> str:
    """Return a column's moment as a field's would be stored."""
    return moment_text(f"{from_moment(microseconds):%Y-%m-%dt%H:%M:%S.%fz}")


def moment_text(cell: str) -> str:
    """Return a moment as it is stored, of a folded one; other texts as they are."""
    found = _MOMENT.fullmatch(cell)
    if found is None:
        return cell
    day, time, fraction = found.groups()
    fraction = fraction.removesuffix("000")
    return f"{day}T{time}Z" if fraction == "000" else f"{day}T{time}.{fraction}Z"


def _spelled(db: sqlite3.Connection, group: Group, value: Any, unit: str | None) -> Any:
    leaf = group.place.leaf
    if value is None or group.by:
        return value
    if leaf == "deleted":
        return bool(value)
    if leaf in _TIMES:
        return moment_of_column(value)
    if leaf in _TEXTS:
        held = _body(db, db.execute(_TEXTS[leaf], (value,)).fetchone()).get(leaf)
        return held if isinstance(held, str) and text_cell(held) == value else value
    number = field_number(db, DESCRIPTION if leaf == "description" else leaf)
    if number is None:  # a column that holds ids as they are
        return value
    body = _body(db, db.execute(_HOLDER, (number, value, unit)).fetchone())
    return _element(body, leaf, (value, unit))


def _element(body: dict[str, Any], leaf: str, cell: tuple[Any, str | None]) -> Any:
    """Return what a body holds at a leaf that compares as this cell does."""
    held = body.get("description") if leaf == "description" else body.get("fields", {}).get(leaf)
    for element in held if isinstance(held, list) else [held]:
        if cells(element) == [cell]:
            return element
    return cell[0]


def _body(db: sqlite3.Connection, found: tuple[int] | None) -> dict[str, Any]:
    row = found and db.execute(_BODY, found).fetchone()
    body: dict[str, Any] = json.loads(row[0]) if row and row[0] else {}
    return body
