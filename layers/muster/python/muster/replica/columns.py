"""Columns in memory: which values each asset has at a place, for counting over many assets.

SQLite takes a look-up an asset and place, and sorts; over a column that is in memory a million
assets are counted in the time of some ten thousand look-ups.
"""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from muster.replica.cells import Cell
from muster.replica.condition import Place
from muster.replica.reach import reach
from muster.replica.where.view import View, asset_id

MOST_CODES = 65_000
_MOST_UNITS = 250
_MOST_SEVERAL = 200_000
_EMPTY: Cell = (None, None)
_STATES = "SELECT trashed, group_concat(row) FROM asset GROUP BY trashed"
_STATE = "SELECT trashed FROM asset WHERE row = ?"
_LAST_ROW = "SELECT coalesce(max(row), 0) FROM asset"
_OF_FIELD = "SELECT value, unit FROM value WHERE asset = ? AND field = ?"
_FIELD = """SELECT value, group_concat(asset), max(unit) FROM value WHERE field = ?
  GROUP BY value LIMIT ?"""
_AMOUNTS = """SELECT group_concat(asset), group_concat(value), group_concat(coalesce(unit, '')),
  count(CASE typeof(value) WHEN 'integer' THEN NULL ELSE 1 END) FROM value WHERE field = ?"""
# Texts come after numbers: a field of texts is told by its last value.
_LAST_VALUE = "SELECT typeof(value) FROM value WHERE field = ? ORDER BY value DESC LIMIT 1"

type Source = int | str
"""A field's number, or a column of `asset`."""


class NotInMemoryError(Exception):
    """A place has too many different values, or others than a column holds."""


class Column(Protocol):
    """Whatever follows the log, row by row."""

    def reread(self, db: sqlite3.Connection, row: int) -> None:
        """Take what the file holds of a row now."""
        ...


class Codes:
    """A small number for each asset's value: `cells` by number; of none it is 0."""

    def __init__(self, db: sqlite3.Connection, source: Source) -> None:
        """Read a column. Raises NotInMemoryError, for amounts of money too."""
        self.codes = array("H", bytes(2 * (last_row(db) + 1)))
        self.cells: list[Cell] = [_EMPTY]
        self.several: dict[int, tuple[int, ...]] = {}
        """Those that have more than one; their number is 0 in `codes`."""
        self._source = source
        self._numbers: dict[Cell, int] = {_EMPTY: 0}
        for cell, rows in _by_cell(db, source):
            self._fill(self._number(cell), rows)

    def reread(self, db: sqlite3.Connection, row: int) -> None:
        """Take what the file holds of a row now. Raises NotInMemoryError."""
        if row >= len(self.codes):
            self.codes.extend([0] * (row + 1 - len(self.codes)))
        held = cells_of(db, self._source, row)
        if any(unit is not None for _, unit in held):
            raise NotInMemoryError
        found = {self._number(cell): None for cell in held}
        self.several.pop(row, None)
        self.codes[row] = next(iter(found)) if len(found) == 1 else 0
        if len(found) > 1:
            self.several[row] = tuple(found)

    def _number(self, cell: Cell) -> int:
        number = self._numbers.get(cell)
        if number is None:
            number = self._numbers[cell] = len(self.cells)
            self.cells.append(cell)
            if number > MOST_CODES:
                raise NotInMemoryError
        return number

    def _fill(self, number: int, rows: Iterable[int]) -> None:
        codes, several = self.codes, self.several
        for row in rows:
            if codes[row] or (several and row in several):
                several[row] = (*several.get(row, (codes[row],)), number)
                codes[row] = 0
            else:
                codes[row] = number
        if len(several) > _MOST_SEVERAL:
            raise NotInMemoryError


class Amounts:
    """A whole number for each asset, with its unit: `units` by number; of none it is 0."""

    def __init__(self, db: sqlite3.Connection, source: Source) -> None:
        """Read a field's numbers. Raises NotInMemoryError."""
        if isinstance(source, str) or db.execute(_LAST_VALUE, (source,)).fetchone() == ("text",):
            raise NotInMemoryError
        self.values = array("q", bytes(8 * (last_row(db) + 1)))
        self.numbers = bytearray(len(self.values))
        self.units: list[str | None] = [None]
        self.several: dict[int, list[tuple[int, int]]] = {}
        self._source = source
        self._read(*db.execute(_AMOUNTS, (source,)).fetchone())

    def reread(self, db: sqlite3.Connection, row: int) -> None:
        """Take what the file holds of a row now. Raises NotInMemoryError."""
        missing = row + 1 - len(self.values)
        if missing > 0:
            self.values.extend([0] * missing)
            self.numbers.extend(bytes(missing))
        self.values[row] = self.numbers[row] = 0
        self.several.pop(row, None)
        for value, unit in cells_of(db, self._source, row):
            if not isinstance(value, int):
                raise NotInMemoryError
            self._put(row, value, self._number(unit))

    def of(self, row: int) -> Sequence[tuple[int, int]]:
        """Return a row's values, each with the number of its unit."""
        number = self.numbers[row]
        return self.several.get(row) or ([(self.values[row], number)] if number else [])

    def _read(self, rows: str | None, values: str, units: str, others: int) -> None:
        if others:
            raise NotInMemoryError
        if rows is None:
            return
        numbers = {unit: self._number(unit or None) for unit in dict.fromkeys(units.split(","))}
        of_rows = map(numbers.__getitem__, units.split(","))
        held, held_values, several = self.numbers, self.values, self.several
        for row, value, number in zip(listed(rows), listed(values), of_rows, strict=True):
            if held[row] or (several and row in several):
                self._put(row, value, number)
            else:
                held_values[row] = value
                held[row] = number

    def _put(self, row: int, value: int, number: int) -> None:
        if self.numbers[row] or row in self.several:
            first = [(self.values[row], self.numbers[row])]
            self.several.setdefault(row, first).append((value, number))
            self.numbers[row] = 0
        else:
            self.values[row], self.numbers[row] = value, number

    def _number(self, unit: str | None) -> int:
        # No unit is one too: 0 is for rows without a value.
        if unit not in self.units[1:]:
            self.units.append(unit)
        if len(self.units) > _MOST_UNITS:
            raise NotInMemoryError
        return self.units.index(unit, 1)


class States:
    """Whether an asset is there: 0 where none is, 1 for one that is, 2 for one in the trash."""

    def __init__(self, db: sqlite3.Connection) -> None:
        """Read them all."""
        self.states = bytearray(last_row(db) + 1)
        for trashed, rows in db.execute(_STATES):
            for row in listed(rows):
                self.states[row] = 1 + trashed

    def reread(self, db: sqlite3.Connection, row: int) -> None:
        """Take what the file holds of a row now."""
        self.states.extend(bytes(max(0, row + 1 - len(self.states))))
        found = db.execute(_STATE, (row,)).fetchone()
        self.states[row] = 0 if found is None else 1 + found[0]


def cells_of(db: sqlite3.Connection, source: Source, row: int) -> list[Cell]:
    """Return the values of an asset."""
    if isinstance(source, int):
        return [cell for cell in db.execute(_OF_FIELD, (row, source)) if cell[0] is not None]
    found = db.execute(f"SELECT {source} FROM asset WHERE row = ?", (row,)).fetchone()
    return [(found[0], None)] if found and found[0] is not None else []


def targets_of(view: View, place: Place, value: str) -> list[Cell]:
    """Return the values at a place of the visible asset that a reference's value names."""
    found = reach(view, place, row="a.row", alias="t_")
    sql = (
        f"SELECT DISTINCT {found.value}, {found.unit} FROM record r_ CROSS JOIN asset a"
        f" ON a.row = r_.row {found.joins.text} WHERE r_.kind = 'asset' AND r_.id = {asset_id('?')}"
        f" AND {view.visible('a')} AND {found.present}"
    )
    return view.db.execute(sql, (*found.joins.params, value)).fetchall()


def _by_cell(db: sqlite3.Connection, source: Source) -> Iterator[tuple[Cell, list[int]]]:
    if isinstance(source, str):
        sql = f"SELECT {source}, group_concat(row), NULL FROM asset GROUP BY trashed, {source}"
        found = db.execute(f"{sql} LIMIT ?", (2 * MOST_CODES + 2,))  # of either state
    else:
        found = db.execute(_FIELD, (source, MOST_CODES + 1))
    for value, rows, unit in found:
        if unit is not None:  # amounts are equal only in one currency
            raise NotInMemoryError
        if value is not None:
            yield (value, None), listed(rows)


def listed(numbers: str) -> list[int]:
    """Return the numbers of a text that SQLite's group_concat made."""
    # Numbers in one text are faster to hand over, and to read, than rows of one number each.
    found: list[int] = json.loads(f"[{numbers}]")
    return found


def last_row(db: sqlite3.Connection) -> int:
    """Return the number of the last asset's row, 0 where there are none."""
    return int(db.execute(_LAST_ROW).fetchone()[0])
