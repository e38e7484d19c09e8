"""`/v1/link-types`."""

from __future__ import annotations

from muster.access.model import Permission
from muster.catalog import change, refusals, service
from muster.catalog.drafts import CatalogQuery, DeleteQuery, LinkTypeDraft, LinkTypePatch
from muster.catalog.model import LinkType
from muster.catalog.present import present_link_type
from muster.catalog.routes.answers import answer, given, id_of, listing
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape
from muster.ledger.port import FenceMovedError, VersionConflictError

routes = Routes("link types")

_LINK_TYPE_VIEW = Shape("muster.catalog.api", "LinkTypeView")

_PLACE = "/v1/link-types"
_ONE = _PLACE + "/{link_type_id}"
_CHANGE = (
    refusals.LinkTypeNotFoundError,
    refusals.InvalidCatalogError,
    refusals.NameTakenError,
    refusals.InUseError,
    VersionConflictError,
    FenceMovedError,
)


@routes.get(
    _PLACE,
    permission=Permission.CATALOG_READ,
    query=CatalogQuery,
    returns=_LINK_TYPE_VIEW.page,
)
def list_link_types(call: Call) -> Response:
    """List link types, oldest first."""
    return listing(call, "link_type", present_link_type)


@routes.post(
    _PLACE,
    permission=Permission.CATALOG_WRITE,
    body=LinkTypeDraft,
    returns=_LINK_TYPE_VIEW,
    status=201,
    errors=(refusals.InvalidCatalogError, refusals.NameTakenError, FenceMovedError),
)
def create_link_type(call: Call) -> Response:
    """Make a link type."""
    record = service.create_link_type(call.scope, LinkType.model_validate(given(call.body)))
    return answer(call, record, present_link_type, place=_PLACE, status=201)


@routes.get(
    _ONE,
    permission=Permission.CATALOG_READ,
    returns=_LINK_TYPE_VIEW,
    errors=(refusals.LinkTypeNotFoundError,),
)
def read_link_type(call: Call) -> Response:
    """Read a link type by id or name."""
    record = change.read(call.scope, "link_type", id_of(call, "link_type"))
    return answer(call, record, present_link_type)


@routes.put(
    _ONE,
    permission=Permission.CATALOG_WRITE,
    body=LinkTypeDraft,
    returns=_LINK_TYPE_VIEW,
    errors=_CHANGE,
)
def replace_link_type(call: Call) -> Response:
    """Give a link type other names or rules; links that exist stay as they are."""
    draft = LinkType.model_validate(given(call.body))
    link_type_id = id_of(call, "link_type")
    record = service.replace_link_type(call.scope, link_type_id, draft, call.if_match)
    return answer(call, record, present_link_type)


@routes.patch(
    _ONE,
    permission=Permission.CATALOG_WRITE,
    body=LinkTypePatch,
    returns=_LINK_TYPE_VIEW,
    errors=_CHANGE,
)
def patch_link_type(call: Call) -> Response:
    """Change a link type by merge-patch: what is absent stays, null clears."""
    link_type_id = id_of(call, "link_type")
    record = service.patch_link_type(call.scope, link_type_id, given(call.body), call.if_match)
    return answer(call, record, present_link_type)


@routes.delete(
    _ONE,
    permission=Permission.CATALOG_WRITE,
    query=DeleteQuery,
    returns=None,
    status=204,
    errors=(
        refusals.LinkTypeNotFoundError,
        refusals.InUseError,
        VersionConflictError,
        FenceMovedError,
    ),
)
def delete_link_type(call: Call) -> Response:
    """Remove a link type that has no links."""
    service.delete_link_type(
        call.scope, id_of(call, "link_type"), call.if_match, ignore_uses=call.query.ignore_uses
    )
    return Response(status=204)
