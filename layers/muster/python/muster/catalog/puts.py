"""The writes that keep types, fields, link types and folders, with names that no other may have."""

from __future__ import annotations

from muster.catalog.model import AssetType, CatalogModel, FieldType, Folder, LinkType
from muster.ledger.model import Mark, Put, Record, Tombstone
from muster.text import fold

type Before = Record | Tombstone | None


def type_put(asset_type: AssetType, before: Before = None) -> Put:
    """Return the write of an asset type: dotted names are unique among types."""
    return _put("asset_type", asset_type, asset_type.id, _named("type", asset_type.name), before)


def field_put(field: FieldType, before: Before = None) -> Put:
    """Return the write of a field type: dotted names are unique among fields."""
    return _put("field_type", field, field.id, _named("field", field.name), before)


def link_type_put(link_type: LinkType, before: Before = None) -> Put:
    """Return the write of a link type: names are unique among link types."""
    return _put("link_type", link_type, link_type.id, _named("link_type", link_type.name), before)


def folder_put(folder: Folder, before: Before = None) -> Put:
    """Return the write of a folder: names are unique among siblings."""
    siblings = f"folder:{folder.parent or 'root'}"
    return _put("folder", folder, folder.id, _named(siblings, folder.name), before)


def _named(constraint: str, name: str) -> frozenset[Mark]:
    return frozenset({Mark(constraint, fold(name))})


def _put(
    kind: str, model: CatalogModel, record_id: str, marks: frozenset[Mark], before: Before
) -> Put:
    return Put(kind, record_id, model.body(), marks=marks, before=before)
