"""An asset's history, and the tenant's log of changes."""

from __future__ import annotations

from muster.access.model import Permission
from muster.assets import refusals
from muster.assets.changes import ChangesPage, list_asset_changes, list_changes
from muster.assets.history import asset_history, present_history
from muster.assets.parameters import ChangesQuery, HistoryQuery
from muster.http.paging import list_response
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape

routes = Routes("history")

_HISTORY_VIEW = Shape("muster.assets.api", "HistoryView")
_COMMIT_VIEW = Shape("muster.assets.api", "CommitView")


@routes.get(
    "/v1/assets/{asset_id}/history",
    permission=Permission.ASSET_READ,
    query=HistoryQuery,
    returns=_HISTORY_VIEW.page,
    errors=(refusals.AssetNotFoundError,),
)
def list_history(call: Call) -> Response:
    """List what happened to an asset, newest first, field by field; also to a purged one."""
    asset_id, limit = call.path["asset_id"], call.query.limit
    before = (call.query.after or (None,))[0]
    found = asset_history(call.scope, asset_id, before=before, limit=limit + 1)
    items = present_history(call.scope, asset_id, found[:limit])
    following = (items[-1]["seq"],) if len(found) > limit else None
    return list_response(call, items, after=following)


@routes.get(
    "/v1/changes",
    permission=Permission.ASSET_READ,
    query=ChangesQuery,
    returns=_COMMIT_VIEW.page,
    errors=(refusals.AssetNotFoundError,),
)
def list_changes_view(call: Call) -> Response:
    """List the tenant's commits, newest first, or with `since` from there on."""
    page = _page(call)
    return list_response(call, page.items, after=None if page.next is None else (page.next,))


def _page(call: Call) -> ChangesPage:
    query = call.query
    after = (query.after or (None,))[0]
    if query.asset is not None:
        return list_asset_changes(call.scope, query.asset, before=after, limit=query.limit)
    return list_changes(
        call.scope, since=query.since, after=after, kind=query.kind, limit=query.limit
    )
