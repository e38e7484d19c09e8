"""The columns in memory of one file: read when they are first asked for, then following its log."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable
from typing import Any, cast

from muster.replica.columns import (
    Amounts,
    Codes,
    Column,
    NotInMemoryError,
    Source,
    States,
    last_row,
)

_MOST_COLUMNS = 12
_LEAST = 2_000
_MOST_COMMITS = 500
_MOST_TOUCHED = 5_000
"""What has changed in more commits or assets than these is read anew."""
_CHANGES = "SELECT changes FROM log WHERE seq > ? ORDER BY seq LIMIT ?"
_ROWS = """SELECT row FROM record WHERE kind = 'asset'
  AND id IN (SELECT value FROM json_each(?))"""


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
        return last_row(db) >= self._least

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
