"""Archives from start to end: one is written; one comes, is checked, and is made the tenant's."""

from __future__ import annotations

from muster.access.model import Permission
from muster.archive.api import ArchiveImportRequest
from muster.archive.model import MAX_BYTES
from muster.archive.refusals import (
    ArchiveImportBusyError,
    ArchiveImportMissingError,
    ArchiveMissingError,
    ArchiveNotPlannedError,
    ArchiveTooLargeError,
    not_empty,
)
from muster.assets.limits import require_room_for
from muster.ids import new_id
from muster.jobs.model import Job, JobState, Progress
from muster.jobs.running import KIND, job_of
from muster.jobs.service import create_job, find_job, send_queued, start_job
from muster.ledger.model import Record
from muster.ledger.objects import Upload
from muster.scope import Scope

_NEEDS = [Permission.CATALOG_WRITE.value, Permission.TENANT_IMPORT.value]
"""What taking an import back needs, beyond writing assets."""
_PLANNABLE = frozenset({JobState.WAITING, JobState.FAILED, JobState.CANCELLED})


def upload_name(job_id: str) -> str:
    """Return where an import's archive is uploaded to."""
    return f"jobs/{job_id}/upload.tar"


def start_export(scope: Scope) -> Record:
    """Start a job that writes the tenant's archive, and return its record."""
    job = Job(type="archive_export", title="Archive the organisation", state=JobState.WAITING)
    return start_job(scope, create_job(scope, job))


def create_import(scope: Scope, request: ArchiveImportRequest) -> tuple[Record, Upload]:
    """Make an import, and return the form to upload its archive to.

    Raises ArchiveTooLargeError, TenantNotEmptyError.
    """
    if request.size > MAX_BYTES:
        raise ArchiveTooLargeError(
            f"An archive that is imported has {MAX_BYTES:,} bytes at most.",
            extra={"max_bytes": MAX_BYTES},
        )
    _require_empty(scope)
    job_id = new_id(KIND)
    upload = scope.objects.presign_upload(
        upload_name(job_id),
        max_bytes=request.size,
        min_bytes=request.size,
        sha256=request.sha256,
    )
    job = Job(
        type="archive_import",
        title="Import an archive",
        state=JobState.WAITING,
        parameters={
            "size": request.size,
            "sha256": request.sha256,
            "step": "upload",
            "needs": _NEEDS,
        },
    )
    return create_job(scope, job, job_id=job_id), upload


def read_import(scope: Scope, import_id: str) -> Record:
    """Return an import's record. Raises ArchiveImportMissingError."""
    record = find_job(scope, import_id, ("archive_import",))
    if record is None:
        raise ArchiveImportMissingError("There is no import of an archive of this id.")
    return record


def has_file(scope: Scope, record: Record) -> bool:
    """Tell whether the archive of an import that waits is there."""
    job = job_of(record)
    if job.state is not JobState.WAITING or job.parameters["step"] != "upload":
        return True
    return scope.objects.size(upload_name(record.id)) is not None


def plan_import(scope: Scope, import_id: str) -> Record:
    """Have the worker check an archive; asking again while it does changes nothing.

    Raises ArchiveImportMissingError, ArchiveImportBusyError, ArchiveMissingError,
    TenantNotEmptyError.
    """
    record = read_import(scope, import_id)
    job = job_of(record)
    if job.parameters["step"] == "plan" and job.state not in _PLANNABLE:
        return send_queued(scope, record)
    if job.state not in _PLANNABLE:
        raise ArchiveImportBusyError(
            f"The import is {job.state}: only one that waits, failed or was stopped is planned."
        )
    if scope.objects.size(upload_name(import_id)) is None:
        raise ArchiveMissingError("The archive is not there yet: upload it first.")
    _require_empty(scope)
    parameters = {"step": "plan"}
    return start_job(scope, record, parameters=parameters, progress=Progress(), result={})


def apply_import(scope: Scope, import_id: str) -> Record:
    """Start making a checked archive the tenant's own; asking again changes nothing.

    One that was stopped or failed goes on where it was. Raises ArchiveImportMissingError,
    ArchiveNotPlannedError, TenantNotEmptyError, AssetLimitError.
    """
    record = read_import(scope, import_id)
    job = job_of(record)
    if job.undone_by is not None:
        raise ArchiveNotPlannedError(
            "The import was undone: its archive goes into a tenant that never held anything."
        )
    begun = job.parameters["step"] == "apply"
    if begun and job.state not in _PLANNABLE:
        return send_queued(scope, record)
    if "plan" not in job.result or not (begun or job.state is JobState.WAITING):
        raise ArchiveNotPlannedError("The import has no plan to apply: plan it first.")
    if not begun:
        _require_empty(scope)
        require_room_for(scope, job.result["plan"]["counts"]["records"]["asset"])
    return start_job(scope, record, parameters={"step": "apply"})


def _require_empty(scope: Scope) -> None:
    """Raise TenantNotEmptyError for a tenant that holds anything, or has ever held it."""
    if scope.ledger.head().fences:
        raise not_empty()
