"""Reads the cells of a row into what an asset stores, or into problems that name row and column."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from muster.catalog.model import Catalog, FieldType
from muster.catalog.values import TextDialect, ValueContext, ValueProblem, parse_text
from muster.text import fold
from muster.transfer.mapping import IMPORT_KEY
from muster.transfer.model import (
    BUILT_IN,
    ColumnFacts,
    ColumnMapping,
    ImportOptions,
    RowProblem,
    bare_currency,
)
from muster.transfer.seen import Ordinals
from muster.transfer.table import TableRow

LIST_SEPARATORS = ",;|\n"
"""What stands between the values of a cell that holds several."""

_MOST_REMEMBERED = 1_000
_TEXTS = ("name", "tag", "serial", "description", "folder")


@dataclass(frozen=True)
class ReadRow:
    """A row's values by target: texts of built-in ones, stored form of fields; None clears."""

    number: int
    texts: Mapping[str, str | None] = field(default_factory=dict)
    stored: Mapping[str, Any] = field(default_factory=dict)
    type_id: str | None = None
    """The type that the row itself names."""
    problems: tuple[RowProblem, ...] = ()

    def value(self, target: str) -> Any:
        """Return the row's value of a target, in the form in which assets store it."""
        return self.texts.get(target) if target in BUILT_IN else self.stored.get(target)


@dataclass(frozen=True)
class _Column:
    index: int
    name: str
    target: str
    definition: FieldType | None
    dialect: TextDialect
    known: dict[str, Any] = field(default_factory=dict)
    """Texts that were parsed before: most columns of a large file repeat their values."""


class CellReader:
    """Reads rows by a mapping. `columns` are the table's, in its order."""

    def __init__(
        self,
        catalog: Catalog,
        mapping: ColumnMapping,
        facts: Mapping[str, ColumnFacts],
        values: ValueContext,
        *,
        options: ImportOptions,
        identities: Ordinals,
    ) -> None:
        """`identities` counts the rows that can't be told apart."""
        self._catalog = catalog
        self._values = values
        self._clear_empty = options.empty_cells == "clear"
        self._columns = list(_columns(catalog, mapping, facts, options))
        self._identity = [i for i, name in enumerate(mapping.columns) if name in mapping.identity]
        self._source = mapping.source
        self._identities = identities

    def read(self, rows: Sequence[TableRow]) -> list[ReadRow]:
        """Return what the rows say. Rows have to come in order, each once."""
        if not self._identity:
            return [self._read(row, {}) for row in rows]
        keys = iter(self._identity_keys([row for row in rows if not row.problems]))
        return [self._read(row, {} if row.problems else {IMPORT_KEY: next(keys)}) for row in rows]

    def _read(self, row: TableRow, stored: dict[str, Any]) -> ReadRow:
        """Return what a row says; `stored` is known beforehand."""
        texts: dict[str, str | None] = {}
        problems = list(row.problems)
        type_id = None
        if problems:
            return ReadRow(row.number, problems=tuple(problems))
        for column in self._columns:
            text = row.cells[column.index].strip()
            if column.target == "type":
                type_id = self._type(text, column, row, problems)
            elif not text:
                self._clear(column, texts, stored)
            elif column.definition is None:
                texts[column.target] = text
            else:
                self._parse(column, text, row, stored, problems)
        return ReadRow(row.number, texts, stored, type_id, tuple(problems))

    def _type(
        self, text: str, column: _Column, row: TableRow, problems: list[RowProblem]
    ) -> str | None:
        if not text:
            return None
        found = self._catalog.type_of(text)
        if found is not None and not found.abstract:
            return found.id
        detail = f"{text[:80]!r} is no type that assets can be of."
        problems.append(
            RowProblem(code="unknown_type", detail=detail, row=row.number, column=column.name)
        )
        return None

    def _clear(self, column: _Column, texts: dict[str, str | None], stored: dict[str, Any]) -> None:
        if not self._clear_empty:
            return
        if column.definition is not None:
            stored[column.target] = None
        elif column.target != "name":
            texts[column.target] = None

    def _parse(
        self,
        column: _Column,
        text: str,
        row: TableRow,
        stored: dict[str, Any],
        problems: list[RowProblem],
    ) -> None:
        assert column.definition is not None
        if text in column.known:
            stored[column.target] = column.known[text]
            return
        try:
            value = parse_text(column.definition, text, column.dialect, self._values)
        except ValueProblem as problem:
            problems.append(
                RowProblem(
                    code=problem.code,
                    detail=problem.detail,
                    row=row.number,
                    column=column.name,
                )
            )
            return
        stored[column.target] = value
        if len(column.known) < _MOST_REMEMBERED:
            column.known[text] = value

    def _identity_keys(self, rows: Sequence[TableRow]) -> list[str]:
        """Return for each row a key that the same row has in every import of the file.

        Rows that can't be told apart are counted, so that ten equal chairs are ten assets and
        the same file again finds all ten.
        """
        digests = [self._digest(row) for row in rows]
        return [
            f"{self._source}:{digest}" + (f":{count}" if count > 1 else "")
            for digest, count in zip(digests, self._identities.count(digests), strict=True)
        ]

    def _digest(self, row: TableRow) -> str:
        words = "\x1f".join(fold(row.cells[index]) for index in self._identity)
        return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:24]


def _columns(
    catalog: Catalog,
    mapping: ColumnMapping,
    facts: Mapping[str, ColumnFacts],
    options: ImportOptions,
) -> Iterator[_Column]:
    for index, (name, target) in enumerate(mapping.columns.items()):
        if target.to is None:
            continue
        definition = None if target.to in BUILT_IN else catalog.fields.get(target.to)
        if definition is not None or target.to in (*_TEXTS, "type"):
            yield _Column(index, name, target.to, definition, _dialect(facts[name], options))


def _dialect(facts: ColumnFacts, options: ImportOptions) -> TextDialect:
    return TextDialect(
        date_order=facts.date_order or "ymd",
        decimal_comma=facts.decimal_comma,
        currency=bare_currency(options, facts),
    )
