"""Writes a workbook row by row into a file of its own, with a few rows in memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from muster.exports.cells import Cell

MAX_ROWS = 1_048_575
"""Of a sheet, without its header."""
MAX_CHARACTERS = 32_767
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MEASURED_ROWS = 200
_NARROWEST, _WIDEST = 8, 60
_DAY_WIDTH = 20


class WorkbookFile:
    """One workbook in a folder for temporary files. Text is never taken for a formula or a link."""

    def __init__(
        self,
        path: Path,
        heads: Sequence[str],
        number_formats: Sequence[str | None],
        created: datetime,
        *,
        sheet_rows: int = MAX_ROWS,
    ) -> None:
        import xlsxwriter

        options = {
            "constant_memory": True,
            "tmpdir": str(path.parent),
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self.cut = 0
        """Cells that had more text than one may hold."""
        self.rows = 0
        self.sheets = 0
        self._book = xlsxwriter.Workbook(str(path), options)
        # The same assets give the same bytes, whenever they are written.
        self._book.set_properties({"created": created})
        self._heads = heads
        self._bold = self._book.add_format({"bold": True})
        made = {
            each: self._book.add_format({"num_format": each}) for each in number_formats if each
        }
        self._formats = [made[each] if each else None for each in number_formats]
        self._widths = [len(head) for head in heads]
        self._sheet_rows = sheet_rows
        self._at = 0
        self._sheet: Any = None
        self._begin_sheet()

    def add(self, rows: Sequence[Sequence[Cell]]) -> None:
        """Write some rows; a full sheet is followed by another one."""
        for row in rows:
            if self._at == self._sheet_rows:
                self._end_sheet()
                self._begin_sheet()
            self._at += 1
            self.rows += 1
            if self.rows <= _MEASURED_ROWS:
                self._measure(row)
            self._write(row)

    def close(self) -> None:
        """Put the file together."""
        self._end_sheet()
        self._book.close()

    def _begin_sheet(self) -> None:
        self.sheets += 1
        self._at = 0
        self._sheet = self._book.add_worksheet("Assets" + (f" {self.sheets}" * (self.sheets > 1)))
        self._writers: dict[type, Callable[..., Any]] = {
            str: self._text,
            bool: lambda at, column, cell, _format: self._sheet.write_boolean(at, column, cell),
            int: self._sheet.write_number,
            float: self._sheet.write_number,
            date: self._sheet.write_datetime,
            datetime: self._sheet.write_datetime,
        }
        for column, head in enumerate(self._heads):
            self._sheet.write_string(0, column, _clean(head)[:MAX_CHARACTERS], self._bold)

    def _end_sheet(self) -> None:
        self._sheet.freeze_panes(1, 0)
        self._sheet.autofilter(0, 0, self._at, len(self._heads) - 1)
        for column, width in enumerate(self._widths):
            self._sheet.set_column(column, column, min(max(width + 2, _NARROWEST), _WIDEST))

    def _write(self, row: Sequence[Cell]) -> None:
        at, writers, formats = self._at, self._writers, self._formats
        for column, cell in enumerate(row):
            if cell is not None:
                writers[type(cell)](at, column, cell, formats[column])

    def _text(self, at: int, column: int, text: str, _format: Any) -> None:
        if not text:
            return
        text = _clean(text)
        if len(text) > MAX_CHARACTERS:
            self.cut += 1
            text = text[:MAX_CHARACTERS]
        self._sheet.write_string(at, column, text)

    def _measure(self, row: Sequence[Cell]) -> None:
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                width = _DAY_WIDTH if isinstance(cell, datetime) else _DAY_WIDTH // 2
            else:
                width = 0 if cell is None else len(str(cell))
            self._widths[column] = max(self._widths[column], width)


def _clean(text: str) -> str:
    """Return the text without what XML can't hold."""
    return _NOT_XML.sub("", text) if _NOT_XML.search(text) else text
