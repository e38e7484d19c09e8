"""Custom fields of an asset in planning: merged, kept through a change of type, found missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from muster.catalog.model import AssetType, Catalog, FieldKind, PlacedField
from muster.catalog.values import ValueContext, check_fields
from muster.errors import FieldError
from muster.ledger.model import Number


def new_fields(
    catalog: Catalog,
    kind: AssetType,
    raw: Mapping[str, Any],
    stored: Mapping[str, Any],
    values: ValueContext,
) -> tuple[dict[str, Any], list[FieldError]]:
    """Return a new asset's fields in stored form; `stored` ones are taken as they are."""
    fields, errors = check_fields(catalog, kind.id, raw, context=values, current=None)
    given = {field_pointer(name) for name in stored}
    left = [e for e in errors if e.code != "required" or e.pointer not in given]
    return held({**fields, **stored}), left


def patched_fields(
    catalog: Catalog, body: Mapping[str, Any], raw: Mapping[str, Any], values: ValueContext
) -> tuple[dict[str, Any], list[FieldError]]:
    """Merge into the fields of the body's type; values that it has no field for are kept."""
    placed = catalog.fields_of(body["type"])
    before = body.get("fields", {})
    own = {n: v for n, v in before.items() if n in placed}
    # Null clears a value that the type has no field for; anything else there is an unknown field.
    cleared = {n for n, v in raw.items() if v is None and n in before and n not in placed}
    asked = {n: v for n, v in raw.items() if n not in cleared}
    fields, errors = check_fields(catalog, body["type"], asked, context=values, current=own)
    others = {n: v for n, v in before.items() if n not in placed and n not in cleared}
    return held({**others, **fields}), list(errors)


def held(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


def defaults(catalog: Catalog, kind: AssetType) -> dict[str, Any]:
    """Return the default values of a type's fields, in stored form."""
    return {
        name: placed.definition.default
        for name, placed in catalog.fields_of(kind.id).items()
        if placed.definition.default is not None
    }


def missing(
    catalog: Catalog, kind: AssetType, fields: Mapping[str, Any], found: Sequence[FieldError]
) -> list[FieldError]:
    """Return what to say of required fields without a value, but for those in `found`."""
    told = {error.pointer for error in found}
    return [
        FieldError("required", f"{placed.label} is required for {kind.label}.", pointer)
        for name, placed in catalog.fields_of(kind.id).items()
        if placed.required
        and placed.definition.kind is not FieldKind.AUTO_NUMBER
        and fields.get(name) in (None, "", [])
        and (pointer := field_pointer(name)) not in told
    ]


def copied(catalog: Catalog, kind: AssetType, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the fields that a clone takes over: nothing unique or numbered."""
    placed = catalog.fields_of(kind.id)
    return {n: v for n, v in fields.items() if n in placed and _may_be_copied(placed[n])}


def auto_numbers(
    catalog: Catalog, kind: AssetType, fields: Mapping[str, Any]
) -> tuple[Number, ...]:
    """Return the numbers to draw for fields that number themselves and have no value."""
    return tuple(
        Number(("fields", name), f"field:{name}", placed.definition.number_template)
        for name, placed in catalog.fields_of(kind.id).items()
        if placed.definition.kind is FieldKind.AUTO_NUMBER and name not in fields
    )


def field_pointer(name: str) -> str:
    """Return the JSON pointer of a custom field in a request's body."""
    return "/custom_fields/" + name.replace("~", "~0").replace("/", "~1")


def _may_be_copied(placed: PlacedField) -> bool:
    return not placed.definition.unique and placed.definition.kind is not FieldKind.AUTO_NUMBER
