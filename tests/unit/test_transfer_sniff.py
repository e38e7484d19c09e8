from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from muster.catalog.model import FieldKind
from muster.errors import MusterError
from muster.transfer.model import ColumnFacts, ImportOptions
from muster.transfer.refusals import FileTooLargeError, FileUnreadableError
from muster.transfer.sniff import Sniffed, sniff
from tests.unit.import_world import sample


def look(text: str | bytes, **options: object) -> Sniffed:
    content = text.encode() if isinstance(text, str) else text
    return sniff(content, ImportOptions.model_validate(options))


def column(*values: str, header: str = "x", **options: object) -> ColumnFacts:
    """Return what is found out about a column of these values."""
    lines = [header, *(f'"{value}"' for value in values)]
    (facts,) = look("\n".join(lines), **options).facts.columns
    return facts


def notes(text: str | bytes) -> set[tuple[str, str | None]]:
    return {(note.code, note.column) for note in look(text).facts.notes}


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "22", "-3"], FieldKind.INTEGER),
        (["1.5", "2", "1,234.50"], FieldKind.NUMBER),
        (["1,5", "2"], FieldKind.NUMBER),
        (["007", "008"], FieldKind.NUMBER),
        (["yes", "No"], FieldKind.BOOLEAN),
        (["2024-01-02", "2024-12-31"], FieldKind.DATE),
        (["31.12.2024", "1.2.2025"], FieldKind.DATE),
        (["31/12/2024", "12/31/2024"], FieldKind.TEXT),
        (["2024-01-02T10:00:00Z", "2024-01-02 10:00"], FieldKind.DATETIME),
        (["ada@example.org"], FieldKind.EMAIL),
        (["https://example.org/x"], FieldKind.URL),
        (["10.0.0.1", "2001:db8::1"], FieldKind.IP),
        (["10:30", "11:45"], FieldKind.TEXT),
        (["00:1b:63:84:45:e6"], FieldKind.MAC),
        (["€ 12.50", "3 EUR"], FieldKind.MONEY),
        (["ICC-2065556"], FieldKind.TEXT),
        (["Line one\nline two"], FieldKind.TEXT_AREA),
        (["word " * 60], FieldKind.TEXT_AREA),
        (["Ready", "Broken"] * 6, FieldKind.SELECT),
        (["Ready", "Broken"], FieldKind.TEXT),
        (["", ""], FieldKind.TEXT),
    ],
)
def test_a_kind_is_what_all_values_are(values: list[str], kind: FieldKind) -> None:
    """One value that does not fit makes the column a column of text."""
    assert column(*values).kind is kind


@pytest.mark.parametrize("header", ["Serial number", "Order no", "ZIP", "Phone", "Model Number"])
def test_digits_that_name_something_are_no_quantity(header: str) -> None:
    """A phone number is not summed."""
    assert column("1234", "5678", header=header).kind is FieldKind.TEXT


@pytest.mark.parametrize(
    ("values", "order", "assumed"),
    [
        (["13/02/2024", "1/2/2024"], "dmy", False),
        (["2/13/2024", "1/2/2024"], "mdy", False),
        (["2024-02-13"], "ymd", False),
        (["1/2/2024"], "mdy", True),
        (["1.2.2024"], "dmy", True),
    ],
)
def test_a_date_order_is_proved_by_a_day_above_twelve(
    values: list[str], order: str, *, assumed: bool
) -> None:
    """What no value proves is assumed, and shown as assumed."""
    facts = column(*values)

    assert (facts.date_order, facts.assumed) == (order, assumed)


def test_a_column_takes_the_order_that_another_one_proves() -> None:
    """A file is written in one way; that it was assumed is still said."""
    facts = look("a,b\n1/2/2024,25/12/2024\n").facts

    assert [(c.date_order, c.assumed) for c in facts.columns] == [("dmy", True), ("dmy", False)]
    assert notes("a,b\n1/2/2024,25/12/2024\n") == {("date_order_assumed", "a")}


def test_what_the_user_says_settles_it() -> None:
    """Order and decimal sign can be given."""
    assert column("1/2/2024", date_order="dmy").date_order == "dmy"
    assert not column("1/2/2024", date_order="dmy").assumed
    assert column("1,234", decimal_comma=True).decimal_comma


def test_a_decimal_comma_is_found() -> None:
    """`12,50` has one, and so has `1.234,50`; `1,234` may be a thousand."""
    assert column("12,50", "1.234,50").decimal_comma
    assert column("€ 12,50").decimal_comma
    assert not column("1,234").decimal_comma


def test_equal_headers_are_told_apart_or_merged() -> None:
    """Columns that are equal throughout are one; others are numbered."""
    merged = look("a,b,a\n1,2,1\n3,4,3\n")
    apart = look("a,b,a\n1,2,9\n3,4,3\n")

    assert merged.table.columns == ("a", "b")
    assert [note.code for note in merged.facts.notes] == ["same_column_twice"]
    assert apart.table.columns == ("a", "b", "a (2)")
    assert [row.cells for row in apart.table.rows()] == [("1", "2", "9"), ("3", "4", "3")]


def test_empty_headers_and_missing_ones_get_a_name() -> None:
    """Every column can be spoken of."""
    assert look("a,,c\n1,2,3\n").table.columns == ("a", "Column 2", "c")
    data = look("1,2024-01-01\n2,2024-01-02\n")
    assert (data.table.columns, data.facts.header) == (("Column 1", "Column 2"), False)
    assert len(list(data.table.rows())) == 2
    assert look("1,2\n3,4\n", header=True).table.columns == ("1", "2")


def test_rows_of_another_width_are_told() -> None:
    """A cell too few or too many means that values stand in the wrong column."""
    table = look("a,b,c\n1,2\n1,2,3,4\n1,2,3,\n1,2,3\n").table

    found = [(row.number, [p.code for p in row.problems]) for row in table.rows()]

    assert found == [(2, ["too_few_cells"]), (3, ["too_many_cells"]), (4, []), (5, [])]


def test_blank_rows_are_left_out_and_counted() -> None:
    """Row numbers are those of the file."""
    found = look("a,b\n\n1,2\n,\n3,4\n\n")

    assert [row.number for row in found.table.rows()] == [3, 5]
    assert (found.facts.rows, found.facts.blank_rows) == (2, 2)


@pytest.mark.parametrize("content", ["", "  \n\n", "\n,\n"])
def test_an_empty_file_is_refused(content: str) -> None:
    """There is nothing to import."""
    with pytest.raises(FileUnreadableError):
        look(content)


def test_a_header_that_can_not_be_read_refuses_the_file() -> None:
    """Without it nothing can be mapped; the row is named."""
    with pytest.raises(FileUnreadableError, match="row 1"):
        look('a,"b\n1,2\n')


def test_too_many_columns_are_refused() -> None:
    """Five hundred fields are more than an asset has."""
    with pytest.raises(FileTooLargeError, match="501 columns"):
        look(",".join(f"c{number}" for number in range(501)) + "\n")


def test_pictures_and_old_workbooks_are_told_as_what_they_are() -> None:
    """XLS is not XLSX."""
    with pytest.raises(FileUnreadableError, match="no CSV, TSV or XLSX"):
        look(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 more")


def test_a_workbook_is_a_table_like_any_other() -> None:
    """Cells that are missing at a row's end are empty ones."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["tag", "count", "note"], ["A-1", 3], ["A-2", 4, "x"]):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)

    found = look(out.getvalue())

    assert (found.facts.format, found.facts.sheet) == ("xlsx", "Sheet")
    assert [c.kind for c in found.facts.columns][1] is FieldKind.INTEGER
    assert [row.cells for row in found.table.rows()] == [("A-1", "3", ""), ("A-2", "4", "x")]


def test_the_bad_sample_is_seen_through() -> None:
    """Mac Roman, CR line ends, twin columns, shortened numbers, American dates: all is said."""
    found = look(sample("snipe-it/assets-sample-BAD.csv"))

    facts = found.facts
    assert (facts.encoding, facts.encoding_sure, facts.line_ends) == ("mac-roman", False, "CR")
    assert facts.rows == 200
    kinds = {c.name: (c.kind, c.date_order) for c in facts.columns}
    assert kinds["Purchase Date"] == (FieldKind.DATE, "mdy")
    assert kinds["Model Number"] == (FieldKind.TEXT, None)
    assert {(note.code, note.column) for note in facts.notes} == {
        ("encoding_assumed", None),
        ("same_column_twice", "Category"),
        ("same_column_twice", "Company"),
        ("shortened_numbers", "Model Number"),
        ("decoded_twice", "Location"),
    }


@given(st.binary(max_size=300))
def test_any_file_is_looked_through_or_refused(content: bytes) -> None:
    """Bad input never ends in an error that nobody foresaw."""
    try:
        found = sniff(content, ImportOptions())
        rows = list(found.table.rows())
    except MusterError:
        return

    assert all(len(row.cells) == len(found.table.columns) for row in rows)
