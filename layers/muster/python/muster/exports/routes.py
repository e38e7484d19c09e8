"""`/v1/exports`: selections of assets as files."""

from __future__ import annotations

from muster.access.model import Permission
from muster.assets import refusals
from muster.assets.selection import InvalidSelectionError
from muster.exports import service
from muster.exports.asked import ExportRequest
from muster.exports.refusals import ExportMissingError, InvalidExportError
from muster.http.paging import ListQuery, list_response
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape
from muster.jobs.answers import accepted
from muster.jobs.present import job_view
from muster.jobs.service import JobForbiddenError, check_permissions, list_jobs
from muster.query.refusals import InvalidQueryError, UnknownTimeZoneError
from muster.views.refusals import ViewNotFoundError

routes = Routes("exports")

_EXPORT_VIEW = Shape("muster.exports.api", "ExportView")


class ExportsQuery(ListQuery):
    """What the list of exports takes."""


@routes.post(
    "/v1/exports",
    permission=Permission.JOB_RUN,
    body=ExportRequest,
    returns=_EXPORT_VIEW,
    status=202,
    errors=(
        JobForbiddenError,
        InvalidSelectionError,
        InvalidExportError,
        ViewNotFoundError,
        refusals.UnknownFilterError,
        refusals.InvalidParameterError,
        InvalidQueryError,
        UnknownTimeZoneError,
    ),
    max_body_bytes=4_000_000,
)
def create_export(call: Call) -> Response:
    """Export a selection of assets as CSV, XLSX or JSON lines.

    The answer is a job; `GET /v1/jobs/{job_id}/results` leads to the file when it is done. Needs
    asset:read as well.
    """
    check_permissions(call.scope, (Permission.ASSET_READ,))
    record = service.create_export(call.scope, call.body)
    return accepted(record)


@routes.get(
    "/v1/exports", permission=Permission.JOB_READ, query=ExportsQuery, returns=_EXPORT_VIEW.page
)
def list_exports(call: Call) -> Response:
    """List the exports, newest first."""
    asked = call.query
    page = list_jobs(call.scope, limit=asked.limit, after=asked.after, types=("export",))
    return list_response(call, [job_view(each) for each in page.items], after=page.next)


@routes.get(
    "/v1/exports/{export_id}",
    permission=Permission.JOB_READ,
    returns=_EXPORT_VIEW,
    errors=(ExportMissingError,),
)
def read_export(call: Call) -> Response:
    """Read an export and how far it is."""
    record = service.read_export(call.scope, call.path["export_id"])
    return Response(job_view(record), version=record.version)
