"""Rows of an export: what stands in each column of an asset."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from muster.assets.links import Neighbour, neighbours_of
from muster.assets.present import Names, present_time
from muster.exports.columns import Column
from muster.exports.texts import Writing
from muster.ledger.model import Record
from muster.scope import Scope
from muster.views.columns import BUILT_IN

type Cell = Any
type Write = Callable[[Any, Names], Cell]
type _Slot = tuple[int, Write]

_TEXTS = ("key", "name", "tag", "serial", "description")


class RowMaker:
    """Makes the rows of assets. What depends on the columns alone is decided once.

    `write` gives the function for a column of a field, `moment` writes a time of Muster's own.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        writing: Writing,
        *,
        write: Callable[[Column], Write],
        moment: Callable[[datetime], Cell],
    ) -> None:
        self._width = len(columns)
        self._writing = writing
        self._moment = moment
        self._slots: dict[str, list[_Slot]] = {}
        self._built_in: list[tuple[int, Callable[[Record, Names], Cell]]] = []
        self._links: int | None = None
        self._types: dict[str, str] = {}
        known = self._known()
        for index, column in enumerate(columns):
            if column.field is not None:
                self._slots.setdefault(column.name, []).append((index, write(column)))
            elif column.name == "links":
                self._links = index
            elif column.name in BUILT_IN:
                self._built_in.append((index, known[column.name]))

    def rows(self, scope: Scope, records: Sequence[Record]) -> list[list[Cell]]:
        """Return a row for each asset; an empty cell is None."""
        names = Names(scope, self._writing.catalog, records)
        linked: Mapping[str, list[Neighbour]] = {}
        if self._links is not None:
            linked = neighbours_of(scope, [record.id for record in records])
        return [self._row(record, names, linked) for record in records]

    def _row(
        self, record: Record, names: Names, linked: Mapping[str, list[Neighbour]]
    ) -> list[Cell]:
        row: list[Cell] = [None] * self._width
        for index, read in self._built_in:
            row[index] = read(record, names)
        slots = self._slots
        for name, value in record.body.get("fields", {}).items():
            if name in slots and value is not None:
                for index, write in slots[name]:
                    row[index] = write(value, names)
        if self._links is not None and record.id in linked:
            row[self._links] = self._linked(linked[record.id])
        return row

    def _known(self) -> Mapping[str, Callable[[Record, Names], Cell]]:
        writing, moment, safe = self._writing, self._moment, self._writing.safe

        def of(member: str) -> Callable[[Record, Names], Cell]:
            return lambda record, _names: safe(record.body.get(member) or "")

        return {
            **{name: of(name) for name in _TEXTS},
            "id": lambda record, _names: record.id,
            "type": lambda record, _names: self._type(record.body["type"]),
            "folder": _folder,
            "images": lambda record, _names: writing.joined(record.body.get("images", [])),
            "files": lambda record, _names: safe(
                writing.joined([each["name"] for each in record.body.get("files", [])])
            ),
            "created_at": lambda record, _names: moment(record.created.at),
            "created_by": lambda record, _names: safe(record.created.by.name),
            "updated_at": lambda record, _names: moment(record.updated.at),
            "updated_by": lambda record, _names: safe(record.updated.by.name),
            "trashed_at": lambda record, _names: (
                moment(datetime.fromisoformat(record.body["trashed_at"]))
                if "trashed_at" in record.body
                else None
            ),
        }

    def _type(self, type_id: str) -> str:
        if type_id not in self._types:
            self._types[type_id] = self._writing.safe(self._writing.type(type_id))
        return self._types[type_id]

    def _linked(self, neighbours: Sequence[Neighbour]) -> str:
        """Return `contains: LAP-2; lies in: ROOM-1`: the words of each direction, and the key."""
        kinds = self._writing.catalog.link_types
        texts = []
        for each in neighbours:
            kind = kinds.get(each.link.type)
            words = (kind.outbound_name if each.outbound else kind.inbound_name) if kind else ""
            end = each.link.target if each.outbound else each.link.source
            texts.append(f"{words}: {each.asset.body.get('key') if each.asset else end}")
        return self._writing.safe(self._writing.joined(texts))


def text_rows(columns: Sequence[Column], writing: Writing, *, split: bool) -> RowMaker:
    """Return what makes rows of text."""

    def write(column: Column) -> Write:
        assert column.field is not None
        return writing.text(column.field, currency=column.currency if split else None)

    return RowMaker(
        columns, writing, write=write, moment=lambda at: writing.moment(present_time(at))
    )


def _folder(record: Record, names: Names) -> str | None:
    found = names.folder(record.body.get("folder"))
    return (found["path"] or found["id"]) if found else None
