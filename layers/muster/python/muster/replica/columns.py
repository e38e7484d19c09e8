"""Columns in memory: which values each asset has at a place, for counting over many assets.

SQLite takes a look-up an asset and place, and sorts; over a column that is in memory a million
assets are counted in the time of some thousand look-ups. A column is read when it is first asked
for, and then follows the log.
"""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

import json
import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol, cast

from muster.replica.cells import Cell
from muster.replica.condition import Place
from muster.replica.reach import reach
from muster.replica.where.view import View, asset_id

MOST_CODES = 65_000
_MOST_UNITS = 250
_MOST_COLUMNS = 12
_MOST_SEVERAL = 200_000
_LEAST = 2_000
_MOST_COMMITS = 500
_MOST_TOUCHED = 5_000
"""What has changed in more commits or assets than these is read anew."""
_EMPTY: Cell = (None, None)
_CHANGES = "SELECT changes FROM log WHERE seq > ? ORDER BY seq LIMIT ?"
_ROWS = """SELECT row FROM record WHERE kind = 'asset'
  AND id IN (SELECT value FROM json_each(?))"""
_STATES = "SELECT trashed, group_concat(row) FROM asset GROUP BY trashed"
_STATE = "SELECT trashed FROM asset WHERE row = ?"
_LAST_ROW = "SELECT coalesce(max(row), 0) FROM asset"
_OF_FIELD = "SELECT value, unit FROM value WHERE asset = ? AND field = ?"
_FIELD = "SELECT value, group_concat(asset) FROM value WHERE field = ? GROUP BY value LIMIT ?"
_AMOUNT = "SELECT 1 FROM value WHERE field = ? AND unit IS NOT NULL LIMIT 1"
_AMOUNTS = """SELECT group_concat(asset), group_concat(value), group_concat(coalesce(unit, ''))
  FROM value WHERE field = ?"""
_NO_WHOLE = "SELECT 1 FROM value WHERE field = ? AND typeof(value) <> 'integer' LIMIT 1"

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
        if isinstance(source, int) and db.execute(_AMOUNT, (source,)).fetchone():
            raise NotInMemoryError
        self.codes = array("H", bytes(2 * (_last_row(db) + 1)))
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
            if codes[row] or row in several:
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
        if isinstance(source, str) or db.execute(_NO_WHOLE, (source,)).fetchone():
            raise NotInMemoryError
        self.values = array("q", bytes(8 * (_last_row(db) + 1)))
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

    def _read(self, rows: str | None, values: str | None, units: str | None) -> None:
        if not rows or values is None or units is None:
            return
        numbers = {unit: self._number(unit or None) for unit in dict.fromkeys(units.split(","))}
        of_rows = map(numbers.__getitem__, units.split(","))
        listed = zip(map(int, rows.split(",")), map(int, values.split(",")), of_rows, strict=True)
        for row, value, number in listed:
            self._put(row, value, number)

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
        self.states = bytearray(_last_row(db) + 1)
        for trashed, rows in db.execute(_STATES):
            for row in map(int, rows.split(",")):
                self.states[row] = 1 + trashed

    def reread(self, db: sqlite3.Connection, row: int) -> None:
        """Take what the file holds of a row now."""
        self.states.extend(bytes(max(0, row + 1 - len(self.states))))
        found = db.execute(_STATE, (row,)).fetchone()
        self.states[row] = 0 if found is None else 1 + found[0]


class Columns:
    """The columns of one file that were asked for last. Not safe among threads."""

    def __init__(self, *, least: int = _LEAST) -> None:
        """Hold nothing yet. Fewer assets than `least` are not worth it."""
        self._least = least
        self._db: sqlite3.Connection | None = None
        self._seq = 0
        self._held: dict[Any, Column | None] = {}

    def worth(self, db: sqlite3.Connection) -> bool:
        """Tell whether there are so many assets that columns are faster."""
        return _last_row(db) >= self._least

    def at(self, db: sqlite3.Connection) -> Columns:
        """Return the columns as the file stands."""
        seq = int(db.execute("SELECT seq FROM state").fetchone()[0])
        if self._db is not db or seq < self._seq:
            self._held.clear()
        elif seq > self._seq:
            self._follow(db)
        self._db, self._seq = db, seq
        return self

    def holds(self, source: Source) -> bool:
        """Tell whether a column of codes is there already."""
        return self._held.get((Codes, source)) is not None

    def codes(self, source: Source) -> Codes:
        """Return a column of codes. Raises NotInMemoryError."""
        return self._column(Codes, source)

    def amounts(self, source: Source) -> Amounts:
        """Return a column of numbers. Raises NotInMemoryError."""
        return self._column(Amounts, source)

    def states(self) -> States:
        """Return which assets are there."""
        return self._column(States)

    def _column[T: Column](self, make: Callable[..., T], *source: Any) -> T:
        key = make, *source
        assert self._db is not None
        if key not in self._held:
            try:
                self._held[key] = make(self._db, *source)
            except NotInMemoryError:
                self._held[key] = None
        column = self._held.pop(key)
        self._held[key] = column  # now the last one asked for
        while len(self._held) > _MOST_COLUMNS:
            del self._held[next(iter(self._held))]
        if column is None:
            raise NotInMemoryError
        return cast("T", column)

    def _follow(self, db: sqlite3.Connection) -> None:
        commits = db.execute(_CHANGES, (self._seq, _MOST_COMMITS + 1)).fetchall()
        if len(commits) > _MOST_COMMITS:
            self._held.clear()
            return
        touched = {
            change[1] for (text,) in commits for change in json.loads(text) if change[0] == "asset"
        }
        if len(touched) > _MOST_TOUCHED:
            self._held.clear()
        rows = [row for (row,) in db.execute(_ROWS, (json.dumps(list(touched)),))]
        for key, column in list(self._held.items()):
            if column is not None and not _reread(db, column, rows):
                self._held[key] = None


def _reread(db: sqlite3.Connection, column: Column, rows: Iterable[int]) -> bool:
    try:
        for row in rows:
            column.reread(db, row)
    except NotInMemoryError:
        return False
    return True


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


def _by_cell(db: sqlite3.Connection, source: Source) -> Iterator[tuple[Cell, Iterable[int]]]:
    if isinstance(source, str):
        sql = f"SELECT {source}, group_concat(row) FROM asset GROUP BY trashed, {source} LIMIT ?"
        found = db.execute(sql, (2 * MOST_CODES + 2,))  # of either state
    else:
        found = db.execute(_FIELD, (source, MOST_CODES + 1))
    for value, rows in found:
        if value is not None:
            yield (value, None), map(int, rows.split(","))


def _last_row(db: sqlite3.Connection) -> int:
    return int(db.execute(_LAST_ROW).fetchone()[0])
