"""Write what follows from assets: their columns, values and words."""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from muster.ledger.model import Body
from muster.replica import project
from muster.replica.project import Asset, Value

_AT = "(SELECT at FROM log WHERE seq = ?)"
_INSERT = f"""INSERT INTO asset(
  row, created_at, updated_at, trashed, type, folder, name, tag, serial, key, key_order)
  VALUES (?, {_AT}, {_AT}, ?, ?, ?, ?, ?, ?, ?, ?)"""
_TOUCH = f"UPDATE asset SET updated_at = {_AT} WHERE row = ?"
_CHANGE = """UPDATE asset SET trashed = ?, type = ?, folder = ?, name = ?, tag = ?, serial = ?,
  key = ?, key_order = ? WHERE row = ?"""
_DELETE = "DELETE FROM asset WHERE row = ?"
_INSERT_VALUE = "INSERT INTO value VALUES (?, ?, ?, ?, ?)"
_DELETE_VALUE = "DELETE FROM value WHERE asset = ? AND field = ? AND position = ?"
_INSERT_TEXT = "INSERT INTO words(rowid, text) VALUES (?, ?)"
# An index without contents has to be told what it forgets.
_DELETE_TEXT = "INSERT INTO words(words, rowid, text) VALUES ('delete', ?, ?)"

type Step = tuple[int, Body | None, Body | None, int, int]
"""The record's row, its body before and after, and the commits that created and last changed it."""

_ORDER = (
    _DELETE,
    _DELETE_VALUE,
    _DELETE_TEXT,
    _INSERT,
    _TOUCH,
    _CHANGE,
    _INSERT_VALUE,
    _INSERT_TEXT,
)


@dataclass
class _Work:
    """Statements with their rows, so that each is prepared and run once for a whole batch."""

    fields: dict[str, int]
    rows: dict[str, list[tuple[Any, ...]]] = field(
        default_factory=lambda: {statement: [] for statement in _ORDER}
    )


def write(db: sqlite3.Connection, steps: Iterable[Step]) -> None:
    """Bring the tables from each asset's body before to the one after; None is absent."""
    work = _Work(dict(db.execute("SELECT name, id FROM field").fetchall()))
    known = len(work.fields)
    for row, before, after, created, updated in steps:
        old = project.asset(before) if before is not None else None
        new = project.asset(after) if after is not None else None
        _plan_columns(work, row, old, new, (created, updated))
        _plan_values(
            work, row, old.values if old else frozenset(), new.values if new else frozenset()
        )
        _plan_text(work, row, old.text if old else "", new.text if new else "")
    db.executemany("INSERT INTO field(name, id) VALUES (?, ?)", list(work.fields.items())[known:])
    for statement, rows in work.rows.items():
        if rows:
            db.executemany(statement, rows)


def _plan_columns(
    work: _Work, row: int, old: Asset | None, new: Asset | None, seqs: tuple[int, int]
) -> None:
    if new is None:
        if old is not None:
            work.rows[_DELETE].append((row,))
    elif old is None:
        work.rows[_INSERT].append((row, *seqs, *new.columns))
    else:
        work.rows[_TOUCH].append((seqs[1], row))
        if old.columns != new.columns:
            work.rows[_CHANGE].append((*new.columns, row))


def _plan_values(work: _Work, row: int, old: frozenset[Value], new: frozenset[Value]) -> None:
    fields = work.fields
    work.rows[_DELETE_VALUE].extend((row, fields[gone.field], gone.position) for gone in old - new)
    for value in new - old:
        number = fields.setdefault(value.field, len(fields) + 1)
        work.rows[_INSERT_VALUE].append((row, number, *value[1:]))


def _plan_text(work: _Work, row: int, old: str, new: str) -> None:
    if old == new:
        return
    if old:
        work.rows[_DELETE_TEXT].append((row, old))
    if new:
        work.rows[_INSERT_TEXT].append((row, new))
