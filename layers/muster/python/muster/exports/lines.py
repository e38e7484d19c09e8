"""The bytes of CSV and of JSON lines, some assets at a time."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any, Protocol

from muster.assets.links import neighbours_of, present_neighbour
from muster.assets.present import Names, present_asset
from muster.catalog.model import Catalog
from muster.exports.asked import ExportRequest
from muster.exports.cells import text_rows
from muster.exports.columns import columns
from muster.exports.texts import Writing
from muster.ledger.model import Record
from muster.scope import Scope
from muster.views.columns import BUILT_IN

_LINE_ENDS = {"crlf": "\r\n", "lf": "\n"}
_STAMPS = {
    "created_at": "created",
    "created_by": "created",
    "updated_at": "updated",
    "updated_by": "updated",
    "trashed_at": "trashed",
}
"""Columns that are members of an object in JSON."""
_ASKED_FOR = frozenset({"links", "images", "files"})


class Lines(Protocol):
    """Writes assets as lines of text. The same assets always give the same bytes."""

    def head(self) -> bytes:
        """Return what stands before the first asset."""
        ...

    def lines(self, scope: Scope, records: Sequence[Record]) -> bytes:
        """Return the lines of some assets."""
        ...


class CsvLines:
    """RFC 4180, in UTF-8."""

    def __init__(self, catalog: Catalog, request: ExportRequest, names: Sequence[str]) -> None:
        split = request.money == "split"
        writing = Writing(catalog, request.csv, request.users, escape=request.csv.escape_formulas)
        self._columns = columns(catalog, names, split=split)
        self._writing = writing
        self._rows = text_rows(self._columns, writing, split=split)
        self._options = request.csv
        self._style = request.header

    def head(self) -> bytes:
        """Return the byte order mark, where it is wanted, and the header."""
        head = [self._writing.safe(column.head(self._style)) for column in self._columns]
        mark = b"\xef\xbb\xbf" if self._options.bom else b""
        return mark + self._encoded([head])

    def lines(self, scope: Scope, records: Sequence[Record]) -> bytes:
        """Return a row for each asset."""
        return self._encoded(self._rows.rows(scope, records))

    def _encoded(self, rows: Sequence[Sequence[Any]]) -> bytes:
        text = io.StringIO(newline="")
        end = _LINE_ENDS[self._options.line_end]
        csv.writer(text, delimiter=self._options.delimiter, lineterminator=end).writerows(rows)
        return text.getvalue().encode()


class JsonLines:
    """Each asset as the API shows it, one a line."""

    def __init__(self, catalog: Catalog, request: ExportRequest) -> None:
        self._catalog = catalog
        self._members: frozenset[str] | None = None
        self._fields: frozenset[str] | None = None
        self._linked = request.fields == "all"
        if request.fields == "visible":
            hidden = (name for name, field in catalog.fields.items() if field.hidden)
            self._fields = frozenset(catalog.fields) - frozenset(hidden)
        elif not isinstance(request.fields, str):
            wanted = [name.removeprefix("custom_fields.") for name in request.fields]
            wanted = [n if n in catalog.fields else n.removeprefix("cf.") for n in wanted]
            built_in = [name for name in wanted if name in BUILT_IN]
            self._fields = frozenset(wanted).difference(built_in)
            self._linked = "links" in built_in
            more = ("custom_fields", "other_fields") if self._fields else ()
            self._members = frozenset([*(_STAMPS.get(n, n) for n in built_in), *more])

    def head(self) -> bytes:
        """Return nothing: every line is an asset."""
        return b""

    def lines(self, scope: Scope, records: Sequence[Record]) -> bytes:
        """Return a line for each asset."""
        names = Names(scope, self._catalog, records)
        linked = neighbours_of(scope, [record.id for record in records]) if self._linked else {}
        shown = []
        for record in records:
            asset = self._chosen(present_asset(record, names), record)
            if self._linked:
                neighbours = linked.get(record.id, [])
                asset["links"] = [present_neighbour(each, names) for each in neighbours]
            shown.append(json.dumps(asset, ensure_ascii=False, separators=(",", ":")))
        return "".join(f"{line}\n" for line in shown).encode()

    def _chosen(self, asset: dict[str, Any], record: Record) -> dict[str, Any]:
        for name in ("images", "files"):
            # Shown by the API where somebody asks for them; an export that names them asks.
            if name in (self._members or _ASKED_FOR) and name in record.body:
                asset.setdefault(name, record.body[name])
        if self._fields is not None:
            for group in ("custom_fields", "other_fields"):
                held = asset.get(group)
                if held:
                    asset[group] = {n: v for n, v in held.items() if n in self._fields}
        if self._members is None:
            return asset
        return {name: value for name, value in asset.items() if name in self._members}
