"""`/v1/scheduled-searches`: saved searches that run by the clock, and their runs."""

from muster.access.model import Permission
from muster.http.paging import ListQuery, named_response, page_response
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape
from muster.ledger.model import Record
from muster.ledger.port import FenceMovedError, VersionConflictError
from muster.query.refusals import InvalidQueryError
from muster.searches.scheduled import refusals, runs, service
from muster.searches.scheduled.asked import (
    ScheduledSearchDraft,
    ScheduledSearchesQuery,
    ScheduledSearchPatch,
)

routes = Routes("scheduled searches")

_VIEW = Shape("muster.searches.scheduled.api", "ScheduledSearchView")
_RUN_VIEW = Shape("muster.searches.scheduled.api", "RunView")
_JOB_VIEW = Shape("muster.jobs.present", "JobView")
_PLACE = "/v1/scheduled-searches"
_ONE = _PLACE + "/{scheduled_search_id}"
_SAVE = (
    refusals.InvalidScheduledSearchError,
    refusals.ScheduledSearchNameTakenError,
    refusals.ScheduledSearchNotYoursError,
    InvalidQueryError,
    FenceMovedError,
)
_CHANGE = (refusals.ScheduledSearchNotFoundError, VersionConflictError)


@routes.get(
    _PLACE, permission=Permission.ASSET_READ, query=ScheduledSearchesQuery, returns=_VIEW.page
)
def list_scheduled_searches(call: Call) -> Response:
    """List your own scheduled searches, oldest first; who may change members sees all."""
    records = service.SCHEDULES.every(call.scope)
    if call.query.saved_search is not None:
        wanted = call.query.saved_search
        records = [each for each in records if each.body["saved_search"] == wanted]
    return named_response(call, records, lambda record: _shown(call, record))


@routes.post(
    _PLACE,
    permission=Permission.SEARCH_SHARE,
    body=ScheduledSearchDraft,
    returns=_VIEW,
    status=201,
    errors=_SAVE,
    idempotent=False,
)
def create_scheduled_search(call: Call) -> Response:
    """Schedule a saved search; the answer alone has the secret that webhooks are signed with."""
    record = service.create_schedule(call.scope, call.body)
    return Response(
        _shown(call, record, with_secret=True),
        status=201,
        version=record.version,
        location=f"{_PLACE}/{record.id}",
    )


@routes.get(
    _ONE,
    permission=Permission.ASSET_READ,
    returns=_VIEW,
    errors=(refusals.ScheduledSearchNotFoundError,),
)
def read_scheduled_search(call: Call) -> Response:
    """Read a scheduled search."""
    record = service.SCHEDULES.read(call.scope, call.path["scheduled_search_id"])
    return Response(_shown(call, record), version=record.version)


@routes.patch(
    _ONE,
    permission=Permission.SEARCH_SHARE,
    body=ScheduledSearchPatch,
    returns=_VIEW,
    errors=(*_SAVE, *_CHANGE),
)
def patch_scheduled_search(call: Call) -> Response:
    """Change a scheduled search by merge-patch; parameters and deliveries as wholes."""
    schedule_id = call.path["scheduled_search_id"]
    record = service.patch_schedule(call.scope, schedule_id, call.body, call.if_match)
    return Response(_shown(call, record), version=record.version)


@routes.delete(
    _ONE,
    permission=Permission.SEARCH_SHARE,
    returns=None,
    status=204,
    errors=(*_CHANGE, refusals.ScheduledSearchNotYoursError),
)
def delete_scheduled_search(call: Call) -> Response:
    """Remove a scheduled search and its e-mail subscriptions; its runs stay."""
    service.SCHEDULES.delete(call.scope, call.path["scheduled_search_id"], call.if_match)
    return Response(status=204)


@routes.post(
    _ONE + ":run",
    permission=Permission.SEARCH_SHARE,
    returns=_JOB_VIEW,
    status=202,
    errors=(refusals.ScheduledSearchNotFoundError,),
)
def run_scheduled_search(call: Call) -> Response:
    """Run a scheduled search now and deliver what it finds, as a job, as its owner."""
    from muster.jobs.answers import accepted

    job = runs.run_now(call.scope, call.path["scheduled_search_id"])
    return accepted(job)


@routes.post(
    _ONE + ":rotate-secret",
    permission=Permission.SEARCH_SHARE,
    returns=_VIEW,
    errors=(*_CHANGE, refusals.ScheduledSearchNotYoursError, FenceMovedError),
    idempotent=False,
)
def rotate_scheduled_search_secret(call: Call) -> Response:
    """Sign webhooks with another secret from now on; the answer alone has it."""
    record = service.rotate_secret(call.scope, call.path["scheduled_search_id"], call.if_match)
    return Response(_shown(call, record, with_secret=True), version=record.version)


@routes.get(
    _ONE + "/runs",
    permission=Permission.ASSET_READ,
    query=ListQuery,
    returns=_RUN_VIEW.page,
    errors=(refusals.ScheduledSearchNotFoundError,),
)
def list_scheduled_search_runs(call: Call) -> Response:
    """List a scheduled search's runs, newest first: what each found, and whom it told."""
    from muster.searches.scheduled.api import present_run

    schedule_id = call.path["scheduled_search_id"]
    page = runs.runs_of(call.scope, schedule_id, limit=call.query.limit, after=call.query.after)
    return page_response(call, page, present_run)


def _shown(call: Call, record: Record, *, with_secret: bool = False) -> dict[str, object]:
    from muster.searches.scheduled.api import present_schedule
    from muster.searches.scheduled.secret import secret_of

    secret = secret_of(call.identity.tenant, record) if with_secret else None
    return present_schedule(record, call.scope.now(), secret=secret)
