"""`/v1/imports`: files become plans, and plans become assets."""

from __future__ import annotations

from pydantic import Field

from muster.access.model import Permission
from muster.assets.limits import AssetLimitError
from muster.http.paging import ListQuery, list_response
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape
from muster.jobs.model import JobState
from muster.jobs.plans.model import Action
from muster.jobs.present import job_view
from muster.jobs.running import job_of
from muster.jobs.service import JobForbiddenError, JobNotUndoableError, list_jobs, undo_job
from muster.ledger.model import Record
from muster.transfer import refusals, service
from muster.transfer.api import (
    ImportRequest,
    PlanRequest,
)
from muster.transfer.present import import_view, row_view
from muster.transfer.rows import import_rows, rows_done

routes = Routes("imports")

_IMPORT_VIEW = Shape("muster.transfer.api", "ImportView")
_ROW_VIEW = Shape("muster.transfer.api", "RowView")
_JOB_VIEW = Shape("muster.jobs.present", "JobView")

_POLL_SECONDS = "1"


class ImportsQuery(ListQuery):
    """What the list of imports takes."""


class RowsQuery(ListQuery):
    """Which rows of a plan."""

    action: list[Action] = Field(default_factory=list)
    """Rows with one of these actions only; all of them by default."""


@routes.post(
    "/v1/imports",
    permission=Permission.JOB_RUN,
    body=ImportRequest,
    returns=_IMPORT_VIEW,
    status=201,
    errors=(refusals.InvalidImportError, refusals.FileTooLargeError, refusals.FileChangedError),
    max_body_bytes=6_200_000,
)
def create_import(call: Call) -> Response:
    """Make an import of a file, which is sent along or uploaded next."""
    record, upload = service.create_import(call.scope, call.body)
    view = import_view(record, upload=upload, has_file=upload is None)
    return Response(view, status=201, version=record.version, location=_address(record))


@routes.get(
    "/v1/imports", permission=Permission.JOB_READ, query=ImportsQuery, returns=_IMPORT_VIEW.page
)
def list_imports(call: Call) -> Response:
    """List the imports, newest first, without their plans."""
    page = list_jobs(call.scope, limit=call.query.limit, after=call.query.after, types=("import",))
    return list_response(call, [import_view(each) for each in page.items], after=page.next)


@routes.get(
    "/v1/imports/{import_id}",
    permission=Permission.JOB_READ,
    returns=_IMPORT_VIEW,
    errors=(refusals.ImportMissingError,),
)
def read_import(call: Call) -> Response:
    """Read an import with its plan, and how far it is."""
    return _shown(call, service.read_import(call.scope, call.path["import_id"]))


@routes.post(
    "/v1/imports/{import_id}:plan",
    permission=Permission.JOB_RUN,
    body=PlanRequest,
    returns=_IMPORT_VIEW,
    statuses={202: "The file is large: the worker plans it. Read the import until it is planned."},
    errors=(
        refusals.ImportMissingError,
        refusals.ImportBusyError,
        refusals.FileMissingError,
        refusals.FileChangedError,
        refusals.FileTooLargeError,
        refusals.FileUnreadableError,
        refusals.MappingWrongError,
    ),
)
def plan_import(call: Call) -> Response:
    """Plan an import: what each row would do. Nothing is imported yet."""
    record = service.plan_import(call.scope, call.path["import_id"], call.body)
    return _shown(call, record)


@routes.get(
    "/v1/imports/{import_id}/rows",
    permission=Permission.JOB_READ,
    query=RowsQuery,
    returns=_ROW_VIEW.page,
    errors=(refusals.ImportMissingError, refusals.NotPlannedError),
)
def list_import_rows(call: Call) -> Response:
    """List the rows of an import's plan, with what became of them.

    A page of chosen actions may be short and still have a next one.
    """
    record = service.read_import(call.scope, call.path["import_id"])
    after = call.query.after[0] if call.query.after else 0
    page = import_rows(
        call.scope, record, actions=call.query.action, limit=call.query.limit, after=after
    )
    done = rows_done(record)
    rows = [row_view(row, done) for row in page.rows]
    return list_response(call, rows, after=None if page.next is None else (page.next,))


@routes.post(
    "/v1/imports/{import_id}:apply",
    permission=Permission.JOB_RUN,
    returns=_IMPORT_VIEW,
    status=202,
    errors=(
        refusals.ImportMissingError,
        refusals.NotPlannedError,
        refusals.PlanOutdatedError,
        JobForbiddenError,
        AssetLimitError,
    ),
)
def apply_import(call: Call) -> Response:
    """Apply the newest plan. Asking twice applies it once."""
    record = service.apply_import(call.scope, call.path["import_id"])
    return Response(
        import_view(record),
        status=202,
        version=record.version,
        location=f"/v1/jobs/{record.id}",
        headers={"Retry-After": _POLL_SECONDS},
    )


@routes.post(
    "/v1/imports/{import_id}:undo",
    permission=Permission.JOB_RUN,
    returns=_JOB_VIEW,
    status=202,
    errors=(refusals.ImportMissingError, JobNotUndoableError, JobForbiddenError),
)
def undo_import(call: Call) -> Response:
    """Take all of an import back, as a job of its own."""
    record = service.read_import(call.scope, call.path["import_id"])
    undo = undo_job(call.scope, record.id)
    return Response(
        job_view(undo),
        status=202,
        version=undo.version,
        location=f"/v1/jobs/{undo.id}",
        headers={"Retry-After": _POLL_SECONDS},
    )


def _shown(call: Call, record: Record) -> Response:
    plan = service.plan_of(call.scope, record)
    has_file = service.has_file(call.scope, record)
    view = import_view(record, head=plan[1] if plan else None, has_file=has_file)
    waits = job_of(record).state in {JobState.QUEUED, JobState.RUNNING}
    if waits and call.route.endswith(":plan"):
        headers = {"Retry-After": _POLL_SECONDS}
        address = f"/v1/jobs/{record.id}"
        return Response(view, 202, record.version, location=address, headers=headers)
    return Response(view, version=record.version)


def _address(record: Record) -> str:
    return f"/v1/imports/{record.id}"
