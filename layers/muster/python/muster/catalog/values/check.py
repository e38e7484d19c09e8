"""The fields of an asset as a whole: known, well-formed, complete, unique."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from muster.catalog.model import OPTION_KINDS, Catalog, FieldKind, FieldType, PlacedField
from muster.catalog.values.convert import mark_value, parse_value
from muster.catalog.values.terms import ValueContext, ValueProblem
from muster.errors import FieldError
from muster.ledger.model import Mark


def check_fields(
    catalog: Catalog,
    type_id: str,
    raw: Mapping[str, Any],
    *,
    context: ValueContext,
    current: Mapping[str, Any] | None,
    pointer: str = "/custom_fields",
) -> tuple[dict[str, Any], list[FieldError]]:
    """Check the fields of an asset of a type against typed JSON.

    Without `current` it is a new asset: defaults are filled in and required fields have to be
    there. With it `raw` is a merge-patch of it, null clears, and only what is touched is checked.
    Returns the fields in stored form, and every error with its pointer.
    """
    placed = catalog.fields_of(type_id)
    fields = dict(current or _defaults(placed))
    errors: list[FieldError] = []
    for name, value in raw.items():
        at = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
        if name not in placed:
            errors.append(_unknown(name, placed, catalog, at))
            continue
        error = _set(fields, placed[name], value, (context, current or {}))
        if error is not None:
            errors.append(FieldError(error.code, error.detail, at))
    touched = placed.keys() if current is None else raw.keys() & placed.keys()
    broken = {error.pointer for error in errors}
    for name in placed:
        at = f"{pointer}/{name}"
        if name in touched and at not in broken and _lacks(placed[name], fields.get(name)):
            errors.append(FieldError("required", f"{placed[name].label} is required.", at))
    return {n: v for n, v in fields.items() if v is not None}, errors


def field_marks(catalog: Catalog, type_id: str, fields: Mapping[str, Any]) -> frozenset[Mark]:
    """Return the unique values among the fields of an asset of a type."""
    return frozenset(
        mark
        for name, placed in catalog.fields_of(type_id).items()
        if placed.definition.unique and fields.get(name) is not None
        for mark in value_marks(placed.definition, fields[name])
    )


def value_marks(field: FieldType, stored: Any) -> list[Mark]:
    """Return the marks of a unique field's value: one for each of a list."""
    values = stored if isinstance(stored, list) and field.many else [stored]
    return [Mark(f"field:{field.name}", mark_value(field, value)) for value in values]


def _set(
    fields: dict[str, Any],
    placed: PlacedField,
    raw: Any,
    around: tuple[ValueContext, Mapping[str, Any]],
) -> ValueProblem | None:
    """Put a value into the fields, or return what is wrong with it."""
    context, current = around
    definition = placed.definition
    try:
        value = parse_value(definition, raw, context)
        _check_retired(definition, value, current.get(definition.name))
    except ValueProblem as problem:
        return problem
    if value is None and definition.kind is FieldKind.AUTO_NUMBER:
        return ValueProblem("read_only", f"{placed.label} numbers itself and can't be cleared.")
    fields[definition.name] = value
    return None


def _check_retired(field: FieldType, value: Any, current: Any) -> None:
    """Refuse a retired option, but for one that the asset has already."""
    if field.kind not in OPTION_KINDS or value is None:
        return
    had = set(current if isinstance(current, list) else [current])
    retired = {option.id: option.label for option in field.options if option.retired}
    for chosen in value if isinstance(value, list) else [value]:
        if chosen in retired and chosen not in had:
            detail = f"{field.label}: the option {retired[chosen]!r} is retired."
            raise ValueProblem("retired_option", detail)


def _lacks(placed: PlacedField, value: Any) -> bool:
    return placed.required and value is None and placed.definition.kind is not FieldKind.AUTO_NUMBER


def _defaults(placed: Mapping[str, PlacedField]) -> dict[str, Any]:
    return {
        name: place.definition.default
        for name, place in placed.items()
        if place.definition.default is not None
    }


def _unknown(name: str, placed: Mapping[str, PlacedField], catalog: Catalog, at: str) -> FieldError:
    if name in catalog.fields:
        detail = f"{name} is a field, but not one of this type. Place it on the type first."
        return FieldError("field_not_on_type", detail, at)
    near = get_close_matches(name, placed, 1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return FieldError("unknown_field", f"There is no field {name[:80]!r}.{hint}", at)
