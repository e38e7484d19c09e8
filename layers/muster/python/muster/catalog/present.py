"""Types, fields, link types and folders as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from muster.catalog.load import FolderTree
from muster.catalog.model import (
    AssetType,
    Catalog,
    FieldKind,
    FieldType,
    LinkType,
    Option,
    PlacedField,
)
from muster.catalog.values import HANDLERS, present_value
from muster.ledger.model import Record, Stamp

_NOT_FOR_ALL = frozenset(
    {FieldKind.REFERENCE, FieldKind.ASSET_TYPE, FieldKind.FILE, FieldKind.IMAGE}
)
"""Kinds whose example names something that a tenant need not have."""


class CatalogNames:
    """What a default of a field can refer to, by name."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def asset(self, asset_id: str) -> dict[str, Any] | None:
        """Return nothing but the id: the catalog knows no assets."""
        return {"id": asset_id, "key": None, "name": None, "tag": None}

    def member(self, member_id: str) -> dict[str, Any] | None:
        """Return nothing but the id: the catalog knows no members."""
        return {"id": member_id, "name": None}

    def type(self, type_id: str) -> dict[str, Any] | None:
        """Return id, name and label of an asset type."""
        return present_type_brief(self._catalog, type_id)

    def file(self, file_id: str) -> dict[str, Any] | None:
        """Return nothing but the id: the catalog knows no files."""
        return {"id": file_id, "name": None, "media_type": None, "size": None}


def present_type(record: Record, catalog: Catalog) -> dict[str, Any]:
    """Return an asset type with all fields that its assets have."""
    kind = AssetType.model_validate(_with_identity(record))
    return {
        **_identity(record),
        "name": kind.name,
        "label": kind.label,
        "key_prefix": kind.key_prefix,
        "description": kind.description,
        "icon": kind.icon,
        "color": kind.color,
        "parent": present_type_brief(catalog, kind.parent) if kind.parent else None,
        "abstract": kind.abstract,
        "fields": [place.model_dump(mode="json") for place in kind.fields],
        "all_fields": _all_fields(catalog, record.id),
    }


def present_type_brief(catalog: Catalog, type_id: str) -> dict[str, Any]:
    """Return an asset type's id, name and label."""
    found = catalog.types.get(type_id)
    named = {"name": found.name, "label": found.label} if found else {"name": None, "label": None}
    return {"id": type_id, **named}


def present_field(record: Record, catalog: Catalog) -> dict[str, Any]:
    """Return a field type."""
    field = FieldType.model_validate(_with_identity(record))
    return {
        **_identity(record),
        "name": field.name,
        "label": field.label,
        "kind": field.kind,
        "required": field.required,
        **_rules(field, catalog),
        "number_template": field.number_template,
        "summable": field.summable,
        "hidden": field.hidden,
    }


def present_option(option: Option) -> dict[str, Any]:
    """Return a choice."""
    return option.model_dump(mode="json")


def present_link_type(record: Record, catalog: Catalog) -> dict[str, Any]:
    """Return a link type."""
    kind = LinkType.model_validate(_with_identity(record))
    return {
        **_identity(record),
        "name": kind.name,
        "outbound_name": kind.outbound_name,
        "inbound_name": kind.inbound_name,
        "symmetric": kind.symmetric,
        "color": kind.color,
        "source_types": _briefs(catalog, kind.source_types),
        "target_types": _briefs(catalog, kind.target_types),
    }


def present_folder(record: Record, tree: FolderTree, assets: Mapping[str, int]) -> dict[str, Any]:
    """Return a folder; `assets` has how many lie in each."""
    parent = record.body.get("parent")
    path = tree.path_of(parent) if parent else ""
    return {
        **_identity(record),
        "name": record.body["name"],
        "path": f"{path}/{record.body['name']}",
        "parent": {"id": parent, "path": path} if parent else None,
        "assets": assets.get(record.id, 0),
        "folders": len(tree.children.get(record.id, ())),
    }


def present_schema(catalog: Catalog, kind: AssetType, *, may_write: bool) -> dict[str, Any]:
    """Return what an asset of a type holds, for forms and imports."""
    placed = catalog.fields_of(kind.id)
    return {
        "type": present_type_brief(catalog, kind.id),
        "abstract": kind.abstract,
        "may_write": may_write,
        "fields": [
            {
                **shown,
                **_rules(placed[shown["field"]].definition, catalog),
                "in_create": placed[shown["field"]].placement.in_create,
                "read_only": shown["kind"] is FieldKind.AUTO_NUMBER,
                "example": _example(placed[shown["field"]].definition),
            }
            for shown in _all_fields(catalog, kind.id)
        ],
    }


def _rules(field: FieldType, catalog: Catalog) -> dict[str, Any]:
    return {
        "help": field.help,
        "unit": field.unit,
        "unique": field.unique,
        "pattern": field.pattern,
        "min_values": field.min_values,
        "max_values": field.max_values,
        "minimum": field.minimum,
        "maximum": field.maximum,
        "default": present_value(field, field.default, CatalogNames(catalog)),
        "options": [present_option(option) for option in field.options],
        "currency": field.currency,
        "reference_types": _briefs(catalog, field.reference_types),
    }


def _all_fields(catalog: Catalog, type_id: str) -> list[dict[str, Any]]:
    owners = {
        place.field: owner.id
        for owner in reversed(list(catalog.ancestors(type_id)))
        for place in owner.fields
    }
    return [
        {
            "field": name,
            "label": placed.label,
            "kind": placed.definition.kind,
            "required": placed.required,
            "inherited": placed.inherited,
            "inherited_from": _origin(catalog, placed, owners[name]),
            "section": placed.placement.section,
        }
        for name, placed in catalog.fields_of(type_id).items()
    ]


def _origin(catalog: Catalog, placed: PlacedField, owner: str) -> dict[str, Any] | None:
    return present_type_brief(catalog, owner) if placed.inherited else None


def _example(field: FieldType) -> Any:
    if field.options:
        usable = [option.label for option in field.options if not option.retired]
        return (usable[:1] if field.many else usable[0]) if usable else None
    if field.kind in _NOT_FOR_ALL or field.pattern or field.currency:
        return None
    example = HANDLERS[field.kind].example
    return [example] if field.many and example is not None else example


def _briefs(catalog: Catalog, type_ids: Iterable[str]) -> list[dict[str, Any]]:
    return [present_type_brief(catalog, type_id) for type_id in type_ids]


def _identity(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        "version": record.version,
        "created": _stamp(record.created),
        "updated": _stamp(record.updated),
    }


def _with_identity(record: Record) -> dict[str, Any]:
    return {**record.body, "id": record.id, "version": record.version}


def _stamp(stamp: Stamp) -> dict[str, Any]:
    return {"at": _time(stamp.at), "by": {"id": stamp.by.id, "name": stamp.by.name}}


def _time(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
