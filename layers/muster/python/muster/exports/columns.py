"""The columns of an export: which there are, and what stands above them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from muster.assets.refusals import nearest
from muster.catalog.model import Catalog, FieldKind, FieldType
from muster.errors import FieldError
from muster.exports.asked import ExportRequest
from muster.exports.refusals import InvalidExportError

_FIRST = {
    "id": "Id",
    "key": "Key",
    "name": "Name",
    "tag": "Tag",
    "serial": "Serial number",
    "description": "Description",
    "type": "Type",
    "folder": "Folder",
}
_LAST = {
    "links": "Links",
    "images": "Images",
    "files": "Files",
    "created_at": "Created at",
    "created_by": "Created by",
    "updated_at": "Updated at",
    "updated_by": "Updated by",
    "trashed_at": "Trashed at",
}
BUILT_IN = {**_FIRST, **_LAST}
"""Labels of the columns that every asset has."""
_VISIBLE = tuple(name for name in _FIRST if name != "id")
_CUSTOM = ("cf.", "custom_fields.")


@dataclass(frozen=True)
class Column:
    """A column: one built-in, one field, or the currencies of a field of money."""

    name: str
    label: str
    field: FieldType | None = None
    currency: bool = False
    """The second column of an amount that is split."""

    def head(self, style: str) -> str:
        """Return what stands above it; `name_label` is how Asset Tracker for Jira writes fields."""
        name = f"{self.name}.currency" if self.currency else self.name
        label = f"{self.label} (currency)" if self.currency else self.label
        if self.field is None:
            return name if style == "name" else label
        return {"name": name, "label": label}.get(style, f"{name} ({label})")


def check_names(catalog: Catalog, request: ExportRequest) -> None:
    """Raise InvalidExportError for each column that means nothing."""
    if isinstance(request.fields, str):
        return
    errors = []
    seen: set[str] = set()
    for index, asked in enumerate(request.fields):
        name, pointer = plain_name(catalog, asked), f"/fields/{index}"
        if name not in BUILT_IN and name not in catalog.fields:
            detail = f"There is no field {asked[:80]!r}{nearest(name, _known(catalog))}"
            errors.append(FieldError("unknown_field", detail, pointer))
        elif name in seen:
            errors.append(FieldError("repeated_field", f"{name} is named twice.", pointer))
        seen.add(name)
    if errors:
        raise InvalidExportError("Some columns can't be exported.", errors=errors)


def plain_name(catalog: Catalog, asked: str) -> str:
    """Return a column's name without the prefix that filters need."""
    if asked in catalog.fields:
        return asked
    return next((asked.removeprefix(p) for p in _CUSTOM if asked.startswith(p)), asked)


def column_names(
    catalog: Catalog, request: ExportRequest, type_ids: Collection[str]
) -> tuple[str, ...]:
    """Return the names of the columns, for assets of these types."""
    if not isinstance(request.fields, str):
        return tuple(plain_name(catalog, name) for name in request.fields)
    everything = request.fields == "all"
    own = {
        name: None
        for type_id in sorted(type_ids, key=lambda t: _order(catalog, t))
        for name, placed in catalog.fields_of(type_id).items()
        if everything or not placed.definition.hidden
    }
    return (*_FIRST, *own, *_LAST) if everything else (*_VISIBLE, *own)


def columns(catalog: Catalog, names: Sequence[str], *, split: bool) -> tuple[Column, ...]:
    """Return the columns of these names; `split` gives amounts of money a second one."""
    return tuple(_columns(catalog, names, split=split))


def _columns(catalog: Catalog, names: Sequence[str], *, split: bool) -> Iterator[Column]:
    for name in names:
        definition = catalog.fields.get(name)
        if definition is None:
            # A field that was deleted since the export began keeps its column, which stays empty.
            yield Column(name, BUILT_IN.get(name, name))
            continue
        yield Column(name, definition.label, definition)
        if split and definition.kind is FieldKind.MONEY:
            yield Column(name, definition.label, definition, currency=True)


def _order(catalog: Catalog, type_id: str) -> tuple[str, str]:
    found = catalog.types.get(type_id)
    return (found.label if found else "", type_id)


def _known(catalog: Catalog) -> list[str]:
    return [*BUILT_IN, *catalog.fields]
