"""`/v1/asset-types`."""

from __future__ import annotations

from muster.access.model import Permission
from muster.catalog import change, refusals, service
from muster.catalog.drafts import CatalogQuery, DeleteQuery, TypeDraft, TypePatch
from muster.catalog.model import AssetType
from muster.catalog.present import present_type
from muster.catalog.routes.answers import answer, given, id_of, listing
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape
from muster.ledger.port import FenceMovedError, VersionConflictError

routes = Routes("asset types")

_ASSET_TYPE_VIEW = Shape("muster.catalog.api", "AssetTypeView")

_PLACE = "/v1/asset-types"
_ONE = _PLACE + "/{asset_type_id}"
_CHANGE = (
    refusals.TypeNotFoundError,
    refusals.InvalidCatalogError,
    refusals.InUseError,
    refusals.DuplicateValuesError,
    refusals.TooManyToMarkError,
    VersionConflictError,
    FenceMovedError,
)


@routes.get(
    _PLACE,
    permission=Permission.CATALOG_READ,
    query=CatalogQuery,
    returns=_ASSET_TYPE_VIEW.page,
)
def list_asset_types(call: Call) -> Response:
    """List asset types, oldest first."""
    return listing(call, "asset_type", present_type)


@routes.post(
    _PLACE,
    permission=Permission.CATALOG_WRITE,
    body=TypeDraft,
    returns=_ASSET_TYPE_VIEW,
    status=201,
    errors=(refusals.InvalidCatalogError, refusals.NameTakenError, FenceMovedError),
)
def create_asset_type(call: Call) -> Response:
    """Make an asset type."""
    record = service.create_type(call.scope, AssetType.model_validate(given(call.body)))
    return answer(call, record, present_type, place=_PLACE, status=201)


@routes.get(
    _ONE,
    permission=Permission.CATALOG_READ,
    returns=_ASSET_TYPE_VIEW,
    errors=(refusals.TypeNotFoundError,),
)
def read_asset_type(call: Call) -> Response:
    """Read an asset type by id or dotted name, with the fields that it inherits."""
    record = change.read(call.scope, "asset_type", id_of(call, "asset_type"))
    return answer(call, record, present_type)


@routes.put(
    _ONE,
    permission=Permission.CATALOG_WRITE,
    body=TypeDraft,
    returns=_ASSET_TYPE_VIEW,
    errors=_CHANGE,
)
def replace_asset_type(call: Call) -> Response:
    """Give an asset type another definition. Its name never changes.

    Values of fields that it no longer has are kept on its assets, unseen, and show again with them.
    """
    draft = AssetType.model_validate(given(call.body))
    type_id = id_of(call, "asset_type")
    record = service.replace_type(call.scope, type_id, draft, call.if_match)
    return answer(call, record, present_type)


@routes.patch(
    _ONE,
    permission=Permission.CATALOG_WRITE,
    body=TypePatch,
    returns=_ASSET_TYPE_VIEW,
    errors=_CHANGE,
)
def patch_asset_type(call: Call) -> Response:
    """Change an asset type by merge-patch: what is absent stays, null clears."""
    type_id = id_of(call, "asset_type")
    record = service.patch_type(call.scope, type_id, given(call.body), call.if_match)
    return answer(call, record, present_type)


@routes.delete(
    _ONE,
    permission=Permission.CATALOG_WRITE,
    query=DeleteQuery,
    returns=None,
    status=204,
    errors=(
        refusals.TypeNotFoundError,
        refusals.InUseError,
        VersionConflictError,
        FenceMovedError,
    ),
)
def delete_asset_type(call: Call) -> Response:
    """Remove an asset type that nothing uses: no asset, no type below it, no field or link type."""
    service.delete_type(
        call.scope, id_of(call, "asset_type"), call.if_match, ignore_uses=call.query.ignore_uses
    )
    return Response(status=204)
