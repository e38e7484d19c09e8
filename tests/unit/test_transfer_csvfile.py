from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.transfer.csvfile import Dialect, csv_rows, find_dialect
from muster.transfer.encoding import Encoding, detect_encoding
from muster.transfer.rawrow import RawRow
from muster.transfer.refusals import FileUnreadableError

UTF8 = Encoding("utf-8", sure=True)


def rows(content: bytes, encoding: Encoding = UTF8) -> list[RawRow]:
    return list(csv_rows(content, encoding, find_dialect(content, encoding, None)))


def cells(content: bytes) -> list[tuple[str, ...]]:
    return [row.cells for row in rows(content)]


def codes(content: bytes) -> list[tuple[int, str]]:
    return [(row.number, problem.code) for row in rows(content) for problem in row.problems]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiter_and_line_ends_are_found(delimiter: str, end: str) -> None:
    """Whatever a spreadsheet writes is read without being asked about it."""
    lines = [["id", "name, long", "note"], ["1", "Desk, oak", "a"], ["2", "Chair", ""]]
    text = end.join(delimiter.join(f'"{cell}"' for cell in line) for line in lines) + end

    dialect = find_dialect(text.encode(), UTF8, None)

    ends = {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}
    assert dialect == Dialect(delimiter, '"', ends[end])  # type: ignore[arg-type]
    assert [list(row) for row in cells(text.encode())] == lines


def test_line_ends_that_differ_are_all_read_and_said() -> None:
    """Files that were put together by hand are whole."""
    content = b"a,b\r\n1,2\n3,4\r5,6"

    assert find_dialect(content, UTF8, None).line_ends == "mixed"
    assert cells(content) == [("a", "b"), ("1", "2"), ("3", "4"), ("5", "6")]


def test_a_delimiter_within_quotes_does_not_count() -> None:
    """`"Berlin, Mitte";5` is a file of semicolons."""
    content = b'city;rooms\n"Berlin, Mitte";5\n"Paris, 3e, Nord";6\n'

    assert find_dialect(content, UTF8, None).delimiter == ";"


def test_a_column_alone_is_a_table_too() -> None:
    """A list of tags needs no delimiter."""
    assert cells(b"tag\nA-1\nA-2\n") == [("tag",), ("A-1",), ("A-2",)]


def test_single_quotes_are_quotes_where_every_cell_has_them() -> None:
    """Some tools write 'a','b'; an apostrophe elsewhere is none."""
    assert cells(b"'a','b'\n'1','x, y'\n")[1] == ("1", "x, y")
    assert cells(b"a,b\n1,Anna's\n")[1] == ("1", "Anna's")


def test_an_unclosed_quote_costs_one_row() -> None:
    """The rest of the file is not swallowed by it."""
    content = b'a,b\n1,"x\n2,y\n3,"z, ""z"""\n'

    assert codes(content) == [(2, "unbalanced_quotes")]
    assert [row.cells for row in rows(content) if not row.problems] == [
        ("a", "b"),
        ("2", "y"),
        ("3", 'z, "z"'),
    ]


def test_a_quote_that_closes_too_early_is_told_with_its_row() -> None:
    """`"un"balanced` can't be what was meant."""
    assert codes(b'a,b\n1,2\n3,"un"bal\n4,5\n') == [(3, "unbalanced_quotes")]


def test_a_value_over_several_lines_is_one_cell() -> None:
    """Quotes hold line breaks, and rows are counted, not lines."""
    content = b'a,b\n1,"x\ny\nz"\n2,w\n'

    assert [(row.number, row.cells) for row in rows(content)] == [
        (1, ("a", "b")),
        (2, ("1", "x\ny\nz")),
        (3, ("2", "w")),
    ]


def test_bytes_of_another_encoding_are_told_with_row_and_cell() -> None:
    """A file in two encodings loses the cells that can't be read, and says which."""
    content = "a,b\n1,Köln\n2,Übung\n".encode() + "3,Größe\n".encode("cp1252")

    (bad,) = [row for row in rows(content, detect_encoding(content)) if row.problems]

    assert (bad.number, bad.problems[0].code, bad.problems[0].index) == (4, "wrong_encoding", 1)


def test_nul_characters_and_giant_cells_are_told() -> None:
    """Neither is a value of anything."""
    content = b"a,b\n1,x\0y\n2," + b"z" * 110_000 + b"\n3," + b"z" * 200_000 + b"\n"

    assert codes(content) == [(2, "nul_character"), (3, "cell_too_long"), (4, "cell_too_long")]


def test_a_file_of_broken_quotes_is_given_up() -> None:
    """A thousand unreadable rows mean that the file is read the wrong way."""
    with pytest.raises(FileUnreadableError, match="check the delimiter"):
        rows(b"a,b\n" + b'1,"x"y\n' * 1_001)


def test_a_line_without_end_is_refused() -> None:
    """Memory is not filled with a file that has no lines."""
    with pytest.raises(FileUnreadableError, match="longer than"):
        rows(b"a,b\n" + b"x" * (4 * 1024 * 1024 + 10))


@given(
    table=st.lists(
        st.lists(
            st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12),
            min_size=2,
            max_size=4,
        ),
        min_size=1,
        max_size=8,
    ),
    delimiter=st.sampled_from(",;\t|"),
)
def test_what_was_written_is_what_is_read(table: list[list[str]], delimiter: str) -> None:
    """Quotes, delimiters, line breaks and blanks in cells come back as they were."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(table)
    content = out.getvalue().encode()

    read = [row.cells for row in csv_rows(content, UTF8, Dialect(delimiter, '"', "CRLF"))]

    assert [list(row) for row in read] == table
