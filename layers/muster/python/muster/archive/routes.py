"""`/v1/archives` and `/v1/archive-imports`: the whole tenant out, and in again."""

from __future__ import annotations

from muster.access.model import Permission
from muster.archive import refusals, service
from muster.archive.api import ArchiveImportRequest
from muster.archive.present import import_view
from muster.assets.limits import AssetLimitError
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape
from muster.jobs.answers import accepted
from muster.ledger.model import Record

routes = Routes("archives")

_VIEW = Shape("muster.archive.api", "ArchiveImportView")
_JOB_VIEW = Shape("muster.jobs.present", "JobView")


@routes.post("/v1/archives", permission=Permission.TENANT_EXPORT, returns=_JOB_VIEW, status=202)
def export_archive(call: Call) -> Response:
    """Write all that the organisation holds, with its history and its files, as one archive.

    The job's result file is the archive.
    """
    return accepted(service.start_export(call.scope))


@routes.post(
    "/v1/archive-imports",
    permission=Permission.TENANT_IMPORT,
    body=ArchiveImportRequest,
    returns=_VIEW,
    status=201,
    errors=(refusals.ArchiveTooLargeError, refusals.TenantNotEmptyError),
)
def create_archive_import(call: Call) -> Response:
    """Make an import of an archive, which is uploaded next."""
    record, upload = service.create_import(call.scope, call.body)
    view = import_view(record, upload=upload, has_file=False)
    address = f"/v1/archive-imports/{record.id}"
    return Response(view, status=201, version=record.version, location=address)


@routes.get(
    "/v1/archive-imports/{archive_import_id}",
    permission=Permission.TENANT_IMPORT,
    returns=_VIEW,
    errors=(refusals.ArchiveImportMissingError,),
)
def read_archive_import(call: Call) -> Response:
    """Read the import of an archive, what is in it, and how far it is."""
    record = service.read_import(call.scope, call.path["archive_import_id"])
    view = import_view(record, has_file=service.has_file(call.scope, record))
    return Response(view, version=record.version)


@routes.post(
    "/v1/archive-imports/{archive_import_id}:plan",
    permission=Permission.TENANT_IMPORT,
    returns=_VIEW,
    status=202,
    errors=(
        refusals.ArchiveImportMissingError,
        refusals.ArchiveImportBusyError,
        refusals.ArchiveMissingError,
        refusals.TenantNotEmptyError,
    ),
)
def plan_archive_import(call: Call) -> Response:
    """Check all of an archive, and import nothing yet. What is wrong is in the import's `error`."""
    return _started(service.plan_import(call.scope, call.path["archive_import_id"]))


@routes.post(
    "/v1/archive-imports/{archive_import_id}:apply",
    permission=Permission.TENANT_IMPORT,
    returns=_VIEW,
    status=202,
    errors=(
        refusals.ArchiveImportMissingError,
        refusals.ArchiveNotPlannedError,
        refusals.TenantNotEmptyError,
        AssetLimitError,
    ),
)
def apply_archive_import(call: Call) -> Response:
    """Import a checked archive, ids, history and all. Asking twice imports it once."""
    return _started(service.apply_import(call.scope, call.path["archive_import_id"]))


def _started(record: Record) -> Response:
    return accepted(record, import_view(record))
