"""Finds out all that a plan shows about a file, in one pass over its rows. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from muster.catalog.model import FieldKind
from muster.transfer.columns import MOST_DISTINCT, ColumnStats
from muster.transfer.content import Content
from muster.transfer.model import MAX_ROWS, DateOrder, FileFacts, ImportOptions, Note
from muster.transfer.refusals import FileTooLargeError
from muster.transfer.table import Source, Table, TableRow, find_table, open_source

MOST_READ = 20_000
"""Different folders, types or options of one column; what has more is no such column."""


@dataclass(frozen=True)
class Sniffed:
    """A file that has been looked through: how to read it, and what was found."""

    table: Table
    facts: FileFacts
    unique: frozenset[str]
    """Columns that have a value in every row, and none twice as far as was looked."""
    values: Mapping[str, frozenset[str]]
    """The different values of each column, up to `MOST_DISTINCT`."""

    def with_all_values(self, columns: Collection[str]) -> Sniffed:
        """Return this with all values of some columns, read again where there may be more.

        A column of more than `MOST_READ` keeps what it has: see `has_all_values`.
        """
        cut = {name for name in columns if len(self.values[name]) == MOST_DISTINCT}
        found = _all_values(self.table, cut) if cut else {}
        return replace(self, values={**self.values, **found})

    def has_all_values(self, column: str) -> bool:
        """Tell whether `values` are all, once `with_all_values` was asked for the column's."""
        return len(self.values[column]) <= MOST_READ


def sniff(content: Content, options: ImportOptions) -> Sniffed:
    """Look the whole file through. Raises FileUnreadableError, FileTooLargeError."""
    source = open_source(content, options)
    table, named = find_table(source, options.header)
    stats = [ColumnStats(name) for name in table.columns]
    twins = _Twins(table.columns)
    count = last = 0
    for row in table.rows():
        count, last = count + 1, row.number
        _check_count(count)
        if not row.problems:
            _take(row, stats, twins)
    merged, notes = twins.merged(table)
    kept = [stats[i] for i in merged.picked]
    facts = _facts(source, kept, options, count).model_copy(
        update={"header": named, "blank_rows": max(0, last - table.first_row + 1 - count)}
    )
    notes = [*_file_notes(facts, options), *notes, *_column_notes(kept)]
    full = (s for s in kept if s.unique and s.filled == count and s.filled)
    return Sniffed(
        table=merged,
        facts=facts.model_copy(update={"notes": tuple(notes)}),
        unique=frozenset(column.name for column in full),
        values={column.name: frozenset(column.distinct) for column in kept},
    )


def _all_values(table: Table, columns: Collection[str]) -> dict[str, frozenset[str]]:
    """Return the different values of columns, one more than `MOST_READ` at most."""
    places = {name: table.columns.index(name) for name in columns}
    found: dict[str, set[str]] = {name: set() for name in columns}
    for row in table.rows():
        for name, index in () if row.problems else places.items():
            text = row.cells[index].strip()
            if text and len(found[name]) <= MOST_READ:
                found[name].add(text)
    return {name: frozenset(values) for name, values in found.items()}


def _check_count(count: int) -> None:
    if count > MAX_ROWS:
        raise FileTooLargeError(
            f"The file has more than {MAX_ROWS} rows: split it.", extra={"reason": "too_many_rows"}
        )


def _take(row: TableRow, stats: Sequence[ColumnStats], twins: _Twins) -> None:
    for column, cell in zip(stats, row.cells, strict=True):
        column.add(cell)
    twins.compare(row.cells)


class _Twins:
    """Columns of equal headers, which are one column where all their cells are equal too."""

    def __init__(self, names: Sequence[str]) -> None:
        first: dict[str, int] = {}
        self.pairs: dict[int, int] = {}
        for index, name in enumerate(names):
            plain, _, number = name.rpartition(" (")
            base = plain if number[:-1].isdecimal() and plain.casefold() in first else name
            original = first.setdefault(base.casefold(), index)
            if original != index:
                self.pairs[index] = original

    def compare(self, cells: Sequence[str]) -> None:
        """Forget the pairs whose cells differ in this row."""
        if self.pairs:
            self.pairs = {a: b for a, b in self.pairs.items() if cells[a] == cells[b]}

    def merged(self, table: Table) -> tuple[Table, list[Note]]:
        """Return the table without the second ones, and a note on each."""
        kept = [i for i in range(len(table.columns)) if i not in self.pairs]
        columns = tuple(table.columns[i] for i in kept)
        notes = [
            Note(
                code="same_column_twice",
                detail=f"{table.columns[first]} is in the file twice with equal cells: taken once.",
                column=table.columns[first],
            )
            for first in self.pairs.values()
        ]
        return replace(table, columns=columns, picked=tuple(kept)), notes


def _facts(
    source: Source, stats: Sequence[ColumnStats], options: ImportOptions, rows: int
) -> FileFacts:
    order = options.date_order or _proven_order(stats)
    columns = [column.facts(order) for column in stats]
    if options.date_order:
        columns = [
            c.model_copy(update={"date_order": options.date_order, "assumed": False})
            if c.kind is FieldKind.DATE
            else c
            for c in columns
        ]
    if options.decimal_comma is not None:
        columns = [c.model_copy(update={"decimal_comma": options.decimal_comma}) for c in columns]
    dialect = source.dialect
    return FileFacts(
        format=source.format,
        encoding=source.encoding.name,
        encoding_sure=source.encoding.sure,
        byte_order_mark=source.encoding.skip > 0,
        delimiter=dialect.delimiter if dialect else None,
        line_ends=dialect.line_ends if dialect else None,
        quote=dialect.quote if dialect else None,
        sheet=source.sheet or next(iter(source.sheets), None),
        sheets=source.sheets,
        rows=rows,
        columns=tuple(columns),
    )


def _proven_order(stats: Sequence[ColumnStats]) -> DateOrder | None:
    """Return the order that some columns of day and month prove, when they agree."""
    proven = {s.order for s in stats if s.kind is FieldKind.DATE and s.order in {"dmy", "mdy"}}
    return proven.pop() if len(proven) == 1 else None


def _file_notes(facts: FileFacts, options: ImportOptions) -> Iterator[Note]:
    if not facts.encoding_sure:
        detail = f"The encoding was taken to be {facts.encoding}: name another if letters look odd."
        yield Note(code="encoding_assumed", detail=detail)
    if facts.line_ends == "mixed":
        yield Note(code="mixed_line_ends", detail="Lines end in different ways; all were read.")
    if facts.blank_rows:
        detail = f"{facts.blank_rows} rows without a value were left out."
        yield Note(code="blank_rows", detail=detail)
    if not facts.header and options.header is None:
        detail = "The first row looks like data, so columns are numbered."
        yield Note(code="no_header", detail=detail)
    for column in facts.columns:
        if column.assumed:
            detail = f"No value tells day from month: read as {column.date_order}."
            yield Note(code="date_order_assumed", detail=detail, column=column.name)


def _column_notes(stats: Sequence[ColumnStats]) -> Iterator[Note]:
    for column in stats:
        if column.shortened:
            detail = (
                f"{column.shortened} values such as {column.first_shortened} were shortened by a "
                "spreadsheet: their last digits are lost in the file itself."
            )
            yield Note(code="shortened_numbers", detail=detail, column=column.name)
    for column in stats:
        if column.twice_decoded:
            detail = (
                f"{column.twice_decoded} values look garbled in the file itself; "
                "they are taken as they are."
            )
            yield Note(code="decoded_twice", detail=detail, column=column.name)
