"""Looks through what was uploaded: makes the image and its thumbnails, or takes the file back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from muster.attachments.refusing import refuse_file
from muster.files.contents import remove_contents
from muster.files.imaging import ImageRefusedError, Images, make_images
from muster.files.model import IMAGE_BYTES, KIND, RASTER_TYPES, Purpose, object_name
from muster.files.refusals import FileGoneError
from muster.ledger.model import Put, Record
from muster.ledger.port import VersionConflictError
from muster.scope import Scope

_ROUNDS = 8
_TYPES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}


def process_file(scope: Scope, file_id: str) -> Record | None:
    """Make an image's clean form and thumbnails, and note them in its file's record.

    A file that is no image, that was looked through already or that is gone is left alone, so that
    it may be called as often as one likes, and by several at once. An image that can't be shown is
    taken back (`refuse_file`); a file that can't keeps its bytes, and says why it has no
    thumbnails. Returns the record, None when there is none now. Raises FileGoneError when
    the content is missing, and what S3 and DynamoDB raise: try again then.
    """
    record = scope.ledger.get(KIND, file_id)
    if record is None:
        return None
    if not _is_to_do(record):
        _remove_sent(scope, record)  # its upload may have put it back, when both were at work
        return record
    try:
        images = _images_of(scope, record)
    except ImageRefusedError as refused:
        problem = {"code": refused.code, "detail": refused.detail}
        if record.body["purpose"] == Purpose.IMAGE:
            refuse_file(scope, file_id, problem)
            return None
        return _note(scope, file_id, {"problem": problem})
    return _keep(scope, record, images)


def _is_to_do(record: Record) -> bool:
    body = record.body
    drawn = body["media_type"] in RASTER_TYPES or body["purpose"] == Purpose.IMAGE
    return drawn and "image" not in body and "problem" not in body


def _images_of(scope: Scope, record: Record) -> Images:
    body = record.body
    if body["size"] > IMAGE_BYTES:
        most = IMAGE_BYTES >> 20
        raise ImageRefusedError(f"Thumbnails are made of images of at most {most} MiB.")
    content = scope.objects.get(object_name(body["sha256"]))
    if content is None:
        raise FileGoneError("The file's content is not there any more.")
    return make_images(content, clean=body["purpose"] == Purpose.IMAGE)


def _keep(scope: Scope, record: Record, images: Images) -> Record | None:
    contents = {_hash(each): each for each in images.thumbnails.values()}
    facts: dict[str, Any] = {
        "image": {
            "width": images.width,
            "height": images.height,
            "thumbnails": {str(s): _hash(each) for s, each in images.thumbnails.items()},
        }
    }
    types = dict.fromkeys(contents, "image/webp")
    if images.clean:
        sha256 = _hash(images.clean)
        contents[sha256], types[sha256] = images.clean, images.media_type
        facts |= {
            "name": _named(record.body["name"], record.body["media_type"], images.media_type),
            "sha256": sha256,
            "size": len(images.clean),
            "media_type": images.media_type,
        }
    _store(scope, contents, types)
    kept = _note(scope, record.id, facts)
    if kept is not None:
        # The sweep may have removed one that nobody had named yet.
        _store(scope, contents, types)
        _remove_sent(scope, kept)
    return kept


def _store(scope: Scope, contents: Mapping[str, bytes], types: Mapping[str, str]) -> None:
    for sha256, content in contents.items():
        if scope.objects.size(object_name(sha256)) is None:
            scope.objects.put(object_name(sha256), content, content_type=types[sha256])


def _note(scope: Scope, file_id: str, facts: Mapping[str, Any]) -> Record | None:
    """Commit what was found out, unless somebody else was quicker."""
    for _ in range(_ROUNDS):
        record = scope.ledger.get(KIND, file_id)
        if record is None or not _is_to_do(record):
            return record
        put = Put(KIND, file_id, {**record.body, **facts}, record.marks, before=record)
        try:
            return scope.carry_out([put])[KIND, file_id]
        except VersionConflictError:
            continue
    raise VersionConflictError("Others kept changing the file: try again.")


def _remove_sent(scope: Scope, record: Record) -> None:
    """Remove the bytes as they were sent, with all their metadata, unless another file is these."""
    sent = record.body["sent_sha256"]
    if sent != record.body["sha256"] and scope.objects.size(object_name(sent)) is not None:
        scope.replica.catch_up()
        remove_contents(scope, {sent})


def _named(name: str, before: str, after: str) -> str:
    """Return a name whose ending tells what the image is now: a GIF is kept as a PNG."""
    if before == after:
        return name
    return f"{name.rpartition('.')[0] or name}{_TYPES[after]}"


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
