"""The use cases on one asset: make, read, change, trash, restore, copy, find."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from muster.assets import refusals
from muster.assets.decide import Key, carry_out, look, settle
from muster.assets.model import (
    KIND,
    AssetDraft,
    AssetPatch,
    FolderReference,
    TypeChange,
)
from muster.assets.plan import (
    PlanContext,
    plan_change_type,
    plan_create,
    plan_patch,
    plan_restore,
    plan_trash,
)
from muster.assets.resolve import Resolver
from muster.catalog.model import Catalog
from muster.ids import is_id
from muster.ledger.model import Put, Record
from muster.ledger.port import VersionConflictError
from muster.replica.port import AssetQuery, Page
from muster.scope import Scope

type Plan = Callable[[Catalog, Record, PlanContext], Put | None]


def create_asset(scope: Scope, draft: AssetDraft) -> Record:
    """Make an asset; raises InvalidAssetError, or UniqueValueError naming the holder."""

    def decide(scope: Scope) -> Record:
        scope.ledger.get_for_write([])
        seen = look(scope)
        put = plan_create(seen.catalog, draft, Resolver(scope, seen.catalog).context())
        return carry_out(scope, [put], seen.unmoved)[KIND, put.id]

    return settle(scope, decide)


def read_asset(scope: Scope, asset_id: str, at: int | datetime | None = None) -> Record:
    """Return the asset now, or as it was after a commit or at a time; raises AssetNotFoundError."""
    kind, key = asset_key(asset_id)
    record = scope.ledger.get(kind, key) if at is None else scope.ledger.get_at(kind, key, at)
    if record is None:
        raise refusals.asset_not_found(asset_id)
    return record


def change_asset(scope: Scope, asset_id: str, plan: Plan, if_match: int | None) -> Record:
    """Carry out a plan on the newest version, or refuse when that is not `if_match`.

    Without `if_match` a change that comes between is planned upon. A plan of nothing commits
    nothing. Raises AssetNotFoundError, VersionConflictError and what the plan raises.
    """

    def decide(scope: Scope) -> Record:
        key = asset_key(asset_id)
        record = scope.ledger.get_for_write([key]).get(key)
        if not isinstance(record, Record):
            raise refusals.asset_not_found(asset_id)
        check_version(scope, record, if_match)
        seen = look(scope)
        put = plan(seen.catalog, record, Resolver(scope, seen.catalog).context())
        if put is None:
            return record
        return carry_out(scope, [put], seen.unmoved)[KIND, asset_id]

    return settle(scope, decide, retry=() if if_match else (VersionConflictError,))


def asset_key(asset_id: str) -> Key:
    """Return what the ledger knows the asset by; raises AssetNotFoundError for what is no id.

    No text of a caller's gets into a key of the table but through here.
    """
    if not is_id(KIND, asset_id):
        raise refusals.asset_not_found(asset_id)
    return KIND, asset_id


def check_version(scope: Scope, record: Record, if_match: int | None) -> None:
    """Refuse an older version, saying which fields changed since; that costs a call."""
    if if_match is None or if_match == record.version:
        return
    entries = scope.ledger.history(record.kind, record.id)
    paths = {f.path for e in entries if e.version > if_match for f in e.fields}
    raise refusals.stale(record, if_match, sorted({changed_field(path) for path in paths}))


def changed_field(path: str) -> str:
    """Return the name that callers know the member at this path of a body by."""
    first, *rest = (part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:])
    if first == "fields" and rest:
        return f"custom_fields.{rest[0]}"
    return {"fields": "custom_fields", "trashed_at": "trashed", "trashed_by": "trashed"}.get(
        first, first
    )


def patch_asset(
    scope: Scope, asset_id: str, patch: AssetPatch, if_match: int | None = None
) -> Record:
    """Merge a patch into the asset; one that changes nothing leaves version and history alone."""
    return change_asset(
        scope,
        asset_id,
        lambda catalog, record, ctx: plan_patch(catalog, record, patch, ctx),
        if_match,
    )


def move_asset(
    scope: Scope, asset_id: str, folder: FolderReference | None, if_match: int | None = None
) -> Record:
    """Put the asset into another folder, or at the root."""
    return patch_asset(scope, asset_id, AssetPatch(folder=folder), if_match)


def change_type(
    scope: Scope, asset_id: str, change: TypeChange, if_match: int | None = None
) -> Record:
    """Give the asset another type; its values are kept (`plan_change_type`)."""
    return change_asset(
        scope,
        asset_id,
        lambda catalog, record, ctx: plan_change_type(catalog, record, change, ctx),
        if_match,
    )


def delete_asset(scope: Scope, asset_id: str, if_match: int | None = None) -> Record:
    """Lay the asset in the trash; its tag and unique values are free from then on."""
    return change_asset(scope, asset_id, lambda _, record, ctx: plan_trash(record, ctx), if_match)


def restore_asset(scope: Scope, asset_id: str, if_match: int | None = None) -> Record:
    """Take the asset out of the trash; raises UniqueValueError when its tag was given away."""
    return change_asset(scope, asset_id, plan_restore, if_match)


def find_assets(scope: Scope, query: AssetQuery) -> Page:
    """Return one page of assets that holds every commit made before the call."""
    scope.replica.catch_up()
    return scope.replica.find_assets(query)


def find_asset(scope: Scope, name: str, value: str) -> Record:
    """Return the one untrashed asset with this key, tag or serial number.

    Raises AssetNotFoundError, AmbiguousMatchError.
    """
    scope.replica.catch_up()
    found = scope.replica.match_assets(name, value)
    if len(found) > 1:
        raise refusals.ambiguous(name, value, found)
    if not found:
        raise refusals.AssetNotFoundError(f"There is no asset with {name} {value[:80]!r}.")
    return found[0]
