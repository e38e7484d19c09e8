"""`/v1/views`: choices of columns for lists and exports."""

from muster.access.model import Permission
from muster.http.paging import named_response
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape
from muster.ledger.model import Record
from muster.ledger.port import FenceMovedError, VersionConflictError
from muster.views import refusals
from muster.views.asked import ViewDraft, ViewPatch, ViewsQuery

routes = Routes("views")

_VIEW = Shape("muster.views.api", "ViewView")
_PLACE = "/v1/views"
_ONE = _PLACE + "/{view_id}"
_SAVE = (
    refusals.InvalidViewError,
    refusals.ViewNameTakenError,
    refusals.ViewNotYoursError,
    FenceMovedError,
)


@routes.get(
    _PLACE,
    permission=Permission.ASSET_READ,
    query=ViewsQuery,
    returns=_VIEW.page,
    errors=(refusals.InvalidViewError,),
)
def list_views(call: Call) -> Response:
    """List your own views, those shared with you and the public ones, oldest first.

    With `type` or `folder` those with which their lists begin, the nearest first.
    """
    from muster.views import service

    query = call.query
    records = service.list_views(call.scope, type_word=query.type, folder_word=query.folder)
    return named_response(call, records, lambda record: _shown(call, record), in_order=True)


@routes.post(
    _PLACE,
    permission=Permission.ASSET_READ,
    body=ViewDraft,
    returns=_VIEW,
    status=201,
    errors=_SAVE,
)
def create_view(call: Call) -> Response:
    """Save a view; a public one needs search:share."""
    from muster.views import service

    record = service.create_view(call.scope, call.body)
    location = f"{_PLACE}/{record.id}"
    return Response(_shown(call, record), status=201, version=record.version, location=location)


@routes.get(
    _ONE,
    permission=Permission.ASSET_READ,
    returns=_VIEW,
    errors=(refusals.ViewNotFoundError,),
)
def read_view(call: Call) -> Response:
    """Read a view."""
    from muster.views.service import VIEWS

    record = VIEWS.read(call.scope, call.path["view_id"])
    return Response(_shown(call, record), version=record.version)


@routes.patch(
    _ONE,
    permission=Permission.ASSET_READ,
    body=ViewPatch,
    returns=_VIEW,
    errors=(*_SAVE, refusals.ViewNotFoundError, VersionConflictError),
)
def patch_view(call: Call) -> Response:
    """Change a view by merge-patch; columns as a whole list."""
    from muster.views import service

    record = service.patch_view(call.scope, call.path["view_id"], call.body, call.if_match)
    return Response(_shown(call, record), version=record.version)


@routes.delete(
    _ONE,
    permission=Permission.ASSET_READ,
    returns=None,
    status=204,
    errors=(refusals.ViewNotFoundError, refusals.ViewNotYoursError, VersionConflictError),
)
def delete_view(call: Call) -> Response:
    """Remove a view."""
    from muster.views.service import VIEWS

    VIEWS.delete(call.scope, call.path["view_id"], call.if_match)
    return Response(status=204)


def _shown(call: Call, record: Record) -> dict[str, object]:
    from muster.catalog.load import load_catalog
    from muster.views.api import present_view

    return present_view(record, load_catalog(call.scope))
