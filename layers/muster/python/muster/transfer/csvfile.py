"""Reads delimited text: finds its delimiter, quote and line ends, and yields its rows. Pure.

A row that can't be read is yielded with its problem and reading goes on with the next line, so that
one unbalanced quote costs one row and not the rest of the file.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from muster.transfer.content import Content, beginning, open_content, pieces
from muster.transfer.encoding import Encoding
from muster.transfer.rawrow import RawProblem, RawRow, cell_problems
from muster.transfer.refusals import FileUnreadableError

type LineEnds = Literal["LF", "CRLF", "CR", "mixed"]

_DELIMITERS = (",", ";", "\t", "|")
_WIDE = ("utf-16", "utf-32")
_SAMPLE_CHARACTERS = 64 * 1024
_SAMPLE_ROWS = 100
_LONGEST_LINE = 4 * 1024 * 1024
_MOST_LINES_OF_A_ROW = 500
_MOST_BROKEN_ROWS = 1_000


@dataclass(frozen=True)
class Dialect:
    """How a delimited file is written."""

    delimiter: str
    quote: str | None
    line_ends: LineEnds | None


def find_dialect(content: Content, encoding: Encoding, asked_delimiter: str | None) -> Dialect:
    """Return the file's dialect, found from its beginning (line ends: from all of it)."""
    sample = _sample(content, encoding)
    quote = _quote(sample)
    delimiter = asked_delimiter or _delimiter(sample, quote or '"')
    return Dialect(delimiter, quote, _line_ends(content, encoding, sample))


def csv_rows(content: Content, encoding: Encoding, dialect: Dialect) -> Iterator[RawRow]:
    """Yield every row. Raises FileUnreadableError where hardly any row can be read."""
    # What a wide encoding can't read is no byte but half a character: nothing to keep of it.
    wrong = "replace" if encoding.name.startswith(_WIDE) else "surrogateescape"
    lines = _Lines(io.TextIOWrapper(open_content(content), encoding.name, wrong, ""))
    lines.skip(bool(encoding.skip))
    rows = _Rows(lines, dialect)
    broken = 0
    number = 0
    while lines.more():
        number += 1
        row = rows.next(number)
        broken += bool(row.problems)
        if broken > _MOST_BROKEN_ROWS:
            raise FileUnreadableError(
                f"More than {_MOST_BROKEN_ROWS} rows can't be read, the last at row {number}: "
                "check the delimiter, the quotes and the encoding.",
                extra={"reason": "too_many_broken_rows", "row": number},
            )
        yield row


class _Lines:
    """Physical lines, of which the ones of the row at hand can be given back."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._ahead: list[str] = []
        self.taken: list[str] = []
        self.number = 0

    def skip(self, mark: bool) -> None:  # noqa: FBT001 - private, and read at its one call
        if mark:
            self._text.read(1)

    def more(self) -> bool:
        """Begin a row; tell whether there is a line for it."""
        self.taken = []
        line = self._read()
        if line:
            self._ahead.insert(0, line)
        return bool(line)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._read()
        if not line or len(self.taken) >= _MOST_LINES_OF_A_ROW:
            raise StopIteration
        self.number += 1
        self.taken.append(line)
        return line

    def give_back_all_but_first(self) -> None:
        """Read on after the row's first line."""
        self.number -= len(self.taken) - 1
        self._ahead[:0] = self.taken[1:]

    def _read(self) -> str:
        if self._ahead:
            return self._ahead.pop(0)
        line = self._text.readline(_LONGEST_LINE)
        if len(line) == _LONGEST_LINE:
            raise FileUnreadableError(
                f"Line {self.number + 1} is longer than {_LONGEST_LINE} characters.",
                extra={"reason": "line_too_long", "line": self.number + 1},
            )
        return line


class _Rows:
    """Rows made of lines."""

    def __init__(self, lines: _Lines, dialect: Dialect) -> None:
        self._lines = lines
        self._dialect = dialect
        self._begin()

    def _begin(self) -> None:
        dialect = self._dialect
        self._reader = csv.reader(
            self._lines, delimiter=dialect.delimiter, quotechar=dialect.quote or '"', strict=True
        )

    def next(self, number: int) -> RawRow:
        """Return the row that begins with the next line."""
        line = self._lines.number + 1
        try:
            cells = next(self._reader, [])
        except csv.Error as error:
            # A reader that failed in the middle of a row would go on with it.
            self._begin()
            self._lines.give_back_all_but_first()
            return RawRow(number, (), (_unreadable(str(error), line),))
        return RawRow(number, tuple(cells), tuple(cell_problems(cells)))


def _unreadable(reason: str, line: int) -> RawProblem:
    if "field larger" in reason:
        longest = csv.field_size_limit()
        detail = f"A cell is longer than {longest} characters (line {line})."
        return RawProblem("cell_too_long", detail)
    detail = f"The quotes don't balance (line {line}): double a quote that is part of a value."
    return RawProblem("unbalanced_quotes", detail)


def _sample(content: Content, encoding: Encoding) -> str:
    text = beginning(content, encoding.skip + 4 * _SAMPLE_CHARACTERS)[encoding.skip :]
    return text.decode(encoding.name, "replace")[:_SAMPLE_CHARACTERS]


def _quote(sample: str) -> str | None:
    if '"' in sample:
        return '"'
    first = sample.splitlines()[0] if sample.strip() else ""
    cells = [cell for d in _DELIMITERS if d in first for cell in first.split(d)]
    single = bool(cells) and all(len(c) > 1 and c[0] == c[-1] == "'" for c in cells)
    return "'" if single else None


def _delimiter(sample: str, quote: str) -> str:
    scores = {mark: _consistency(sample, mark, quote) for mark in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda mark: scores[mark])
    return best if scores[best] > (0.0, 0) else ","


def _consistency(sample: str, delimiter: str, quote: str) -> tuple[float, int]:
    """Return which share of the rows has as many cells as most have, and how many that is."""
    lines: Iterable[str] = io.StringIO(sample, newline="")
    widths: Counter[int] = Counter()
    try:
        for cells in csv.reader(lines, delimiter=delimiter, quotechar=quote):
            if any(cells):
                widths[len(cells)] += 1
            if widths.total() == _SAMPLE_ROWS:
                break
    except csv.Error:
        return 0.0, 0
    width, rows = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
    return (round(rows / widths.total(), 1), width) if width > 1 else (0.0, 0)


def _line_ends(content: Content, encoding: Encoding, sample: str) -> LineEnds | None:
    if encoding.name.startswith(_WIDE):
        counts = sample.count("\r\n"), sample.count("\r"), sample.count("\n")
    else:
        counts = _count_ends(content)
    both, returns, feeds = counts
    found: dict[LineEnds, int] = {"CRLF": both, "CR": returns - both, "LF": feeds - both}
    used: list[LineEnds] = [name for name, count in found.items() if count]
    if len(used) > 1:
        return "mixed"
    return used[0] if used else None


def _count_ends(content: Content) -> tuple[int, int, int]:
    """Return how often CR LF, CR and LF occur, the latter two within the first as well."""
    both = returns = feeds = 0
    last = b""
    for piece in pieces(content):
        both += piece.count(b"\r\n") + (last == b"\r" and piece.startswith(b"\n"))
        returns += piece.count(b"\r")
        feeds += piece.count(b"\n")
        last = piece[-1:]
    return both, returns, feeds
