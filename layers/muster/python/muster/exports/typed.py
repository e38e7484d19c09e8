"""Values as a workbook holds them: numbers, dates and truths, and text for all else. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from muster.assets.present import Names
from muster.catalog.model import FieldKind, FieldType
from muster.catalog.values.currencies import MINOR_DIGITS
from muster.exports.cells import RowMaker, Write
from muster.exports.columns import Column
from muster.exports.texts import Text, Writing

_EXACT = 2**53
"""A workbook's numbers are floating: a larger whole number would lose digits."""
_FIRST_YEAR = 1900
DATE, MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
_MOMENTS = frozenset({"created_at", "updated_at", "trashed_at"})


def typed_rows(columns: Sequence[Column], writing: Writing, *, split: bool) -> RowMaker:
    """Return what makes rows of typed cells: str, int, float, bool, date, datetime (UTC), None."""

    def write(column: Column) -> Write:
        assert column.field is not None
        return typed(writing, column.field, currency=column.currency if split else None)

    return RowMaker(columns, writing, write=write, moment=_naive)


def number_format(column: Column, *, split: bool) -> str | None:
    """Return the number format of a column's cells, None where they need none."""
    field = column.field
    if field is None:
        return MOMENT if column.name in _MOMENTS else None
    if field.many or column.currency:
        return None
    if field.kind is FieldKind.MONEY:
        return _money_format(field, split=split)
    return {FieldKind.DATE: DATE, FieldKind.DATETIME: MOMENT}.get(field.kind)


def typed(writing: Writing, field: FieldType, *, currency: bool | None) -> Write:
    """Return what makes a cell of a stored value; several values are text."""
    text = writing.text(field, currency=currency)
    if field.many:
        return text
    kind = field.kind
    if kind is FieldKind.MONEY and not currency:
        return _amount(field, text, split=currency is not None)
    made: dict[FieldKind, Write] = {
        FieldKind.INTEGER: _number,
        FieldKind.NUMBER: _number,
        FieldKind.BOOLEAN: lambda value, _names: value,
        FieldKind.DATE: lambda value, _names: _dated(date.fromisoformat(value), value),
        FieldKind.DATETIME: lambda value, _names: _dated(
            _naive(datetime.fromisoformat(value)), value
        ),
    }
    return made.get(kind, text)


def _money_format(field: FieldType, *, split: bool) -> str | None:
    if not field.currency:
        return "#,##0.00" if split else None
    digits = MINOR_DIGITS.get(field.currency, 2)
    decimals = f".{'0' * digits}" if digits else ""
    return f"#,##0{decimals}" + ("" if split else f' "{field.currency}"')


def _amount(field: FieldType, text: Text, *, split: bool) -> Write:
    def write(value: Any, names: Names) -> Any:
        own = field.currency == value["currency"]
        if not (own or split) or abs(value["minor"]) > _EXACT:
            return text(value, names)
        return value["minor"] / 10 ** MINOR_DIGITS.get(value["currency"], 2)

    return write


def _number(value: Any, _names: Names) -> Any:
    return value if abs(value) <= _EXACT or isinstance(value, float) else str(value)


def _dated(moment: date, text: str) -> date | str:
    """Return a date, or its text where it is before the first one that a workbook has."""
    return moment if moment.year >= _FIRST_YEAR else text


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)
