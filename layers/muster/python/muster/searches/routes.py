"""`/v1/saved-searches`: queries with a name, and `/v1/preferences`."""

from muster.access.model import Permission
from muster.assets.refusals import AmbiguousMatchError, AssetNotFoundError
from muster.catalog.refusals import InUseError
from muster.http.paging import named_response, page_response
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape
from muster.ledger.model import Record
from muster.ledger.port import FenceMovedError, VersionConflictError
from muster.query.refusals import QUERY_REFUSALS, InvalidQueryError
from muster.searches import favourites, refusals, service
from muster.searches.asked import (
    DeleteSearchQuery,
    PreferencesPatch,
    ResultsQuery,
    SavedSearchDraft,
    SavedSearchesQuery,
    SavedSearchPatch,
)

routes = Routes("saved searches")

_VIEW = Shape("muster.searches.api", "SavedSearchView")
_FAST_VIEW = Shape("muster.searches.api", "FastViews")
_PREFERENCES_VIEW = Shape("muster.searches.api", "PreferencesView")
_ITEM_VIEW = Shape("muster.assets.api", "ItemView")
_PLACE = "/v1/saved-searches"
_ONE = _PLACE + "/{saved_search_id}"
_SAVE = (
    refusals.InvalidSavedSearchError,
    refusals.SavedSearchNameTakenError,
    refusals.SavedSearchNotYoursError,
    InvalidQueryError,
    FenceMovedError,
)


@routes.get(_PLACE, permission=Permission.ASSET_READ, query=SavedSearchesQuery, returns=_VIEW.page)
def list_saved_searches(call: Call) -> Response:
    """List your own saved searches, those shared with you and the public ones, oldest first."""
    from muster.searches.api import present_search

    records, known = favourites.list_searches(call.scope, favourite=call.query.favourite)
    return named_response(
        call, records, lambda record: present_search(record, known), in_order=True
    )


@routes.post(
    _PLACE,
    permission=Permission.ASSET_READ,
    body=SavedSearchDraft,
    returns=_VIEW,
    status=201,
    errors=_SAVE,
)
def create_saved_search(call: Call) -> Response:
    """Save a search; a public one needs search:share."""
    record = service.create_search(call.scope, call.body)
    location = f"{_PLACE}/{record.id}"
    return Response(_shown(call, record), status=201, version=record.version, location=location)


@routes.get(
    _ONE,
    permission=Permission.ASSET_READ,
    returns=_VIEW,
    errors=(refusals.SavedSearchNotFoundError,),
)
def read_saved_search(call: Call) -> Response:
    """Read a saved search."""
    record = service.SEARCHES.read(call.scope, call.path["saved_search_id"])
    return Response(_shown(call, record), version=record.version)


@routes.patch(
    _ONE,
    permission=Permission.ASSET_READ,
    body=SavedSearchPatch,
    returns=_VIEW,
    errors=(*_SAVE, refusals.SavedSearchNotFoundError, VersionConflictError),
)
def patch_saved_search(call: Call) -> Response:
    """Change a saved search by merge-patch; parameters as a whole list."""
    search_id = call.path["saved_search_id"]
    record = service.patch_search(call.scope, search_id, call.body, call.if_match)
    return Response(_shown(call, record), version=record.version)


@routes.delete(
    _ONE,
    permission=Permission.ASSET_READ,
    query=DeleteSearchQuery,
    returns=None,
    status=204,
    errors=(
        refusals.SavedSearchNotFoundError,
        refusals.SavedSearchNotYoursError,
        InUseError,
        VersionConflictError,
    ),
)
def delete_saved_search(call: Call) -> Response:
    """Remove a saved search that nothing runs on a schedule and no other search names."""
    search_id, ignore = call.path["saved_search_id"], call.query.ignore_uses
    service.delete_search(call.scope, search_id, call.if_match, ignore_uses=ignore)
    return Response(status=204)


@routes.get(
    _ONE + "/assets",
    permission=Permission.ASSET_READ,
    query=ResultsQuery,
    returns=_ITEM_VIEW.page,
    errors=(
        refusals.SavedSearchNotFoundError,
        refusals.InvalidSavedSearchError,
        *QUERY_REFUSALS,
    ),
)
def run_saved_search(call: Call) -> Response:
    """List what a saved search finds, in its order, with the given values of its parameters."""
    from muster.assets.found import page_of
    from muster.assets.present import present_asset
    from muster.assets.routes.answers import names_for
    from muster.replica.port import AssetQuery

    scope, query = call.scope, call.query
    record = service.SEARCHES.read(scope, call.path["saved_search_id"])
    scope.replica.catch_up()
    checked = service.compile_search(scope, record, query.p, time_zone=query.time_zone)
    base = AssetQuery(limit=query.limit, after=query.after, count=query.count is not None)
    page = page_of(scope, checked, base)
    names = names_for(call, page.items)
    return page_response(call, page, lambda each: present_asset(each, names))


@routes.post(
    _ONE + ":favourite",
    permission=Permission.ASSET_READ,
    returns=_VIEW,
    errors=(refusals.SavedSearchNotFoundError, refusals.FavouriteLimitError),
)
def favour_saved_search(call: Call) -> Response:
    """Make it one of your favourites."""
    return _favoured(call, favourite=True)


@routes.post(
    _ONE + ":unfavourite",
    permission=Permission.ASSET_READ,
    returns=_VIEW,
    errors=(refusals.SavedSearchNotFoundError,),
)
def unfavour_saved_search(call: Call) -> Response:
    """Take it from your favourites."""
    return _favoured(call, favourite=False)


@routes.get("/v1/me/searches", permission=Permission.ASSET_READ, returns=_FAST_VIEW)
def list_fast_searches(_: Call) -> Response:
    """List the searches that everybody has: for your own assets."""
    from muster.searches.api import FAST, FastViews

    return Response(FastViews(items=list(FAST)))


@routes.get("/v1/preferences", permission=Permission.ASSET_READ, returns=_PREFERENCES_VIEW)
def read_preferences(call: Call) -> Response:
    """Read what you prefer."""
    from muster.searches.api import present_preferences

    return Response(present_preferences(*favourites.read_preferences(call.scope)))


@routes.patch(
    "/v1/preferences",
    permission=Permission.ASSET_READ,
    body=PreferencesPatch,
    returns=_PREFERENCES_VIEW,
    errors=(
        refusals.SavedSearchNotFoundError,
        refusals.InvalidSavedSearchError,
        AssetNotFoundError,
        AmbiguousMatchError,
    ),
)
def patch_preferences(call: Call) -> Response:
    """Change what you prefer by merge-patch."""
    from muster.searches.api import present_preferences

    return Response(present_preferences(*favourites.patch_preferences(call.scope, call.body)))


def _shown(call: Call, record: Record) -> dict[str, object]:
    from muster.searches.api import present_search
    from muster.views.preferences import preferences_of

    return present_search(record, preferences_of(call.scope, call.scope.actor.id)["favourites"])


def _favoured(call: Call, *, favourite: bool) -> Response:
    search_id = call.path["saved_search_id"]
    record = favourites.set_favourite(call.scope, search_id, favourite=favourite)
    return Response(_shown(call, record), version=record.version)
