"""Use cases of views: made, looked at, changed, removed, and chosen for a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from muster.access.model import Permission
from muster.assets.decide import look
from muster.assets.model import FolderReference, reference_text
from muster.assets.resolve import Resolver
from muster.catalog.load import load_folders
from muster.catalog.model import Catalog
from muster.errors import FieldError
from muster.ids import new_id
from muster.ledger.model import Record
from muster.ownership import Owned, sharing_errors
from muster.scope import Scope
from muster.views.asked import ViewDraft, ViewPatch
from muster.views.columns import column_errors, is_column, plain_name
from muster.views.refusals import (
    InvalidViewError,
    ViewNameTakenError,
    ViewNotFoundError,
    ViewNotYoursError,
)

KIND = "view"
VIEWS = Owned(
    KIND,
    "view",
    Permission.SEARCH_SHARE,
    InvalidViewError,
    ViewNotFoundError,
    ViewNameTakenError,
    ViewNotYoursError,
)


def create_view(scope: Scope, draft: ViewDraft) -> Record:
    """Save a view; the caller owns it.

    Raises InvalidViewError, ViewNameTakenError, ViewNotYoursError.
    """
    return VIEWS.create(scope, new_id(KIND), lambda scope, _: _body(scope, draft, scope.actor.id))


def patch_view(scope: Scope, view_id: str, patch: ViewPatch, if_match: int | None = None) -> Record:
    """Change a view by merge-patch. Columns whose field is gone drop out.

    Raises ViewNotFoundError, VersionConflictError, and what `create_view` raises.
    """
    given = patch.model_dump(mode="json", exclude_unset=True)

    def plan(scope: Scope, before: Record | None) -> dict[str, Any]:
        assert before is not None
        kept = {**before.body, "columns": columns_of(look(scope).catalog, before)[0]}
        draft = VIEWS.merged(ViewDraft, kept, given)
        return _body(scope, draft, before.body["owner"])

    return VIEWS.change(scope, view_id, plan, if_match)


def columns_of(catalog: Catalog, view: Record) -> tuple[list[str], list[str]]:
    """Return the columns of a view that there are, and those whose field is gone."""
    names = view.body["columns"]
    there = [name for name in names if is_column(catalog, name)]
    return there, [name for name in names if name not in there]


def list_views(scope: Scope, *, type_word: str | None, folder_word: str | None) -> list[Record]:
    """Return the views that the caller may see, oldest first.

    With a type or a folder those that are made for it, the nearest first. Raises InvalidViewError.
    """
    records = VIEWS.every(scope)
    if type_word is not None:
        records = _nearest(records, "default_types", _types(scope, type_word))
    if folder_word is not None:
        records = _nearest(records, "default_folders", _folders(scope, folder_word))
    return records


def _nearest(records: Sequence[Record], member: str, ids: Sequence[str]) -> list[Record]:
    """Return the records that name one of the ids, in the order of these."""
    place = {each: number for number, each in enumerate(ids)}
    found = [
        (min(place[each] for each in record.body[member] if each in place), record)
        for record in records
        if place.keys() & set(record.body.get(member, ()))
    ]
    return [record for _, record in sorted(found, key=lambda pair: (pair[0], pair[1].id))]


def _types(scope: Scope, word: str) -> list[str]:
    catalog = look(scope).catalog
    found = catalog.type_of(word)
    if found is None:
        VIEWS.refuse(
            [FieldError("unknown_type", f"There is no type {word[:80]!r}.", parameter="type")]
        )
        return []
    return [each.id for each in catalog.ancestors(found.id)]


def _folders(scope: Scope, word: str) -> list[str]:
    found = Resolver(scope, look(scope).catalog).folder_id(word)
    if found is None:
        detail = f"There is no folder {word[:80]!r}."
        VIEWS.refuse([FieldError("unknown_folder", detail, parameter="folder")])
    return [each.id for each in load_folders(scope).ancestors(found)] if found else []


def _body(scope: Scope, draft: ViewDraft, owner: str) -> dict[str, Any]:
    """Return the record's body; raises InvalidViewError for all that is wrong at once."""
    catalog = look(scope).catalog
    resolver = Resolver(scope, catalog)
    types = [catalog.type_of(reference_text(each)) for each in draft.default_types]
    folders = [_folder(resolver, each) for each in draft.default_folders]
    VIEWS.refuse(
        [
            *column_errors(catalog, draft.columns, "/columns"),
            *_unknown("type", "/default_types", types),
            *_unknown("folder", "/default_folders", folders),
            *sharing_errors(scope, draft.shared_with),
        ]
    )
    body: dict[str, Any] = {
        "name": draft.name,
        "owner": owner,
        "visibility": draft.visibility,
        "columns": [plain_name(catalog, word) for word in draft.columns],
    }
    lists = {
        "shared_with": draft.shared_with,
        "default_types": [found.id for found in types if found],
        "default_folders": [found for found in folders if found],
    }
    return body | {name: list(dict.fromkeys(some)) for name, some in lists.items() if some}


def _folder(resolver: Resolver, reference: FolderReference) -> str | None:
    # The root has no id, and every list without a folder is its: no view can be meant for it.
    return resolver.folder_id(reference) or None


def _unknown(noun: str, pointer: str, found: Sequence[object]) -> list[FieldError]:
    return [
        FieldError(f"unknown_{noun}", f"There is no {noun} of this name.", f"{pointer}/{number}")
        for number, each in enumerate(found)
        if each is None
    ]
