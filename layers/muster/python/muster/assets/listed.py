"""Lists of assets in files: an id, key, tag or serial number a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from itertools import chain

from muster.errors import FieldError, InvalidInputError
from muster.ids import is_id
from muster.scope import Scope

MAX_LIST_BYTES = 50 * 1024 * 1024
_LONGEST_LINE = 4 * 1024 * 1024
_DELIMITERS = ",;\t|"
_HEADERS = frozenset({"id", "key", "tag", "serial"})


class InvalidSelectionError(InvalidInputError):
    """What is selected can't be told; `errors` say which member."""

    code = "invalid_selection"


def invalid_selection(code: str, detail: str, pointer: str) -> InvalidSelectionError:
    """Return the refusal of a member of a selection; `pointer` begins in the selection."""
    return InvalidSelectionError(detail, errors=[FieldError(code, detail, f"/selection{pointer}")])


def list_object(scope: Scope, file_id: str) -> str:
    """Return the name of a list's object; raises InvalidSelectionError where there is none."""
    record = scope.ledger.get("file", _uploaded(scope, file_id))
    if record is None:
        detail = f"There is no file {file_id[:80]!r}."
        raise invalid_selection("unknown_file", detail, "/file")
    if record.body["size"] > MAX_LIST_BYTES:
        detail = f"A list of assets has at most {MAX_LIST_BYTES:,} bytes."
        raise invalid_selection("file_too_large", detail, "/file")
    return f"files/{record.body['sha256']}"


def _uploaded(scope: Scope, file_id: str) -> str:
    """Return a file's id; that of an upload stands for the file that came of it."""
    if is_id("upload", file_id):
        upload = scope.ledger.get("upload", file_id)
        return str(upload.body.get("file", "")) if upload else ""
    return file_id if is_id("file", file_id) else ""


def lines(scope: Scope, file_id: str) -> Iterator[str]:
    """Yield the first cell of each row that has one; a header such as `id` is passed over."""
    stream = scope.objects.stream(list_object(scope, file_id))
    if stream is None:
        raise invalid_selection(
            "unknown_file", "The list's content is gone: upload it again.", "/file"
        )
    with closing(stream):
        text = io.TextIOWrapper(stream, "utf-8-sig", errors="replace", newline="")
        lines = _bounded(text)
        first = next(lines, "")
        mark = max(_DELIMITERS, key=first.count)
        rows = csv.reader(chain([first], lines), delimiter=mark)
        try:
            for number, row in enumerate(rows):
                word = row[0].strip() if row else ""
                if word and not (number == 0 and word.casefold() in _HEADERS):
                    yield word
        except csv.Error as error:
            # A quote that is never closed would make one cell of the rest of the file.
            detail = f"The list can't be read beyond line {rows.line_num}: {error}."
            raise invalid_selection("unreadable_file", detail, "/file") from error


def _bounded(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE:
            detail = f"A line of the list has more than {_LONGEST_LINE:,} characters."
            raise invalid_selection("unreadable_file", detail, "/file")
        yield line
