"""Takes back a file that turned out to be no image: from assets, uploads and objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from muster.assets.decide import settle
from muster.assets.model import KIND as ASSET
from muster.attachments.change import without_images
from muster.attachments.model import UPLOAD, UploadState
from muster.errors import MusterError
from muster.files.contents import remove_contents
from muster.files.model import KIND, hashes_of
from muster.ledger.model import Delete, Put, Record, Write
from muster.ledger.port import VersionConflictError
from muster.replica.port import AssetQuery
from muster.replica.project import IMAGES
from muster.replica.walk import every
from muster.scope import Scope

_ASSETS_AT_ONCE = 20
_LONGEST_UPLOAD = timedelta(days=1)
_AGAIN: tuple[type[MusterError], ...] = (VersionConflictError,)


def refuse_file(scope: Scope, file_id: str, problem: Mapping[str, Any]) -> None:
    """Remove an image that can't be shown, and note the problem (`code`, `detail`) in its uploads.

    Nothing is left: not in an asset, as a record, or as an object. What is done already is passed
    over, so that it may be called again after it was cut short; the object is the sweep's then.
    """
    record = scope.ledger.get(KIND, file_id)
    scope.replica.catch_up()
    if record is not None:
        # First of all, so that no asset comes to it any more: attaching rests on its being there.
        settle(scope, lambda scope: _remove_record(scope, file_id), retry=_AGAIN)
        remove_contents(scope, hashes_of(record.body), but=file_id)
    while settle(scope, lambda scope: _leave_assets(scope, file_id), retry=_AGAIN):
        scope.replica.catch_up()
    for upload in list(_uploads_of(scope, file_id)):
        settle(scope, partial(_refuse_upload, upload=upload, problem=problem), retry=_AGAIN)


def _remove_record(scope: Scope, file_id: str) -> None:
    found = scope.ledger.get_for_write([(KIND, file_id)]).get((KIND, file_id))
    if isinstance(found, Record):
        scope.commit([Delete(found)])


def _leave_assets(scope: Scope, file_id: str) -> int:
    """Take the image from some assets, those in the trash too; return how many had it."""
    query = AssetQuery(equals={IMAGES: [file_id]}, trashed="any", sort=(), limit=_ASSETS_AT_ONCE)
    found = scope.replica.find_assets(query).items
    read = scope.ledger.get_for_write([(ASSET, record.id) for record in found])
    held = [each for each in read.values() if isinstance(each, Record)]
    writes: list[Write] = [*without_images(held, file_id)]
    if writes:
        scope.commit(writes)
    return len(writes)


def _uploads_of(scope: Scope, file_id: str) -> Iterator[Record]:
    """Yield the uploads that became the file: they are among the latest ones."""
    since = scope.now() - _LONGEST_UPLOAD
    for record in every(scope.replica, UPLOAD, descending=True):
        if record.created.at < since:
            return
        if record.body.get("file") == file_id:
            yield record


def _refuse_upload(scope: Scope, upload: Record, problem: Mapping[str, Any]) -> None:
    found = scope.ledger.get_for_write([(UPLOAD, upload.id)]).get((UPLOAD, upload.id))
    if not isinstance(found, Record) or found.body["state"] == UploadState.REFUSED:
        return
    kept = {name: value for name, value in found.body.items() if name != "file"}
    body = {**kept, "state": UploadState.REFUSED.value, "problem": dict(problem)}
    scope.commit([Put(UPLOAD, upload.id, body, before=found, history=False)])
