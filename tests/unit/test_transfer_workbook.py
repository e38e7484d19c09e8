from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from muster.transfer.refusals import FileTooLargeError, FileUnreadableError
from muster.transfer.workbook import is_workbook, sheet_names, workbook_rows


def saved(*rows: list[object], more: dict[str, list[list[object]]] | None = None) -> bytes:
    """Return a workbook with these rows on its first sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for title, lines in (more or {}).items():
        other = book.create_sheet(title)
        for line in lines:
            other.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def archive(**entries: bytes) -> bytes:
    """Return a ZIP file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            file.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def test_cells_are_read_as_the_texts_that_a_csv_would_have() -> None:
    """Dates are ISO, whole numbers have no decimals, yes and no are true and false."""
    when = datetime(2024, 5, 6, 7, 8, tzinfo=UTC).replace(tzinfo=None)
    content = saved(
        ["a", "b", "c", "d", "e"], [1, 12.5, date(2024, 5, 6), when, True], [1.0, None, "x", "", 0]
    )

    rows = [row.cells for row in workbook_rows(content, None)]

    assert is_workbook(content)
    assert rows[1:] == [
        ("1", "12.5", "2024-05-06", "2024-05-06 07:08:00", "true"),
        ("1", "", "x", "", "0"),
    ]


def test_formulas_are_not_worked_out() -> None:
    """A formula whose value was never saved is an empty cell, not a program that runs."""
    assert [row.cells for row in workbook_rows(saved(["a", "b"], [1, "=1+1"]), None)][1] == ("1",)


def test_error_values_are_told_with_their_cell() -> None:
    """#N/A is no serial number."""
    rows = list(workbook_rows(saved(["a", "b"], [1, "#N/A"]), None))

    assert [(p.code, p.index) for p in rows[1].problems] == [("formula_error", 1)]


def test_a_sheet_is_chosen_by_name_and_else_the_first_with_rows() -> None:
    """An empty first sheet is not the table."""
    book = saved(more={"Assets": [["tag"], ["A-1"]], "Other": [["x"]]})

    assert sheet_names(book) == ("Sheet", "Assets", "Other")
    assert [row.cells for row in workbook_rows(book, None)] == [("tag",), ("A-1",)]
    assert [row.cells for row in workbook_rows(book, "Other")] == [("x",)]
    with pytest.raises(FileUnreadableError, match="'Assets'"):
        list(workbook_rows(book, "Nope"))


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    """What packs a thousand times over is no table."""
    bomb = archive(xl__worksheets__sheet1_xml=b"0" * 50_000_000)

    assert len(bomb) < 100_000
    with pytest.raises(FileTooLargeError, match="compressed_too_well"):
        sheet_names(bomb)


def test_an_archive_of_very_many_entries_is_refused() -> None:
    """Each entry costs time, however small."""
    with pytest.raises(FileTooLargeError, match="too_many_entries"):
        sheet_names(archive(**{f"e{number}": b"" for number in range(2_001)}))


def test_a_sheet_that_is_too_wide_is_refused() -> None:
    """One cell far to the right would make every row as wide."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["XFD1"] = "tag", "far"
    out = io.BytesIO()
    book.save(out)

    with pytest.raises(FileTooLargeError, match="16384 cells"):
        list(workbook_rows(out.getvalue(), None))


def test_entities_are_refused() -> None:
    """A document type that defines entities is an attack on memory."""
    content = saved(["a"])
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "xl/workbook.xml":
                kind = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
                text = kind + text.removeprefix(b'<?xml version="1.0"?>')
            new.writestr(name, text)

    with pytest.raises(FileUnreadableError, match="can't be read"):
        list(workbook_rows(out.getvalue(), None))


def test_an_archive_that_is_no_workbook_is_refused() -> None:
    """A ZIP of photographs is told as what it is."""
    with pytest.raises(FileUnreadableError, match="can't be read"):
        list(workbook_rows(archive(photo=b"..."), None))


GOOD = saved(["tag", "name"], ["A-1", "Desk"], ["A-2", "Chair"])


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_a_damaged_workbook_is_read_or_refused(place: int, change: int) -> None:
    """Whatever is wrong in a file, it is the file's fault and said so."""
    content = bytearray(GOOD)
    content[place] ^= change

    try:
        rows = list(workbook_rows(bytes(content), None))
    except (FileUnreadableError, FileTooLargeError):
        return

    assert len(rows) <= 3
