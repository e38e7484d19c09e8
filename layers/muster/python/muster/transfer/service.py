"""Imports from start to end: a file comes, a plan is made and looked at, it is applied or not."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from muster.access.model import Limits, Permission
from muster.assets.limits import require_room_for
from muster.catalog.service import load_catalog
from muster.errors import FieldError
from muster.ids import new_id
from muster.jobs.model import Job, JobState, Progress
from muster.jobs.plans.planfile import PlanFile, forget_plan, new_plan_name
from muster.jobs.running import KIND, job_of
from muster.jobs.service import (
    change_job,
    check_permissions,
    create_job,
    find_job,
    send_queued,
    start_job,
)
from muster.ledger.model import Record
from muster.ledger.objects import Upload
from muster.ledger.port import VersionConflictError
from muster.scope import Scope
from muster.transfer.api import ImportRequest, PlanRequest
from muster.transfer.model import MAX_INLINE_BYTES, Target
from muster.transfer.planfile import PlanHead, read_head, source_name
from muster.transfer.refusals import (
    FileChangedError,
    FileMissingError,
    FileTooLargeError,
    ImportBusyError,
    ImportMissingError,
    InvalidImportError,
    NotPlannedError,
    PlanOutdatedError,
)

if TYPE_CHECKING:
    from muster.transfer.content import SourceFile

PLANNED_AT_ONCE_BYTES = 1024 * 1024
"""Larger files are planned by the worker."""
_PLANNABLE = frozenset({JobState.WAITING, JobState.FAILED, JobState.CANCELLED})


def create_import(scope: Scope, request: ImportRequest) -> tuple[Record, Upload | None]:
    """Make an import of a file that is sent along, or else return the form to upload it to.

    Raises InvalidImportError, FileTooLargeError, FileChangedError.
    """
    job_id = new_id(KIND)
    content = _inline(request)
    size = len(content) if content is not None else request.size
    if size is None:
        detail = "Say how large the file is, or send it along as content_base64."
        raise InvalidImportError(detail, errors=[FieldError("required", detail, "/size")])
    _check_size(scope, size)
    upload = None
    if content is not None:
        _check_hash(hashlib.sha256(content).hexdigest(), request.sha256)
        if not scope.dry_run:
            scope.objects.put(source_name(job_id), content)
    else:
        upload = scope.objects.presign_upload(source_name(job_id), max_bytes=size)
    job = Job(
        type="import",
        title=f"Import {request.filename}",
        state=JobState.WAITING,
        parameters={
            "filename": request.filename,
            "size": size,
            "sha256": request.sha256,
            "step": "upload" if content is None else "ready",
        },
    )
    return create_job(scope, job, job_id=job_id), upload


def _inline(request: ImportRequest) -> bytes | None:
    if request.content_base64 is None:
        return None
    try:
        content = base64.b64decode(request.content_base64, validate=True)
    except (binascii.Error, ValueError) as error:
        detail = "The content is not base64."
        raise InvalidImportError(
            detail, errors=[FieldError("not_base64", detail, "/content_base64")]
        ) from error
    if len(content) > MAX_INLINE_BYTES:
        raise FileTooLargeError(
            f"A file that is sent along has at most {MAX_INLINE_BYTES} bytes: upload it instead.",
            extra={"max_bytes": MAX_INLINE_BYTES},
        )
    return content


def _check_size(scope: Scope, size: int) -> None:
    limits = scope.identity.tenant.limits if scope.identity else Limits()
    if size > limits.import_bytes:
        raise FileTooLargeError(
            f"The file has {size} bytes, and an import at most {limits.import_bytes}.",
            extra={"max_bytes": limits.import_bytes},
        )


def _check_hash(found: str, expected: str | None) -> None:
    if expected is not None and found != expected:
        raise FileChangedError("The file's SHA-256 is not the one that was announced.")


def read_import(scope: Scope, import_id: str) -> Record:
    """Return an import's record. Raises ImportMissingError."""
    record = find_job(scope, import_id, ("import",))
    if record is None:
        raise ImportMissingError("There is no import of this id.")
    return record


def has_file(scope: Scope, record: Record) -> bool:
    """Tell whether the import's file is there."""
    if job_of(record).parameters.get("step") != "upload":
        return True
    return scope.objects.size(source_name(record.id)) is not None


def plan_import(scope: Scope, import_id: str, request: PlanRequest) -> Record:
    """Plan a file: a small one at once, a large one by the worker.

    Raises ImportMissingError, ImportBusyError, FileMissingError and what makes a plan impossible.
    """
    record = read_import(scope, import_id)
    job = job_of(record)
    if job.state not in _PLANNABLE:
        raise ImportBusyError(
            f"The import is {job.state}: only one that waits, failed or was stopped can be planned."
        )
    size = scope.objects.size(source_name(import_id))
    if size is None:
        raise FileMissingError("The file is not there yet: upload it first.")
    _check_size(scope, size)
    if size > PLANNED_AT_ONCE_BYTES:
        wanted = request.model_dump(mode="json", exclude_unset=True)
        return start_job(scope, record, parameters={"step": "plan", "request": wanted})
    changes = planned(scope, record, request)
    try:
        return change_job(scope, record, **changes, state=JobState.WAITING, error=None)
    except VersionConflictError as error:
        raise ImportBusyError("Somebody else is planning this import.") from error


def planned(scope: Scope, record: Record, request: PlanRequest) -> dict[str, Any]:
    """Make a plan, and return what the import's record keeps of it."""
    # Planning is as large as the rest of the API together, and most requests plan nothing.
    from muster.transfer.mapping import MappingRequest
    from muster.transfer.planning import make_plan

    job = job_of(record)
    number = int(job.result.get("plan", 0)) + 1
    file = PlanFile(scope.objects, record.id, new_plan_name(number))
    wanted = MappingRequest(request.type, request.key, _targets(request), request.options)
    with _source(scope, record) as source:
        head = make_plan(scope, file, number, source, wanted)
    if job.result.get("plan_name"):
        forget_plan(scope.objects, record.id, job.result["plan_name"])
    needs = sorted(_needs(head))
    return {
        "parameters": {**job.parameters, "step": "planned", "needs": needs},
        "result": {"plan": number, "plan_name": file.name, "counts": counts_of(head)},
        "progress": Progress(total=head.plan.counts.rows),
    }


def counts_of(head: PlanHead) -> dict[str, int]:
    """Return how many rows a plan creates, updates and so on."""
    return head.plan.counts.model_dump()


def _needs(head: PlanHead) -> set[str]:
    """Return the permissions that a plan needs beyond writing assets."""
    kinds = {write["kind"] for write in head.schema_writes}
    return {str(Permission.CATALOG_WRITE)} if kinds - {"folder"} else set()


@contextmanager
def _source(scope: Scope, record: Record) -> Iterator[SourceFile]:
    """Fetch the import's file to a temporary one, however large it is."""
    from muster.transfer.content import SourceFile

    stream = scope.objects.stream(source_name(record.id))
    if stream is None:
        raise FileMissingError("The file is not there yet: upload it first.")
    with SourceFile() as source:
        with closing(stream):
            source.fill(stream)
        _check_hash(source.sha256, job_of(record).parameters.get("sha256"))
        yield source


def _targets(request: PlanRequest) -> dict[str, Target]:
    return {
        name: target if isinstance(target, Target) else Target(to=target)
        for name, target in request.columns.items()
    }


def plan_of(scope: Scope, record: Record) -> tuple[PlanFile, PlanHead] | None:
    """Return an import's newest plan, None when it has none."""
    name = job_of(record).result.get("plan_name")
    if name is None:
        return None
    file = PlanFile(scope.objects, record.id, name)
    head = read_head(file)
    return (file, head) if head else None


def apply_import(scope: Scope, import_id: str) -> Record:
    """Start applying the newest plan; asking again while it is applied changes nothing.

    Raises ImportMissingError, NotPlannedError, PlanOutdatedError, JobForbiddenError,
    AssetLimitError.
    """
    record = read_import(scope, import_id)
    job = job_of(record)
    if job.parameters.get("step") == "apply" and job.state is not JobState.WAITING:
        return _under_way(scope, record)
    plan = plan_of(scope, record) if job.parameters.get("step") == "planned" else None
    if plan is None or job.state is not JobState.WAITING:
        raise NotPlannedError("The import has no plan to apply: plan it first.")
    _, head = plan
    check_permissions(
        scope, (Permission.ASSET_WRITE, *map(Permission, job.parameters.get("needs", ())))
    )
    _check_standing(scope, head)
    require_room_for(scope, head.plan.counts.create)
    return start_job(
        scope,
        record,
        parameters={"step": "apply"},
        progress=Progress(total=head.plan.counts.rows),
        undone_by=None,
    )


def _under_way(scope: Scope, record: Record) -> Record:
    state = job_of(record).state
    if state in {JobState.FAILED, JobState.CANCELLED}:
        raise NotPlannedError(f"The import {state}: plan it again for what is left.")
    return send_queued(scope, record)


def _check_standing(scope: Scope, head: PlanHead) -> None:
    """Refuse a plan that rests on a catalog which has changed since."""
    from muster.transfer.schema import fingerprint

    scope.replica.catch_up()
    if head.schema_writes:
        fences = [scope.replica.fence(name) for name in ("catalog", "folders")]
        outdated = max(fences) > head.plan.seq
    else:
        now = fingerprint(load_catalog(scope), head.used_types, head.used_fields)
        outdated = now != head.fingerprint
    if outdated:
        raise PlanOutdatedError("The catalog was changed since the plan was made: plan again.")
