"""Use cases of link types."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from muster.catalog import change, names, refusals
from muster.catalog.load import load_catalog
from muster.catalog.model import Catalog, LinkType
from muster.catalog.puts import link_type_put
from muster.errors import FieldError
from muster.ids import new_id
from muster.ledger.model import Delete, Put, Record, Write
from muster.scope import Scope

KIND = "link_type"


def create_link_type(scope: Scope, draft: LinkType) -> Record:
    """Make a link type; raises InvalidCatalogError, NameTakenError."""
    fresh = draft.model_copy(update={"id": new_id(KIND)})

    def plan(scope: Scope) -> Put:
        return link_type_put(_checked(load_catalog(scope), fresh))

    return change.create(scope, plan, "catalog")


def replace_link_type(
    scope: Scope, link_type_id: str, draft: LinkType, if_match: int | None = None
) -> Record:
    """Give a link type other names or rules; links that exist stay.

    Raises LinkTypeNotFoundError, VersionConflictError, InvalidCatalogError, NameTakenError,
    InUseError: whether it has a direction can't change while it has links.
    """
    return _change(scope, link_type_id, lambda _: draft, if_match)


def patch_link_type(
    scope: Scope, link_type_id: str, patch: Mapping[str, Any], if_match: int | None = None
) -> Record:
    """Merge a patch into a link type; raises what `replace_link_type` raises."""
    return _change(
        scope, link_type_id, lambda before: change.merged(LinkType, before.body, patch), if_match
    )


def _change(
    scope: Scope, link_type_id: str, edit: Callable[[Record], LinkType], if_match: int | None
) -> Record:
    def plan(scope: Scope, before: Record) -> Put:
        after = edit(before).model_copy(update={"id": link_type_id})
        if after.symmetric != before.body.get("symmetric", False):
            _refuse_links(scope, link_type_id)
        return link_type_put(_checked(load_catalog(scope), after), before)

    def fences(before: Record, put: Put) -> Iterable[str]:
        turned = before.body.get("symmetric") != put.body.get("symmetric")
        return ("catalog", "links") if turned else ("catalog",)

    key = (KIND, link_type_id)
    return change.change(scope, key, plan, fences=fences, if_match=if_match)


def delete_link_type(
    scope: Scope, link_type_id: str, if_match: int | None = None, *, ignore_uses: bool = False
) -> None:
    """Remove a link type without links; raises LinkTypeNotFoundError, InUseError."""

    def plan(scope: Scope, before: Record) -> Sequence[Write]:
        _refuse_links(scope, link_type_id)
        return [Delete(before)]

    change.remove(
        scope,
        (KIND, link_type_id),
        plan,
        *("catalog", "links"),
        if_match=if_match,
        ignore_uses=ignore_uses,
    )


def _refuse_links(scope: Scope, link_type_id: str) -> None:
    count = scope.replica.count_assets(by="link_type").get(link_type_id, 0)
    if count:
        refusals.in_use(f"{count} links are of this type. Remove them first.", links=count)


def _checked(catalog: Catalog, draft: LinkType) -> LinkType:
    sources, wrong_sources = _type_ids(catalog, draft.source_types, "/source_types")
    targets, wrong_targets = _type_ids(catalog, draft.target_types, "/target_types")
    errors = [*names.color_errors(draft.color, "/color"), *wrong_sources, *wrong_targets]
    if errors:
        raise refusals.invalid(errors)
    return draft.model_copy(update={"source_types": sources, "target_types": targets})


def _type_ids(
    catalog: Catalog, references: Iterable[str], pointer: str
) -> tuple[tuple[str, ...], list[FieldError]]:
    found = [(n, reference, catalog.type_of(reference)) for n, reference in enumerate(references)]
    errors = [
        FieldError("unknown_type", f"There is no asset type {words[:80]!r}.", f"{pointer}/{n}")
        for n, words, kind in found
        if kind is None
    ]
    return tuple(kind.id for _, _, kind in found if kind is not None), errors
