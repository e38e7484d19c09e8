"""What is done to one asset beside changing it: move, other type, copy, restore, purge, revert."""

from __future__ import annotations

from muster.access.model import Permission
from muster.assets import refusals
from muster.assets.clone import clone_asset
from muster.assets.history import revert_change
from muster.assets.limits import AssetLimitError
from muster.assets.model import Clone, Move, Revert, TypeChange
from muster.assets.parameters import PurgeQuery
from muster.assets.purge import purge_asset
from muster.assets.routes.answers import asset_response
from muster.assets.service import change_type, move_asset, restore_asset
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape
from muster.ledger.port import FenceMovedError, VersionConflictError

routes = Routes("assets")

_ASSET_VIEW = Shape("muster.assets.api", "AssetView")
_PURGED_VIEW = Shape("muster.assets.api", "PurgedView")

_ERRORS = (
    refusals.AssetNotFoundError,
    refusals.AssetInTrashError,
    refusals.InvalidAssetError,
    refusals.UniqueValueError,
    VersionConflictError,
    FenceMovedError,
)


@routes.post(
    "/v1/assets/{asset_id}:move",
    permission=Permission.ASSET_WRITE,
    body=Move,
    returns=_ASSET_VIEW,
    errors=_ERRORS,
)
def move_asset_view(call: Call) -> Response:
    """Put an asset into another folder, or at the root (null)."""
    asset_id, folder = call.path["asset_id"], call.body.folder
    return asset_response(call, move_asset(call.scope, asset_id, folder, call.if_match))


@routes.post(
    "/v1/assets/{asset_id}:change-type",
    permission=Permission.ASSET_WRITE,
    body=TypeChange,
    returns=_ASSET_VIEW,
    errors=_ERRORS,
)
def change_type_view(call: Call) -> Response:
    """Give an asset another type; its key stays.

    Values that the new type has no field for are kept, shown in `other_fields`, and come back with
    the old type. Fields that the new type requires can be given in the same request.
    """
    record = change_type(call.scope, call.path["asset_id"], call.body, call.if_match)
    return asset_response(call, record)


@routes.post(
    "/v1/assets/{asset_id}:clone",
    permission=Permission.ASSET_WRITE,
    body=Clone,
    returns=_ASSET_VIEW,
    status=201,
    errors=(*_ERRORS, AssetLimitError),
)
def clone_asset_view(call: Call) -> Response:
    """Copy an asset; the body says what is different in the copy.

    Tag, serial number, unique values and history are not copied; links are with `copy_links`.
    """
    record = clone_asset(call.scope, call.path["asset_id"], call.body)
    return asset_response(call, record, status=201)


@routes.post(
    "/v1/assets/{asset_id}:restore",
    permission=Permission.ASSET_WRITE,
    returns=_ASSET_VIEW,
    errors=(*_ERRORS, refusals.AssetNotInTrashError),
)
def restore_asset_view(call: Call) -> Response:
    """Take an asset out of the trash; 409 with the holder if its tag was given away meanwhile."""
    record = restore_asset(call.scope, call.path["asset_id"], call.if_match)
    return asset_response(call, record)


@routes.post(
    "/v1/assets/{asset_id}:purge",
    permission=Permission.ASSET_PURGE,
    query=PurgeQuery,
    returns=_PURGED_VIEW,
    errors=(
        refusals.AssetNotFoundError,
        refusals.AssetNotInTrashError,
        refusals.AssetReferencedError,
        VersionConflictError,
        FenceMovedError,
    ),
)
def purge_asset_view(call: Call) -> Response:
    """Remove an asset that lies in the trash, and the links at it; its history stays."""
    force = call.query.force
    return Response(purge_asset(call.scope, call.path["asset_id"], call.if_match, force=force))


@routes.post(
    "/v1/assets/{asset_id}:revert",
    permission=Permission.ASSET_WRITE,
    body=Revert,
    returns=_ASSET_VIEW,
    errors=(*_ERRORS, refusals.ChangeNotFoundError, refusals.ChangedSinceError),
)
def revert_change_view(call: Call) -> Response:
    """Take back what one commit did to an asset, as a change of its own.

    409 with the fields that were changed again since. To take back its creation is to trash it.
    """
    record = revert_change(call.scope, call.path["asset_id"], call.body.seq, call.if_match)
    return asset_response(call, record)
