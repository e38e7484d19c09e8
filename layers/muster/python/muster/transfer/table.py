"""A file as a table: named columns, and rows that have a cell for each. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from muster.transfer import csvfile, workbook
from muster.transfer.content import Content, beginning, pieces
from muster.transfer.csvfile import Dialect
from muster.transfer.encoding import Encoding, detect_encoding
from muster.transfer.model import MAX_COLUMNS, ImportOptions, RowProblem
from muster.transfer.rawrow import RawRow
from muster.transfer.refusals import FileTooLargeError, FileUnreadableError

_VALUE = re.compile(r"[+-]?[\d.,]+|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|[^\s@]+@[^\s@]+\.\w+")


@dataclass(frozen=True)
class Source:
    """A file's bytes and how to read them."""

    content: Content
    format: Literal["csv", "xlsx"]
    encoding: Encoding
    dialect: Dialect | None
    sheet: str | None
    sheets: tuple[str, ...] = ()

    def raw_rows(self) -> Iterator[RawRow]:
        """Yield the rows from the first on; every call begins anew."""
        if self.dialect is None:
            return workbook.workbook_rows(self.content, self.sheet)
        return csvfile.csv_rows(self.content, self.encoding, self.dialect)


@dataclass(frozen=True)
class TableRow:
    """A row with one text for each of the table's columns."""

    number: int
    cells: tuple[str, ...]
    problems: tuple[RowProblem, ...] = ()


@dataclass(frozen=True)
class Table:
    """A source whose header has been found. `picked` says which cell each column is."""

    source: Source
    columns: tuple[str, ...]
    picked: tuple[int, ...]
    width: int
    """How many cells the header has."""
    first_row: int
    """Number of the first row below the header."""
    all_names: tuple[str, ...] = field(default=())
    """A name for every cell of the header, merged columns included."""

    def rows(self) -> Iterator[TableRow]:
        """Yield the rows that hold something."""
        pads = self.source.format == "xlsx"
        for raw in self.source.raw_rows():
            if raw.number >= self.first_row and not raw.blank:
                yield self._row(raw, pads=pads)

    def _row(self, raw: RawRow, *, pads: bool) -> TableRow:
        problems = [self._problem(raw, p.code, p.detail, p.index) for p in raw.problems]
        cells = raw.cells
        if not raw.problems and len(cells) != self.width:
            problems += self._width_problem(raw, pads=pads)
        if len(cells) < self.width:
            cells += ("",) * (self.width - len(cells))
        if len(cells) != len(self.picked):
            cells = tuple(cells[i] for i in self.picked)
        return TableRow(raw.number, cells, tuple(problems))

    def _problem(self, raw: RawRow, code: str, detail: str, index: int | None) -> RowProblem:
        column = None
        if index is not None:
            column = self.all_names[index] if index < self.width else f"Column {index + 1}"
        return RowProblem(code=code, detail=detail, row=raw.number, column=column)

    def _width_problem(self, raw: RawRow, *, pads: bool) -> list[RowProblem]:
        count = len(raw.cells)
        if count < self.width and not pads:
            code, hint = "too_few_cells", "is a delimiter or a quote missing?"
        elif any(cell.strip() for cell in raw.cells[self.width :]):
            code, hint = "too_many_cells", "quote values that hold the delimiter."
        else:
            return []
        detail = f"The row has {count} cells and the header {self.width}: {hint}"
        return [RowProblem(code=code, detail=detail, row=raw.number)]


def open_source(content: Content, options: ImportOptions) -> Source:
    """Find out the file's format, encoding and dialect.

    Raises FileUnreadableError, FileTooLargeError.
    """
    if all(piece.isspace() for piece in pieces(content)):
        raise FileUnreadableError("The file is empty.", extra={"reason": "empty"})
    if workbook.is_workbook(content):
        names = workbook.sheet_names(content)
        sheet = options.sheet or (names[0] if len(names) == 1 else None)
        return Source(content, "xlsx", Encoding("utf-8", sure=True), None, sheet, names)
    if beginning(content, 8).startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b")):
        raise FileUnreadableError(
            "The file is no CSV, TSV or XLSX: save it as one of them.", extra={"reason": "binary"}
        )
    encoding = detect_encoding(content, options.encoding)
    dialect = csvfile.find_dialect(content, encoding, options.delimiter)
    return Source(content, "csv", encoding, dialect, None)


def find_table(source: Source, asked_header: bool | None) -> tuple[Table, bool]:  # noqa: FBT001 - three-valued
    """Return the table with all columns as they stand, and whether its header names them.

    Raises FileUnreadableError for a file without a row that can be read.
    """
    first = next((row for row in source.raw_rows() if not row.blank), None)
    if first is None:
        raise FileUnreadableError("The file has no rows.", extra={"reason": "empty"})
    if first.problems:
        raise FileUnreadableError(
            f"The header (row {first.number}) can't be read: {first.problems[0].detail}",
            extra={"reason": first.problems[0].code, "row": first.number},
        )
    named = _is_header(first.cells) if asked_header is None else asked_header
    cells = list(first.cells)
    while cells and not cells[-1].strip():
        cells.pop()
    if len(cells) > MAX_COLUMNS:
        raise FileTooLargeError(
            f"The file has {len(cells)} columns: an import has at most {MAX_COLUMNS}.",
            extra={"reason": "too_many_columns"},
        )
    # What follows the last name of a header may still hold cells, so its width is kept.
    names = column_names(cells if named else [""] * len(cells))
    width = len(first.cells)
    beyond = tuple(f"Column {i + 1}" for i in range(len(names), width))
    return (
        Table(
            source=source,
            columns=names,
            picked=tuple(range(len(names))),
            width=width,
            first_row=first.number + named,
            all_names=names + beyond,
        ),
        named,
    )


def column_names(cells: Sequence[str]) -> tuple[str, ...]:
    """Return one name a column: the header's text, numbered where it is empty or came before."""
    names: list[str] = []
    taken: set[str] = set()
    for index, cell in enumerate(cells, start=1):
        text = " ".join(cell.replace("\0", " ").split())[:200] or f"Column {index}"
        name, count = text, 1
        while name.casefold() in taken:
            count += 1
            name = f"{text} ({count})"
        taken.add(name.casefold())
        names.append(name)
    return tuple(names)


def _is_header(cells: Sequence[str]) -> bool:
    """Tell a header by what it has not: numbers, dates, addresses."""
    return not any(_VALUE.fullmatch(cell.strip()) for cell in cells if cell.strip())
