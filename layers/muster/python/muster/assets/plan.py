"""What a change to an asset comes to, decided without a ledger: draft or patch in, `Put` out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from muster.assets import refusals
from muster.assets.fields import (
    auto_numbers,
    copied,
    defaults,
    held,
    missing,
    new_fields,
    patched_fields,
)
from muster.assets.model import (
    KIND,
    AssetDraft,
    AssetPatch,
    Clone,
    FolderReference,
    TypeChange,
    TypeReference,
    is_trashed,
    reference_text,
    title_of,
)
from muster.catalog.model import AssetType, Catalog
from muster.catalog.values import ValueContext, field_marks
from muster.errors import FieldError
from muster.ids import new_id
from muster.ledger.diff import same
from muster.ledger.model import Actor, Mark, Number, Put, Record
from muster.text import fold

_TEXTS = ("name", "tag", "serial", "description")


@dataclass(frozen=True)
class PlanContext:
    """What planning has to know beside the catalog.

    `folder` gives a folder's id, an empty text for the root, None for one that isn't there.
    """

    actor: Actor
    now: datetime
    values: ValueContext
    folder: Callable[[FolderReference], str | None]


def plan_create(
    catalog: Catalog,
    draft: AssetDraft,
    context: PlanContext,
    *,
    asset_id: str | None = None,
    stored: Mapping[str, Any] | None = None,
) -> Put:
    """Return the write that makes the asset; raises InvalidAssetError with every field's problem.

    `stored` holds field values that are in stored form already, such as those read from a file.
    """
    kind = usable_type(catalog, draft.type)
    fields, errors = new_fields(catalog, kind, draft.custom_fields, stored or {}, context.values)
    body = _with_folder(_with_texts({}, draft, kind), draft, context, errors)
    if errors:
        raise refusals.invalid(errors)
    return _creation(catalog, kind, {**body, "fields": fields}, asset_id)


def plan_patch(
    catalog: Catalog,
    record: Record,
    patch: AssetPatch,
    context: PlanContext,
    *,
    stored: Mapping[str, Any] | None = None,
) -> Put | None:
    """Return the write that changes the asset, or None when it holds all that already.

    `stored` is as in `plan_create`; None clears. Raises InvalidAssetError, AssetInTrashError.
    """
    if is_trashed(record):
        raise refusals.in_trash(record)
    errors: list[FieldError] = []
    body = _with_texts(record.body, patch, catalog.types.get(record.body["type"]))
    body = _with_folder(body, patch, context, errors)
    if patch.custom_fields or stored:
        fields, wrong = patched_fields(catalog, body, patch.custom_fields, context.values)
        errors += wrong
        body["fields"] = held({**fields, **(stored or {})})
    if errors:
        raise refusals.invalid(errors)
    return _update(catalog, record, body)


def plan_trash(record: Record, context: PlanContext) -> Put:
    """Return the write that lays the asset in the trash; its unique values are free then."""
    if is_trashed(record):
        raise refusals.in_trash(record)
    at = context.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    body = {**record.body, "trashed_at": at, "trashed_by": context.actor.id}
    return Put(KIND, record.id, body, before=record)


def plan_restore(catalog: Catalog, record: Record, context: PlanContext) -> Put:
    """Return the write that takes the asset out of the trash and claims its unique values again.

    A folder that is gone meanwhile leaves the asset at the root.
    """
    if not is_trashed(record):
        raise refusals.not_in_trash(record)
    body = {n: v for n, v in record.body.items() if n not in {"trashed_at", "trashed_by"}}
    if body.get("folder") and context.folder(body["folder"]) is None:
        del body["folder"]
    return Put(KIND, record.id, body, asset_marks(catalog, body), before=record)


def plan_change_type(
    catalog: Catalog, record: Record, change: TypeChange, context: PlanContext
) -> Put | None:
    """Return the write that gives the asset another type; every value is kept.

    What the new type has no field for stays in the body unseen, and shows again when the type
    comes back. Raises InvalidAssetError, also for required fields of the new type without a value.
    """
    if is_trashed(record):
        raise refusals.in_trash(record)
    kind = usable_type(catalog, change.type)
    body = {**record.body, "type": kind.id}
    fields, errors = patched_fields(catalog, body, change.custom_fields, context.values)
    fields = defaults(catalog, kind) | fields
    errors += missing(catalog, kind, fields, errors)
    if errors:
        raise refusals.invalid(errors)
    numbers = auto_numbers(catalog, kind, fields)
    return _update(catalog, record, {**body, "fields": fields}, numbers)


def plan_clone(
    catalog: Catalog,
    record: Record,
    clone: Clone,
    context: PlanContext,
    *,
    asset_id: str | None = None,
) -> Put:
    """Return the write that makes a copy, without tag, serial number, unique values and files."""
    kind = usable_type(catalog, record.body["type"])
    source = {
        n: record.body[n] for n in ("name", "folder", "description", "images") if n in record.body
    }
    if source["name"] in (record.body.get("tag"), record.body.get("serial")):
        del source["name"]
    source |= {"type": kind.id, "fields": copied(catalog, kind, record.body["fields"])}
    fields, errors = patched_fields(catalog, source, clone.custom_fields, context.values)
    errors += missing(catalog, kind, fields, errors)
    body = _with_folder(_with_texts(source, clone, kind), clone, context, errors)
    if errors:
        raise refusals.invalid(errors)
    return _creation(catalog, kind, {**body, "fields": fields}, asset_id)


def asset_marks(catalog: Catalog, body: Mapping[str, Any]) -> frozenset[Mark]:
    """Return the unique values that an asset of this body holds: none in the trash."""
    if "trashed_at" in body:
        return frozenset()
    marks = field_marks(catalog, body["type"], body["fields"])
    tag = {Mark("tag", fold(body["tag"]))} if "tag" in body else set()
    return frozenset(marks | tag)


def usable_type(catalog: Catalog, reference: TypeReference) -> AssetType:
    """Return the type, if assets can be of it; raises InvalidAssetError."""
    words = reference_text(reference)
    found = catalog.type_of(words)
    if found is None:
        labels = {t.name: t.label for t in catalog.types.values()}
        raise refusals.invalid([refusals.unknown_type(words, labels)])
    if found.abstract:
        detail = f"{found.label} is abstract: assets are of one of its subtypes."
        raise refusals.invalid([FieldError("abstract_type", detail, "/type")])
    return found


def _creation(
    catalog: Catalog, kind: AssetType, body: Mapping[str, Any], asset_id: str | None
) -> Put:
    key = Number(("key",), f"key:{kind.key_prefix}", f"{kind.key_prefix}-{{n}}")
    return Put(
        KIND,
        asset_id or new_id(KIND),
        # An empty key keeps the place of the one that is drawn when this is committed.
        {**body, "type": kind.id, "key": ""},
        asset_marks(catalog, {**body, "type": kind.id}),
        numbers=(key, *auto_numbers(catalog, kind, body["fields"])),
    )


def _update(
    catalog: Catalog,
    record: Record,
    body: Mapping[str, Any],
    numbers: tuple[Number, ...] = (),
) -> Put | None:
    if not numbers and same(body, record.body):
        return None
    marks = asset_marks(catalog, body)
    return Put(KIND, record.id, body, marks, before=record, numbers=numbers)


def _with_texts(
    body: Mapping[str, Any], given: AssetDraft | AssetPatch, kind: AssetType | None
) -> dict[str, Any]:
    result = dict(body)
    for name in given.model_fields_set.intersection(_TEXTS):
        value = getattr(given, name)
        if value is None:
            result.pop(name, None)
        else:
            result[name] = value
    result.setdefault("name", title_of(result, kind.label if kind else "Asset"))
    return result


def _with_folder(
    body: dict[str, Any],
    given: AssetDraft | AssetPatch,
    context: PlanContext,
    errors: list[FieldError],
) -> dict[str, Any]:
    if "folder" not in given.model_fields_set:
        return body
    found = context.folder(given.folder) if given.folder is not None else ""
    if found is None:
        detail = f"There is no folder {_folder_words(given.folder)!r}."
        errors.append(FieldError("unknown_folder", detail, "/folder"))
    elif found:
        return {**body, "folder": found}
    return {name: value for name, value in body.items() if name != "folder"}


def _folder_words(reference: FolderReference | None) -> str:
    if reference is None or isinstance(reference, str):
        return reference or ""
    return next(iter(reference.given().values()))
