"""One asset: made, read by id or natural key, changed, laid in the trash."""

from __future__ import annotations

from muster.access.model import Permission
from muster.assets import refusals
from muster.assets.limits import AssetLimitError
from muster.assets.model import AssetDraft, AssetPatch, AssetUpsert
from muster.assets.parameters import AssetQueryParameters, UpsertQuery
from muster.assets.purge import what_links_here
from muster.assets.query import parse_moment
from muster.assets.routes.answers import asset_response, expansion, names_for
from muster.assets.service import (
    create_asset,
    delete_asset,
    find_asset,
    patch_asset,
    read_asset,
)
from muster.assets.upsert import upsert_asset
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape
from muster.ledger.port import FenceMovedError, VersionConflictError

routes = Routes("assets")

_ASSET_VIEW = Shape("muster.assets.api", "AssetView")
_TRASHED_VIEW = Shape("muster.assets.api", "TrashedView")

_WRITE_ERRORS = (
    refusals.InvalidAssetError,
    refusals.UniqueValueError,
    FenceMovedError,
)


@routes.post(
    "/v1/assets",
    permission=Permission.ASSET_WRITE,
    body=AssetDraft,
    returns=_ASSET_VIEW,
    status=201,
    errors=(*_WRITE_ERRORS, AssetLimitError),
)
def create_asset_view(call: Call) -> Response:
    """Make an asset.

    It gets the next key of its type. `tag` and the values of unique fields must be nobody else's;
    serial numbers may repeat. Folders, types and assets are named by id or by natural key.
    """
    return asset_response(call, create_asset(call.scope, call.body), status=201)


@routes.get(
    "/v1/assets/{asset_id}",
    permission=Permission.ASSET_READ,
    query=AssetQueryParameters,
    returns=_ASSET_VIEW,
    errors=(refusals.AssetNotFoundError, refusals.InvalidParameterError),
)
def read_asset_view(call: Call) -> Response:
    """Read an asset, as it is or as it was.

    What lies in the trash is read too: `trashed` says since when.
    """
    at = parse_moment(call.query.at)
    record = read_asset(call.scope, call.path["asset_id"], at)
    response = asset_response(call, record)
    if call.query.expand:
        call.scope.replica.catch_up()
        response.body.update(expansion(call, [record], names_for(call))[record.id])
    # A past state has no ETag: it is nothing that If-Match could be sent with.
    return response if at is None else Response(response.body)


@routes.patch(
    "/v1/assets/{asset_id}",
    permission=Permission.ASSET_WRITE,
    body=AssetPatch,
    returns=_ASSET_VIEW,
    errors=(
        *_WRITE_ERRORS,
        refusals.AssetNotFoundError,
        refusals.AssetInTrashError,
        VersionConflictError,
    ),
)
def patch_asset_view(call: Call) -> Response:
    """Change an asset by merge-patch: what is absent stays, null clears.

    A patch that changes nothing leaves version and history as they are.
    """
    asset_id = call.path["asset_id"]
    return asset_response(call, patch_asset(call.scope, asset_id, call.body, call.if_match))


@routes.delete(
    "/v1/assets/{asset_id}",
    permission=Permission.ASSET_WRITE,
    returns=_TRASHED_VIEW,
    errors=(refusals.AssetNotFoundError, refusals.AssetInTrashError, VersionConflictError),
)
def delete_asset_view(call: Call) -> Response:
    """Lay an asset in the trash, and tell what links to it.

    Its tag and unique values are free from then on. It can be restored, or purged by an admin.
    """
    record = delete_asset(call.scope, call.path["asset_id"], call.if_match)
    return asset_response(call, record, linked_from=what_links_here(call.scope, record.id))


@routes.put(
    "/v1/assets:upsert",
    permission=Permission.ASSET_WRITE,
    query=UpsertQuery,
    body=AssetUpsert,
    returns=_ASSET_VIEW,
    statuses={201: "There was none: it was made."},
    if_match=False,
    errors=(
        *_WRITE_ERRORS,
        AssetLimitError,
        refusals.AmbiguousMatchError,
        refusals.AssetNotFoundError,
        refusals.InvalidParameterError,
        VersionConflictError,
    ),
)
def upsert_asset_view(call: Call) -> Response:
    """Change the one asset that has this tag, serial number, key or unique value, or make it.

    However often it is sent, and by however many at once, one asset comes of it.
    """
    record, new = upsert_asset(call.scope, call.query.match, call.body)
    return asset_response(call, record, status=201 if new else 200)


@routes.get(
    "/v1/assets/by-tag/{tag}",
    permission=Permission.ASSET_READ,
    returns=_ASSET_VIEW,
    errors=(refusals.AssetNotFoundError, refusals.AmbiguousMatchError),
)
def read_asset_by_tag(call: Call) -> Response:
    """Read the asset that has this tag; case does not count."""
    return asset_response(call, find_asset(call.scope, "tag", call.path["tag"]))


@routes.get(
    "/v1/assets/by-serial/{serial}",
    permission=Permission.ASSET_READ,
    returns=_ASSET_VIEW,
    errors=(refusals.AssetNotFoundError, refusals.AmbiguousMatchError),
)
def read_asset_by_serial(call: Call) -> Response:
    """Read the asset that has this serial number; 409 with the candidates if several have it."""
    return asset_response(call, find_asset(call.scope, "serial", call.path["serial"]))


@routes.get(
    "/v1/assets/by-key/{key}",
    permission=Permission.ASSET_READ,
    returns=_ASSET_VIEW,
    errors=(refusals.AssetNotFoundError, refusals.AmbiguousMatchError),
)
def read_asset_by_key(call: Call) -> Response:
    """Read the asset that has this key, such as `LAP-42`."""
    return asset_response(call, find_asset(call.scope, "key", call.path["key"]))
