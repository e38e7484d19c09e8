"""What follows when a content has arrived in the bucket, whether or not the client says so."""

from __future__ import annotations

import re
from dataclasses import replace

from muster.access.model import TenantId
from muster.attachments.model import UPLOAD
from muster.attachments.processing import process_file
from muster.attachments.uploads import complete_upload, read_upload
from muster.ids import is_id
from muster.ledger.model import Record
from muster.scope import Scope

_KEY = re.compile(r"T/(?P<tenant>[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?)/uploads/(?P<upload>\w+)")


def upload_of(key: str) -> tuple[TenantId, str] | None:
    """Return the tenant and the upload that a key of the files bucket is of, None for others."""
    found = _KEY.fullmatch(key)
    if found is None or not is_id(UPLOAD, found["upload"]):
        return None
    return found["tenant"], found["upload"]


def take_in(scope: Scope, upload_id: str) -> Record:
    """Complete an upload as the one who began it, and look through what it became.

    Whether it was completed before makes no difference, nor does being called again. Returns the
    upload. Raises UploadNotFoundError, UploadMissingError, FileGoneError.
    """
    begun = read_upload(scope, upload_id)
    scope = replace(scope, actor=begun.created.by)
    upload = complete_upload(scope, upload_id)
    if "file" in upload.body:
        process_file(scope, upload.body["file"])
    return read_upload(scope, upload_id)
