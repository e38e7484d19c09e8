"""An asset query's conditions as SQL: a check on a row, and a list of the rows that pass."""

# ruff: noqa: S608 - SQL is put together from constants of this package; values are parameters

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import batched
from typing import Any

from muster.errors import MalformedRequestError
from muster.replica import words
from muster.replica.cells import Scalar, cells, moment_of, text_cell
from muster.replica.port import AssetQuery
from muster.replica.project import plain

_MOST_VALUES = 1000
_STATES = {"no": "= 0", "yes": "= 1", "any": "IN (0, 1)"}
COLUMNS = {
    "key": "key",
    "name": "name",
    "tag": "tag",
    "serial": "serial",
    "type": "type",
    "folder": "folder",
    "created_at": "created_at",
    "updated_at": "updated_at",
}
"""The built-in fields, and the columns in which equal values are looked for."""


class TooManyValuesError(MalformedRequestError):
    """One condition names more values than can be looked for at once."""

    code = "too_many_values"


@dataclass(frozen=True)
class Sql:
    """A piece of SQL with its parameters. The text is made of constants of this package alone."""

    text: str
    params: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Filter:
    """One condition."""

    check: Sql
    """A predicate on the row `a`."""
    rows: Sql | None
    """`SELECT row …`: the assets that pass, each once; None when no index lists them."""
    cost: float
    """What a check takes, as a multiple of reading a row."""
    match: str | None = None
    """The FTS5 expression over `words` that says the same, for a condition on words alone."""
    arm: tuple[str, tuple[str, ...]] | None = None
    """`type` or `folder` with the wanted values, for a condition that says the same."""
    span: tuple[str | int, Sql] | None = None
    """The column or field of which this is a range, and the test on `a`'s column, or on the row `s`
    of `value`."""


def state(trashed: str) -> str:
    """Return the condition on the column `trashed`, from its operator on."""
    return _STATES[trashed]


def filters(db: sqlite3.Connection, query: AssetQuery) -> list[Filter]:
    """Return the query's conditions but for `trashed`."""
    found = []
    if query.folders:
        found.append(_armed("folder", folders(db, query), query))
    if query.types:
        found.append(_armed("type", type_ids(query), query))
    for name, accepted in query.equals.items():
        column = COLUMNS.get(name)
        if column:
            found.append(_column(column, _column_values(column, accepted), query))
        else:
            found.append(_field(db, name, accepted))
    if query.text and query.text.strip():
        found.append(_text(query.text))
    return found


def type_ids(query: AssetQuery) -> list[str]:
    """Return the types of which an asset has to be one."""
    return list(dict.fromkeys(found for found in map(plain, query.types) if found is not None))


def folders(db: sqlite3.Connection, query: AssetQuery) -> list[str]:
    """Return the folders in which the query looks."""
    wanted = list(dict.fromkeys(found for found in map(plain, query.folders) if found is not None))
    if not query.include_subfolders:
        return wanted
    marks = holders(wanted)
    sql = f"SELECT DISTINCT descendant FROM closure WHERE ancestor IN ({marks})"
    return [row[0] for row in db.execute(sql, wanted)]


def holders(values: Sequence[Any]) -> str:
    """Return as many place holders as there are values. Raises TooManyValuesError."""
    if len(values) > _MOST_VALUES:
        raise TooManyValuesError(
            f"A condition names {len(values)} values; at most {_MOST_VALUES} can be looked for."
        )
    return ", ".join("?" * len(values))


def _column_values(column: str, accepted: Iterable[Any]) -> Iterator[Scalar]:
    for value in accepted:
        if value is None:
            yield None
        elif column in {"created_at", "updated_at"}:
            yield _or_nothing(moment_of(value))
        elif column in {"type", "folder"}:
            yield _or_nothing(plain(value))
        else:
            yield _or_nothing(text_cell(value) if isinstance(value, str) else None)


def _or_nothing(value: Scalar) -> Scalar:
    # A value that no row can hold must not turn into None, which means empty. No column holds "".
    return "" if value is None else value


def _column(column: str, accepted: Iterable[Scalar], query: AssetQuery) -> Filter:
    values = list(dict.fromkeys(accepted))
    present = tuple(value for value in values if value is not None)
    tests = [f"{{}}{column} IN ({holders(present)})"]
    if len(present) < len(values):
        tests.append(f"{{}}{column} IS NULL")
    test = f"({' OR '.join(tests)})"
    listed = f"SELECT row FROM asset WHERE trashed {state(query.trashed)} AND {test}"
    return Filter(
        check=Sql(test.replace("{}", "+a."), present),
        rows=Sql(listed.replace("{}", ""), present),
        cost=0.3,
    )


def _armed(column: str, wanted: Sequence[str], query: AssetQuery) -> Filter:
    return replace(_column(column, wanted, query), arm=(column, tuple(wanted)))


def _field(db: sqlite3.Connection, name: str, accepted: Iterable[Any]) -> Filter:
    number = field_number(db, name)
    values = list(accepted)
    test, several = _value_test(values)
    here = "SELECT 1 FROM value v WHERE v.asset = a.row AND v.field = ?"
    check = Sql(f"EXISTS ({here} AND {test.text})", (number, *test.params))
    if None in values:
        empty = Sql(f"NOT EXISTS ({here})", (number,))
        either = joined(" OR ", [check, empty]) if test.params else empty
        return Filter(check=either, rows=None, cost=3)
    distinct = "DISTINCT " * several
    listed = f"SELECT {distinct}v.asset AS row FROM value v WHERE v.field = ? AND {test.text}"
    return Filter(check=check, rows=Sql(listed, (number, *test.params)), cost=3)


def _value_test(accepted: Iterable[Any]) -> tuple[Sql, bool]:
    """Return the condition on `v`, and whether one asset may meet it with several values."""
    found = list(dict.fromkeys(cell for value in accepted for cell in cells(value)))
    plain_values = tuple(value for value, unit in found if value is not None and unit is None)
    tests = [
        Sql("(v.value = ? AND v.unit = ?)", (value, unit))
        for value, unit in found
        if unit is not None
    ]
    if plain_values:
        listed = f"(v.value IN ({holders(plain_values)}) AND v.unit IS NULL)"
        tests.append(Sql(listed, plain_values))
    return joined(" OR ", tests), len(found) > 1


def field_number(db: sqlite3.Connection, name: str) -> int | None:
    """Return the number under which the replica holds a field; None when no asset ever had it."""
    found = db.execute("SELECT id FROM field WHERE name = ?", (plain(name),)).fetchone()
    return found[0] if found else None


def _text(text: str) -> Filter:
    expression = words.expression(text)
    if expression is None:
        return Filter(Sql("0"), Sql("SELECT row FROM asset WHERE 0"), 1)
    rows = "SELECT words.rowid AS row FROM words WHERE words MATCH ?"
    # IN looks the words up once for all assets; EXISTS would do it again for each of them.
    return Filter(
        check=Sql(f"a.row IN ({rows})", (expression,)), rows=Sql(rows, (expression,)), cost=70
    )


_LOGIC = frozenset({" AND ", " OR "})
_IN_A_ROW = 50


def asset_id(value: str) -> str:
    """Return the expression for the id of the asset that a value of a reference field names.

    In `value` ids are folded as all texts are; back: `lower(record.id)`.
    """
    return f"('ast_' || upper(substr({value}, 5)))"


def joined(word: str, pieces: Sequence[Sql]) -> Sql:
    """Return the pieces with a word between them; none are a condition that never holds."""
    if not pieces:
        return Sql("0")
    if word in _LOGIC and len(pieces) > _IN_A_ROW:
        # SQLite takes expressions of 1,000 levels, and each one more in a row is a level.
        groups = [joined(word, part) for part in batched(pieces, _IN_A_ROW, strict=False)]
        return joined(word, [Sql(f"({group.text})", group.params) for group in groups])
    params = tuple(param for piece in pieces for param in piece.params)
    text = word.join(piece.text for piece in pieces)
    return Sql(f"({text})" if word == " OR " else text, params)
