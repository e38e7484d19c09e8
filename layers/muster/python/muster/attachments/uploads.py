"""Uploads from the announcement to the file: sent straight to S3, checked, and made the asset's."""

from __future__ import annotations

from collections.abc import Mapping

from muster.attachments.change import (
    Place,
    attach,
    check_place,
    place_of,
    read_live_asset,
    unmoved,
)
from muster.attachments.checks import check_announced, problem_of, sniffed
from muster.attachments.model import UPLOAD, Announcement, UploadState
from muster.attachments.refusals import (
    UploadMissingError,
    UploadNotFoundError,
    WrongPurposeError,
)
from muster.errors import ConflictError, NotFoundError
from muster.files.contents import remove_contents
from muster.files.model import Purpose, object_name
from muster.files.records import file_put, find_content, read_file
from muster.ids import is_id, new_id
from muster.ledger.model import Put, Record, Write
from muster.ledger.objects import Upload
from muster.ledger.port import (
    FenceMovedError,
    LedgerBusyError,
    MarkTakenError,
    VersionConflictError,
)
from muster.scope import Scope

_ROUNDS = 8
_MOVED = (FenceMovedError, MarkTakenError, VersionConflictError)


def upload_name(upload_id: str) -> str:
    """Return where an upload's content is sent to."""
    return f"uploads/{upload_id}"


def begin_upload(
    scope: Scope, told: Announcement, purpose: Purpose, place: Place | None = None
) -> tuple[Record, Upload | None]:
    """Announce a content; return the upload, and the form to send it with.

    There is no form where the tenant has these bytes already: they are the asset's at once then.
    Raises InvalidUploadError, ContentTooLargeError, TooManyAttachmentsError and what an asset
    refuses.
    """
    check_announced(scope, told, purpose)
    upload_id = new_id(UPLOAD)
    body = {
        **told.model_dump(mode="json"),
        "purpose": purpose.value,
        "state": UploadState.WAITING.value,
        **(place.as_json() if place else {}),
    }
    known = find_content(scope, purpose, told.sha256)
    if known is not None and scope.objects.size(object_name(known.body["sha256"])) is not None:
        return _finish(scope, Put(UPLOAD, upload_id, body, history=False)), None
    if place is not None:
        check_place(read_live_asset(scope, place.asset), place, purpose)
    form = scope.objects.presign_upload(
        upload_name(upload_id),
        max_bytes=told.size,
        min_bytes=told.size,
        content_type=told.media_type,
        sha256=told.sha256,
    )
    put = Put(UPLOAD, upload_id, body, history=False)
    return scope.carry_out([put])[UPLOAD, upload_id], form


def attach_file(scope: Scope, file_id: str, place: Place, purpose: Purpose) -> tuple[Record, None]:
    """Make a file that is stored already the asset's; return an upload that is done.

    Raises FileNotFoundInTenantError, WrongPurposeError and what an asset refuses.
    """
    file = read_file(scope, file_id)
    if file.body["purpose"] != purpose:
        raise WrongPurposeError(f"The file was stored as {file.body['purpose']}.")
    body = {
        "filename": file.body["name"],
        "size": file.body["size"],
        "media_type": file.body["media_type"],
        "sha256": file.body["sent_sha256"],
        "purpose": purpose.value,
        "state": UploadState.WAITING.value,
        **place.as_json(),
    }
    return _finish(scope, Put(UPLOAD, new_id(UPLOAD), body, history=False)), None


def read_upload(scope: Scope, upload_id: str) -> Record:
    """Return an upload's record. Raises UploadNotFoundError."""
    record = scope.ledger.get(UPLOAD, upload_id) if is_id(UPLOAD, upload_id) else None
    if record is None:
        raise UploadNotFoundError("There is no upload of this id.")
    return record


def complete_upload(scope: Scope, upload_id: str) -> Record:
    """Look at what was sent and make it a file, or refuse it and leave nothing behind.

    Whoever comes second, the caller or S3's event, finds it done. Returns the upload's record.
    Raises UploadNotFoundError, UploadMissingError.
    """
    record = read_upload(scope, upload_id)
    if record.body["state"] != UploadState.WAITING:
        # The form can be sent again while it is good: nobody waits for that.
        scope.objects.delete(upload_name(upload_id))
        return record
    try:
        problem = problem_of(scope, upload_name(upload_id), record.body)
        return refuse_upload(scope, record, problem) if problem else _accept(scope, record)
    except (FileNotFoundError, UploadMissingError):
        # Somebody else was quicker and removed what was sent, or it was never there.
        return _already_ended(scope, upload_id)


def _accept(scope: Scope, record: Record) -> Record:
    """Make what was sent a file. Raises FileNotFoundError when it is gone."""
    try:
        _keep(scope, record)
        done = _finish(scope, Put(UPLOAD, record.id, record.body, before=record, history=False))
        if done.body["state"] == UploadState.DONE:
            # Somebody may have had the same bytes removed since they were kept.
            _keep(scope, record)
    except (NotFoundError, ConflictError) as error:
        # The asset is gone by now, or full: what was sent is nobody's.
        refused = refuse_upload(scope, record, {"code": error.code, "detail": error.detail})
        remove_contents(scope, {record.body["sha256"]})
        return refused
    scope.objects.delete(upload_name(record.id))
    return done


def _keep(scope: Scope, record: Record) -> None:
    """Copy what was sent to where contents lie. Raises FileNotFoundError when it is gone."""
    target = object_name(record.body["sha256"])
    if scope.objects.size(target) is None:
        scope.objects.copy(upload_name(record.id), target)


def _already_ended(scope: Scope, upload_id: str) -> Record:
    """Return the upload that somebody else ended, who removed what was sent."""
    record = read_upload(scope, upload_id)
    if record.body["state"] == UploadState.WAITING:
        raise UploadMissingError("The content is not there: send it by the form, or begin again.")
    return record


def refuse_upload(scope: Scope, record: Record, problem: Mapping[str, str]) -> Record:
    """Note why an upload is refused, and remove what was sent."""
    body = {**record.body, "state": UploadState.REFUSED.value, "problem": dict(problem)}
    try:
        put = Put(UPLOAD, record.id, body, before=record, history=False)
        record = scope.carry_out([put])[UPLOAD, record.id]
    except VersionConflictError:
        record = read_upload(scope, record.id)
    scope.objects.delete(upload_name(record.id))
    return record


def _finish(scope: Scope, upload: Put) -> Record:
    """Make the file (or find it), make it the asset's and end the upload: in one commit."""
    for _ in range(_ROUNDS):
        try:
            return _try_to_finish(scope, upload)
        except _MOVED:
            scope.replica.catch_up()
            if upload.before is not None:
                before = read_upload(scope, upload.id)
                if before.body["state"] != UploadState.WAITING:
                    return before
                upload = Put(UPLOAD, upload.id, before.body, before=before, history=False)
    raise LedgerBusyError("Others kept changing the asset: try again.")


def _try_to_finish(scope: Scope, upload: Put) -> Record:
    told, purpose = upload.body, Purpose(upload.body["purpose"])
    file: Record | Put | None = find_content(scope, purpose, told["sha256"])
    writes: list[Write] = []
    if file is None:
        file = file_put(told, sniffed(scope, object_name(told["sha256"])) or told["media_type"])
        writes.append(file)
    place = place_of(told)
    if place is not None:
        asset = read_live_asset(scope, place.asset)
        put = attach(scope, asset, place, file, told["filename"])
        writes += [put] if put else []
    body = {**told, "state": UploadState.DONE.value, "file": file.id}
    writes.append(Put(UPLOAD, upload.id, body, before=upload.before, history=False))
    return scope.carry_out(writes, unmoved=unmoved(scope))[UPLOAD, upload.id]
