"""Reads XLSX workbooks, and refuses the ones that unpack to far more than they weigh."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

from muster.transfer.content import Content, beginning, open_content
from muster.transfer.model import MAX_COLUMNS
from muster.transfer.rawrow import RawProblem, RawRow, cell_problems
from muster.transfer.refusals import FileTooLargeError, FileUnreadableError

_MOST_ENTRIES = 2_000
_MOST_BYTES = 512 * 1024 * 1024
_MOST_SHARED_TEXT = 128 * 1024 * 1024
_MOST_RATIO = 150
# Small parts compress as well as they like: a workbook's own tables of styles do.
_RATIO_COUNTS_FROM = 4 * 1024 * 1024
# Excel keeps 15 digits: beyond, a whole number is a rounded one and is shown as such.
_WHOLE = 1e15
_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)")


def is_workbook(content: Content) -> bool:
    """Tell an XLSX by its first bytes, whatever the file is called."""
    return beginning(content, 4) == b"PK\x03\x04"


def sheet_names(content: Content) -> tuple[str, ...]:
    """Return the names of a workbook's sheets that hold cells.

    Raises FileTooLargeError, FileUnreadableError.
    """
    with _opened(content) as workbook:
        return tuple(sheet.title for sheet in workbook.worksheets)


def workbook_rows(content: Content, sheet: str | None) -> Iterator[RawRow]:
    """Yield the rows of a sheet (None: the first that has any) as texts.

    Dates are ISO 8601, numbers are plain; of formulas it is the value that was last saved. Raises
    FileTooLargeError, FileUnreadableError.
    """
    with _opened(content) as workbook:
        names = [s.title for s in workbook.worksheets]
        if sheet is not None and sheet not in names:
            raise FileUnreadableError(
                f"There is no sheet {sheet!r}: the file has {', '.join(map(repr, names))}.",
                extra={"reason": "unknown_sheet", "sheets": names},
            )
        for name in [sheet] if sheet is not None else names:
            rows = _sheet_rows(workbook[name])
            first = next(rows, None)
            if first is not None:
                yield first
                yield from rows
                return


@contextmanager
def _opened(content: Content) -> Iterator[Any]:
    _check_archive(content)
    # Loaded here, since it costs what a whole request may: only imports of workbooks need it.
    from openpyxl import load_workbook

    with open_content(content) as file:
        try:
            workbook = load_workbook(file, read_only=True, data_only=True)
        except Exception as error:
            # openpyxl gives no error of its own for a damaged file: whatever its parts raise comes.
            raise _unreadable(error) from error
        try:
            yield workbook
        finally:
            workbook.close()


def _unreadable(error: Exception) -> FileUnreadableError:
    return FileUnreadableError(
        f"The workbook can't be read ({type(error).__name__}): save it again as XLSX, or as CSV.",
        extra={"reason": "damaged_workbook"},
    )


def _check_archive(content: Content) -> None:
    try:
        with open_content(content) as file, zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _unreadable(error) from error
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileUnreadableError(
            "The workbook is protected by a password.", extra={"reason": "encrypted"}
        )
    # zipfile reads no more of an entry than the size it declares, so the declared sizes bound all.
    reason = _too_large(entries)
    if reason:
        raise FileTooLargeError(
            f"The workbook unpacks to more than an import may hold ({reason}): "
            "split it, or send CSV.",
            extra={"reason": reason},
        )


def _too_large(entries: Sequence[zipfile.ZipInfo]) -> str | None:
    if len(entries) > _MOST_ENTRIES:
        return "too_many_entries"
    if sum(entry.file_size for entry in entries) > _MOST_BYTES:
        return "too_many_bytes"
    shared = (e for e in entries if e.filename.lower().endswith("sharedstrings.xml"))
    if any(entry.file_size > _MOST_SHARED_TEXT for entry in shared):
        return "too_much_shared_text"
    packed_hard = (
        entry.file_size > _RATIO_COUNTS_FROM
        and entry.file_size > _MOST_RATIO * max(entry.compress_size, 1)
        for entry in entries
    )
    return "compressed_too_well" if any(packed_hard) else None


def _sheet_rows(sheet: Any) -> Iterator[RawRow]:
    # What a sheet says of its size may be wrong, also on purpose: its cells tell.
    sheet.reset_dimensions()
    rows = enumerate(sheet.iter_rows(values_only=True), start=1)
    while True:
        try:
            number, values = next(rows)
        except StopIteration:
            return
        except Exception as error:
            raise _unreadable(error) from error
        yield _row(number, list(values))


def _row(number: int, values: list[Any]) -> RawRow:
    while values and values[-1] is None:
        values.pop()
    if len(values) > MAX_COLUMNS:
        raise FileTooLargeError(
            f"Row {number} has {len(values)} cells: an import has at most {MAX_COLUMNS} columns.",
            extra={"reason": "too_many_columns", "row": number},
        )
    texts = tuple(_text(value) for value in values)
    errors = (
        RawProblem("formula_error", f"The cell holds the error {text}.", index)
        for index, text in enumerate(texts)
        if text.startswith("#") and _ERROR.fullmatch(text)
    )
    return RawRow(number, texts, (*cell_problems(texts), *errors))


def _text(value: Any) -> str:
    match value:
        case None:
            text = ""
        case bool():
            text = "true" if value else "false"
        case float() if value.is_integer() and abs(value) < _WHOLE:
            text = str(int(value))
        case datetime() if value.time() == time():
            text = value.date().isoformat()
        case datetime():
            text = value.isoformat(sep=" ")
        case date() | time():
            text = value.isoformat()
        case _:
            text = str(value)
    return text
