"""The replica's answers, each from one state of the file."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, Literal

from muster.errors import MalformedRequestError
from muster.ledger.model import Record
from muster.replica import ask, rows
from muster.replica.cells import text_cell
from muster.replica.filters import field_number
from muster.replica.port import AssetQuery, CommitRow, Page

_COUNTS = {
    # By trashed first, as the indexes are: they are read in their order and nothing is sorted.
    "type": "SELECT type, count(*) FROM asset GROUP BY trashed, type",
    "folder": "SELECT folder, count(*) FROM asset GROUP BY trashed, folder",
    "link_type": "SELECT type, count(*) FROM link GROUP BY type",
}
_PAGES = {
    False: f"{rows.RECORDS} r.kind = ? AND r.id > ? ORDER BY r.id LIMIT ?",
    True: f"{rows.RECORDS} r.kind = ? AND r.id < ? ORDER BY r.id DESC LIMIT ?",
}
# Kind and column are spelled as the partial index spells them: it serves no other query.
COMMENTS = f"""{rows.RECORDS} r.kind = 'comment' AND json_extract(r.body, '$.asset') = ?
  AND r.id < ? ORDER BY r.id DESC LIMIT ?"""
_BEFORE_ALL, _AFTER_ALL = "", "\U0010ffff"
_LOG = "SELECT * FROM log WHERE seq > ? AND seq < ? ORDER BY seq"
_HOLDERS = "SELECT count(*) FROM value WHERE field = ? AND"
_LAST = 2**63 - 1

type _Rows = Callable[[sqlite3.Connection, int, Sequence[Any] | None], list[ask.Row]]


class CursorMismatchError(MalformedRequestError):
    """A cursor belongs to a list with another order."""

    code = "invalid_cursor"


def records(db: sqlite3.Connection, kind: str) -> list[Record]:
    """Return all records of a kind, by id."""
    found = db.execute(f"{rows.RECORDS} r.kind = ? ORDER BY r.id", (kind,))
    return [rows.record(row) for row in found]


def page_of(
    db: sqlite3.Connection, kind: str, *, limit: int, after: str | None, descending: bool
) -> Page:
    """Return a page of a kind, by id."""
    bound = after if after is not None else _AFTER_ALL if descending else _BEFORE_ALL
    return _page(db, db.execute(_PAGES[descending], (kind, bound, limit + 1)), limit)


def comments_of(db: sqlite3.Connection, asset_id: str, *, limit: int, before: str | None) -> Page:
    """Return a page of an asset's comments, newest first."""
    bound = _AFTER_ALL if before is None else before
    return _page(db, db.execute(COMMENTS, (asset_id, bound, limit + 1)), limit)


def _page(db: sqlite3.Connection, cursor: sqlite3.Cursor, limit: int) -> Page:
    found = [rows.record(row) for row in cursor]
    more = (found[limit - 1].id,) if len(found) > limit else None
    return Page(tuple(found[:limit]), more, None, _seq(db))


def find_assets(db: sqlite3.Connection, query: AssetQuery) -> Page:
    """Return a page of assets. Raises CursorMismatchError."""
    search, rows_of = _search(db, query)
    found = rows_of(db, query.limit + 1, _after(db, query))
    total = search.count(db) if query.count else None
    shown = found[: query.limit]
    by_row = rows.by_rows(db, [row for row, *_ in shown])
    items = tuple(by_row[row] for row, *_ in shown)
    more = (*shown[-1][1:], items[-1].id) if len(found) > query.limit and shown else None
    return Page(items, more, total, _seq(db))


def _search(db: sqlite3.Connection, query: AssetQuery) -> tuple[ask.Search, _Rows]:
    if query.rank is None:
        search = ask.search(db, query)
        return search, search.rows
    ranked = import_module("muster.replica.rank").ranked(db, query)
    return ranked.search, ranked.rows


def count(db: sqlite3.Connection, query: AssetQuery, most: int) -> tuple[int, bool]:
    """Return how many assets there are, up to a bound, and whether that is all."""
    found = ask.search(db, query).count(db, most)
    return min(found, most), found <= most


def _after(db: sqlite3.Connection, query: AssetQuery) -> list[Any] | None:
    """Return the cursor with the row number in place of the id: rows are in order of creation."""
    if query.after is None:
        return None
    *values, asset_id = query.after
    if query.rank is None:
        fits = len(values) == len(query.sort)
        backwards = bool(query.sort) and query.sort[-1].descending
    else:
        fits = len(values) == 1 and isinstance(values[0], int)
        backwards = True
    if not fits or not all(map(_is_scalar, query.after)):
        raise CursorMismatchError("The cursor belongs to a list with another order.")
    sql = "SELECT row FROM record WHERE kind = 'asset' AND id = ?"
    found = db.execute(sql, (asset_id,)).fetchone()
    return [*values, found[0] if found else _LAST * backwards]


def _is_scalar(value: Any) -> bool:
    if isinstance(value, int):
        return -_LAST <= value <= _LAST
    return value is None or isinstance(value, str | float)


def count_assets(
    db: sqlite3.Connection, by: Literal["type", "folder", "link_type"]
) -> dict[str, int]:
    """Return how many assets or links use each."""
    counts: Counter[str] = Counter()
    for key, found in db.execute(_COUNTS[by]):
        if key is not None:
            counts[key] += found
    return dict(counts)


def field_in_use(db: sqlite3.Connection, name: str, option: str | None) -> int:
    """Return how many assets hold a value of a field, or one option of it."""
    # A field has each value once in an asset, and one at position 0 if it has any.
    number = field_number(db, name)
    if option is None:
        found = db.execute(f"{_HOLDERS} position = 0", (number,))
    else:
        found = db.execute(f"{_HOLDERS} value = ?", (number, text_cell(option)))
    return int(found.fetchone()[0])


def commits(
    db: sqlite3.Connection, between: Sequence[int | None], *, limit: int, descending: bool
) -> list[CommitRow]:
    """Return the commits after the first number and before the second."""
    after, before = between
    sql = f"{_LOG} {'DESC' if descending else 'ASC'} LIMIT ?"
    found = db.execute(sql, (after or 0, _LAST if before is None else before, limit))
    return [rows.commit(row) for row in found]


def _seq(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT seq FROM state").fetchone()[0])
