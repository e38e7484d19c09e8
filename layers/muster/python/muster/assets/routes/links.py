"""Links of an asset, links as such, and the graph."""

from __future__ import annotations

from muster.access.model import Permission
from muster.assets import refusals
from muster.assets.links import (
    create_link,
    delete_link,
    links_of,
    present_link,
    present_neighbour,
    read_link,
)
from muster.assets.model import LinkDraft
from muster.assets.parameters import GraphParameters, LinksQuery
from muster.assets.routes.answers import names_for
from muster.http.paging import list_response
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape
from muster.ledger.port import FenceMovedError, VersionConflictError

routes = Routes("links")

_NEIGHBOUR_VIEW = Shape("muster.assets.api", "NeighbourView")
_LINK_VIEW = Shape("muster.assets.api", "LinkView")
_GRAPH_VIEW = Shape("muster.assets.api", "GraphView")


@routes.get(
    "/v1/assets/{asset_id}/links",
    permission=Permission.ASSET_READ,
    query=LinksQuery,
    returns=_NEIGHBOUR_VIEW.page,
    errors=(refusals.AssetNotFoundError,),
)
def list_links(call: Call) -> Response:
    """List an asset's links in both directions, with what is at the other end."""
    after, limit = (call.query.after or ("",))[0], call.query.limit
    found = links_of(call.scope, call.path["asset_id"])
    left = [neighbour for neighbour in found if neighbour.link.id > after]
    names = names_for(call)
    items = [present_neighbour(neighbour, names) for neighbour in left[:limit]]
    following = (items[-1]["id"],) if len(left) > limit else None
    return list_response(call, items, after=following, total=len(found))


@routes.post(
    "/v1/assets/{asset_id}/links",
    permission=Permission.ASSET_WRITE,
    body=LinkDraft,
    returns=_LINK_VIEW,
    status=201,
    errors=(
        refusals.AssetNotFoundError,
        refusals.AmbiguousMatchError,
        refusals.AssetInTrashError,
        refusals.InvalidLinkError,
        refusals.LinkExistsError,
        FenceMovedError,
    ),
)
def create_link_view(call: Call) -> Response:
    """Link an asset with another; an asset with itself, and the same link twice, are refused."""
    record = create_link(call.scope, call.path["asset_id"], call.body)
    body = present_link(record, names_for(call))
    return Response(body, status=201, version=record.version, location=f"/v1/links/{record.id}")


@routes.get(
    "/v1/links/{link_id}",
    permission=Permission.ASSET_READ,
    returns=_LINK_VIEW,
    errors=(refusals.LinkNotFoundError,),
)
def read_link_view(call: Call) -> Response:
    """Read a link."""
    record = read_link(call.scope, call.path["link_id"])
    return Response(present_link(record, names_for(call)), version=record.version)


@routes.delete(
    "/v1/links/{link_id}",
    permission=Permission.ASSET_WRITE,
    returns=None,
    status=204,
    errors=(refusals.LinkNotFoundError, VersionConflictError),
)
def delete_link_view(call: Call) -> Response:
    """Remove a link."""
    delete_link(call.scope, call.path["link_id"], call.if_match)
    return Response(status=204)


@routes.get(
    "/v1/assets/{asset_id}/graph",
    permission=Permission.ASSET_READ,
    query=GraphParameters,
    returns=_GRAPH_VIEW,
    errors=(refusals.AssetNotFoundError, refusals.InvalidParameterError),
)
def read_graph(call: Call) -> Response:
    """Read the neighbourhood of an asset: nearest first, as far as `levels` and `limit` go.

    `hidden` counts, per asset, the neighbours that are not shown.
    """
    from muster.assets.graph import asset_graph, graph_query, present_graph

    root = call.path["asset_id"]
    graph = asset_graph(call.scope, root, graph_query(call.scope, **dict(call.query)))
    return Response(present_graph(call.scope, root, graph))
