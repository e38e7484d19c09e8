"""Use cases of asset types."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from muster.catalog import change, names, refusals
from muster.catalog.icons import check_icon, icon_fences
from muster.catalog.load import load_catalog
from muster.catalog.model import AssetType, Catalog, FieldKind, FieldType
from muster.catalog.puts import type_put
from muster.catalog.unique import claim_values
from muster.errors import FieldError
from muster.ids import new_id
from muster.ledger.model import Delete, Put, Record, Write
from muster.scope import Scope

KIND = "asset_type"
_DEEPEST = 20


def create_type(scope: Scope, draft: AssetType) -> Record:
    """Make an asset type; raises InvalidCatalogError, NameTakenError."""
    fresh = draft.model_copy(update={"id": new_id(KIND)})

    def plan(scope: Scope) -> Put:
        check_icon(scope, fresh.icon)
        return type_put(_checked(load_catalog(scope), fresh))

    return change.create(scope, plan, "catalog", *icon_fences(fresh.icon))


def replace_type(
    scope: Scope, type_id: str, draft: AssetType, if_match: int | None = None
) -> Record:
    """Give an asset type another definition; name and id stay.

    Raises TypeNotFoundError, VersionConflictError, InvalidCatalogError, InUseError. Values of
    fields that are no longer placed are kept on the assets and show again when they are.
    """
    return _change(scope, type_id, lambda _: draft, if_match)


def patch_type(
    scope: Scope, type_id: str, patch: Mapping[str, Any], if_match: int | None = None
) -> Record:
    """Merge a patch into an asset type; `fields` is replaced as a whole. Raises as above."""
    return _change(
        scope, type_id, lambda before: change.merged(AssetType, before.body, patch), if_match
    )


def _change(
    scope: Scope, type_id: str, edit: Callable[[Record], AssetType], if_match: int | None
) -> Record:
    def plan(scope: Scope, before: Record) -> Put:
        after = edit(before).model_copy(update={"id": type_id})
        if after.name != before.body["name"]:
            detail = "The name of a type never changes: searches and imports rest on it."
            raise refusals.invalid([FieldError("name_fixed", detail, "/name")])
        if after.abstract and not before.body.get("abstract"):
            _refuse_assets(scope, type_id, "make it abstract")
        if after.icon != before.body.get("icon"):
            check_icon(scope, after.icon)
        catalog = load_catalog(scope)
        valid = _checked(catalog, after)
        later = dataclasses.replace(catalog, types={**catalog.types, type_id: valid})
        for name in _newly_unique(catalog, later, type_id):
            claim_values(scope, later, later.fields[name])
        return type_put(valid, before)

    def fences(before: Record, put: Put) -> Iterable[str]:
        # Only these rest on the assets that there are.
        rests = any(before.body.get(n) != put.body.get(n) for n in ("abstract", "parent", "fields"))
        fences = ("catalog", "assets") if rests else ("catalog",)
        return (*fences, *icon_fences(put.body.get("icon")))

    return change.change(scope, (KIND, type_id), plan, fences=fences, if_match=if_match)


def _newly_unique(before: Catalog, after: Catalog, type_id: str) -> list[str]:
    """Return the unique fields that a change brings to the type or one below it.

    Assets may hold values of them already, from a time when their type had the field.
    """
    found = {
        name
        for below in after.subtypes(type_id)
        for name, placed in after.fields_of(below).items()
        if placed.definition.unique and name not in before.fields_of(below)
    }
    return sorted(found)


def delete_type(
    scope: Scope, type_id: str, if_match: int | None = None, *, ignore_uses: bool = False
) -> None:
    """Remove an asset type that has neither assets, in the trash or not, nor subtypes.

    Raises TypeNotFoundError, VersionConflictError, InUseError.
    """

    def plan(scope: Scope, before: Record) -> Sequence[Write]:
        catalog = load_catalog(scope)
        below = [t.label for t in catalog.types.values() if t.parent == type_id]
        if below:
            refusals.in_use(f"It is the parent of {', '.join(below)}.", subtypes=len(below))
        _refuse_assets(scope, type_id, "delete it")
        _refuse_mentions(scope, catalog, type_id)
        return [Delete(before)]

    change.remove(
        scope,
        (KIND, type_id),
        plan,
        *("catalog", "assets"),
        if_match=if_match,
        ignore_uses=ignore_uses,
    )


def _refuse_mentions(scope: Scope, catalog: Catalog, type_id: str) -> None:
    """Refuse while fields, values of fields, or link types name the type."""
    fields = [f for f in catalog.fields.values() if type_id in f.reference_types]
    fields += [f for f in catalog.fields.values() if _has_default(f, type_id)]
    if fields:
        names = ", ".join(sorted({f.name for f in fields}))
        refusals.in_use(f"The fields {names} refer to it.", fields=len(fields))
    links = [t for t in catalog.link_types.values() if type_id in t.source_types + t.target_types]
    if links:
        names = ", ".join(sorted(t.name for t in links))
        refusals.in_use(f"The link types {names} refer to it.", link_types=len(links))
    for field in catalog.fields.values():
        if field.kind is FieldKind.ASSET_TYPE:
            count = scope.replica.field_in_use(field.name, option=type_id)
            if count:
                refusals.in_use(f"{count} assets name it in {field.name}.", assets=count)


def _has_default(field: FieldType, type_id: str) -> bool:
    chosen = field.default if isinstance(field.default, list) else [field.default]
    return field.kind is FieldKind.ASSET_TYPE and type_id in chosen


def _refuse_assets(scope: Scope, type_id: str, purpose: str) -> None:
    count = scope.replica.count_assets(by="type").get(type_id, 0)
    if count:
        detail = (
            f"{count} assets are of this type, those in the trash included. Change their type or "
            f"purge them to {purpose}."
        )
        refusals.in_use(detail, assets=count)


def _checked(catalog: Catalog, draft: AssetType) -> AssetType:
    errors = [
        *names.dotted_name_errors(draft.name),
        *names.key_prefix_errors(draft.key_prefix),
        *names.color_errors(draft.color, "/color"),
        *names.placement_errors(draft.fields),
        *_placement_errors(catalog, draft),
    ]
    parent, wrong = _parent(catalog, draft)
    errors += wrong
    if errors:
        raise refusals.invalid(errors)
    return draft.model_copy(update={"parent": parent})


def _parent(catalog: Catalog, draft: AssetType) -> tuple[str | None, list[FieldError]]:
    if draft.parent is None:
        return None, []
    parent = catalog.type_of(draft.parent)
    if parent is None:
        detail = f"There is no asset type {draft.parent[:80]!r}."
        return None, [FieldError("unknown_type", detail, "/parent")]
    line = [ancestor.id for ancestor in catalog.ancestors(parent.id)]
    if draft.id in line:
        detail = f"{parent.label} is below this type: a type can't inherit from itself."
        return None, [FieldError("type_cycle", detail, "/parent")]
    if len(line) >= _DEEPEST:
        detail = f"Types are nested up to {_DEEPEST} deep."
        return None, [FieldError("too_deep", detail, "/parent")]
    return parent.id, []


def _placement_errors(catalog: Catalog, draft: AssetType) -> list[FieldError]:
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, place in enumerate(draft.fields):
        at = f"/fields/{index}/field"
        if place.field not in catalog.fields:
            near = get_close_matches(place.field, catalog.fields, 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            detail = f"There is no field {place.field[:80]!r}.{hint}"
            errors.append(FieldError("unknown_field", detail, at))
        elif place.field in seen:
            errors.append(FieldError("field_twice", f"{place.field} is placed twice.", at))
        seen.add(place.field)
    return errors
