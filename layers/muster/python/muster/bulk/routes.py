"""`/v1/bulk`: operations over a selection of assets, planned, looked at, applied as a job."""

from __future__ import annotations

from pydantic import Field

from muster.access.model import Permission
from muster.assets.selection import InvalidSelectionError
from muster.bulk import service
from muster.bulk.asked import BulkRequest, Run
from muster.bulk.refusals import BulkMissingError, BulkNotPlannedError
from muster.http.paging import ListQuery, list_response
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape
from muster.jobs.model import JobState
from muster.jobs.plans.model import Action
from muster.jobs.running import job_of
from muster.jobs.service import JobForbiddenError, list_jobs
from muster.operations.refusals import InvalidOperationError
from muster.query.refusals import InvalidQueryError, UnknownTimeZoneError

routes = Routes("bulk")

_BULK_VIEW = Shape("muster.bulk.api", "BulkView")
_ROW_VIEW = Shape("muster.bulk.api", "BulkRowView")
_POLL = {"Retry-After": "1"}


class BulkQuery(ListQuery):
    """What the list of bulk work takes."""


class BulkRowsQuery(ListQuery):
    """Which rows of a plan."""

    action: list[Action] = Field(default_factory=list)
    """Rows with one of these actions only; all of them by default."""


@routes.post(
    "/v1/bulk",
    permission=Permission.JOB_RUN,
    body=BulkRequest,
    returns=_BULK_VIEW,
    status=202,
    errors=(
        InvalidSelectionError,
        InvalidQueryError,
        UnknownTimeZoneError,
        InvalidOperationError,
        JobForbiddenError,
    ),
    max_body_bytes=2_000_000,
)
def create_bulk(call: Call) -> Response:
    """Plan operations for selected assets; nothing changes before the plan is applied.

    Up to 200 assets are planned at once, more by the worker: read it until it is `planned`. With
    `apply` true it is applied without waiting for a look.
    """
    from muster.bulk.present import bulk_view

    asked: BulkRequest = call.body
    run = Run(
        selection=asked.selection,
        operations=asked.operations,
        time_zone=call.identity.tenant.time_zone,
    )
    start = service.Start(title=asked.title, apply=asked.apply)
    record, head = service.begin_run(call.scope, run, start)
    view = bulk_view(record, head, run)
    return Response(view, 202, record.version, location=f"/v1/bulk/{record.id}", headers=_POLL)


@routes.get("/v1/bulk", permission=Permission.JOB_READ, query=BulkQuery, returns=_BULK_VIEW.page)
def list_bulk(call: Call) -> Response:
    """List bulk work, newest first, without plans."""
    from muster.bulk.present import bulk_view

    asked = call.query
    page = list_jobs(call.scope, limit=asked.limit, after=asked.after, types=("bulk",))
    return list_response(call, [bulk_view(each) for each in page.items], after=page.next)


@routes.get(
    "/v1/bulk/{bulk_id}",
    permission=Permission.JOB_READ,
    returns=_BULK_VIEW,
    errors=(BulkMissingError,),
)
def read_bulk(call: Call) -> Response:
    """Read bulk work, or a sequence's run, with its plan and how far it is."""
    from muster.bulk.present import bulk_view

    record = service.read_run(call.scope, call.path["bulk_id"])
    plan = service.plan_of(call.scope, record)
    run = service.run_of(call.scope, record.id)
    return Response(bulk_view(record, plan[1] if plan else None, run), version=record.version)


@routes.get(
    "/v1/bulk/{bulk_id}/rows",
    permission=Permission.JOB_READ,
    query=BulkRowsQuery,
    returns=_ROW_VIEW.page,
    errors=(BulkMissingError, BulkNotPlannedError),
)
def list_bulk_rows(call: Call) -> Response:
    """List the assets of a plan with what changes of each, and what became of them.

    A page of chosen actions may be short and still have a next one.
    """
    from muster.bulk.present import row_view
    from muster.jobs.plans.page import page_of_rows

    record = service.read_run(call.scope, call.path["bulk_id"])
    plan = service.plan_of(call.scope, record)
    if plan is None:
        raise BulkNotPlannedError("There is no plan: it is not made yet, or has expired.")
    file, head = plan
    after = call.query.after[0] if call.query.after else 0
    asked = call.query
    page = page_of_rows(file, head.parts, actions=asked.action, limit=asked.limit, after=after)
    job = job_of(record)
    done = job.progress.done if job.parameters.get("step") == "apply" else 0
    rows = [row_view(row, done) for row in page.rows]
    return list_response(call, rows, after=None if page.next is None else (page.next,))


@routes.post(
    "/v1/bulk/{bulk_id}:apply",
    permission=Permission.JOB_RUN,
    returns=_BULK_VIEW,
    status=202,
    errors=(BulkMissingError, BulkNotPlannedError, JobForbiddenError),
)
def apply_bulk(call: Call) -> Response:
    """Apply the plan. Asking twice applies it once; one that failed goes on where it stopped."""
    from muster.bulk.present import bulk_view

    record = service.apply_run(call.scope, call.path["bulk_id"])
    over = job_of(record).state in {JobState.DONE, JobState.FAILED}
    return Response(
        bulk_view(record),
        202,
        record.version,
        location=f"/v1/jobs/{record.id}",
        headers={} if over else _POLL,
    )
