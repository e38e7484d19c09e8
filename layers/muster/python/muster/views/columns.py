"""The names of columns: what every asset has, and fields by their dotted names. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from muster.assets.refusals import nearest
from muster.catalog.model import Catalog
from muster.errors import FieldError

FIRST = {
    "id": "Id",
    "key": "Key",
    "name": "Name",
    "tag": "Tag",
    "serial": "Serial number",
    "description": "Description",
    "type": "Type",
    "folder": "Folder",
}
LAST = {
    "links": "Links",
    "images": "Images",
    "files": "Files",
    "created_at": "Created at",
    "created_by": "Created by",
    "updated_at": "Updated at",
    "updated_by": "Updated by",
    "trashed_at": "Trashed at",
}
BUILT_IN = {**FIRST, **LAST}
"""Labels of the columns that every asset has."""
_CUSTOM = ("cf.", "custom_fields.")


def plain_name(catalog: Catalog, asked: str) -> str:
    """Return a column's name without the prefix that filters need."""
    if asked in catalog.fields:
        return asked
    return next((asked.removeprefix(p) for p in _CUSTOM if asked.startswith(p)), asked)


def column_errors(catalog: Catalog, asked: Sequence[str], pointer: str) -> Iterator[FieldError]:
    """Yield what is wrong with a list of columns, at `<pointer>/<index>`."""
    seen: set[str] = set()
    for index, word in enumerate(asked):
        name, place = plain_name(catalog, word), f"{pointer}/{index}"
        if not is_column(catalog, name):
            hint = nearest(name, [*BUILT_IN, *catalog.fields])
            yield FieldError("unknown_field", f"There is no field {word[:80]!r}{hint}", place)
        elif name in seen:
            yield FieldError("repeated_field", f"{name} is named twice.", place)
        seen.add(name)


def is_column(catalog: Catalog, name: str) -> bool:
    """Tell whether there is a column of this plain name."""
    return name in BUILT_IN or name in catalog.fields
