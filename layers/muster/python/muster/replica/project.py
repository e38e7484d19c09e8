"""What the replica's tables hold of a record's body. Pure: old rows follow from the old body."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

from muster.replica.cells import Scalar, cells, key_order, storable, text_cell
from muster.replica.words import rest, titles

IMAGES = "@images"
FILES = "@files"
DESCRIPTION = "@description"
"""What an asset's images, its files in all versions, and its description are held as, like a
field's values: fields' names are dotted, so that no field has one of these."""


class Value(NamedTuple):
    """One value of a field, comparable."""

    field: str
    position: int
    value: Scalar
    unit: str | None


class Asset(NamedTuple):
    """What is held of an asset, but for the times of its record."""

    columns: tuple[Scalar, ...]
    """trashed, type, folder, name, tag, serial, key, key_order"""
    values: frozenset[Value]
    titles: str
    rest: str


def asset(body: Mapping[str, Any]) -> Asset:
    """Return what is held of an asset."""
    key = title(body.get("key"))
    columns = (
        int(body.get("trashed_at") is not None),
        plain(body.get("type")),
        plain(body.get("folder")),
        title(body.get("name")),
        title(body.get("tag")),
        title(body.get("serial")),
        key,
        key_order(key),
    )
    values = frozenset(
        Value(storable(name), position, value, unit)
        for name, held in chain((body.get("fields") or {}).items(), _unplaced(body))
        for position, (value, unit) in enumerate(cells(held))
    )
    return Asset(columns, values, titles(body), rest(body))


def _unplaced(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what is held like a field's values though it is none, by its name here."""
    yield DESCRIPTION, body.get("description")
    images, files = body.get("images"), body.get("files")
    if images:
        yield IMAGES, images
    if files:
        yield FILES, [version["file"] for each in files for version in each["versions"]]


def link(body: Mapping[str, Any]) -> tuple[str | None, ...]:
    """Return a link's type, source and target."""
    return plain(body.get("type")), plain(body.get("source")), plain(body.get("target"))


def plain(value: Any) -> str | None:
    """Return an id as it is compared: exactly."""
    return storable(value) if isinstance(value, str) else None


def title(value: Any) -> str | None:
    """Return a built-in text as it is compared."""
    return text_cell(value) if isinstance(value, str) else None
