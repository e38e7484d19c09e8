"""File records: found by id or by content, made, and led to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from muster.files.model import (
    KIND,
    Purpose,
    content_mark,
    is_ready,
    object_name,
    state_of,
    thumbnails_of,
)
from muster.files.refusals import (
    FileGoneError,
    FileNotFoundInTenantError,
    FileNotReadyError,
    IconNotFoundError,
    ThumbnailMissingError,
)
from muster.ids import is_id, new_id
from muster.ledger.model import Put, Record
from muster.scope import Scope


def read_file(scope: Scope, file_id: str) -> Record:
    """Return a file's record. One call. Raises FileNotFoundInTenantError."""
    record = scope.ledger.get(KIND, file_id) if is_id(KIND, file_id) else None
    if record is None:
        raise FileNotFoundInTenantError("There is no file of this id.")
    return record


def find_content(scope: Scope, purpose: Purpose, sha256: str) -> Record | None:
    """Return the file that these bytes were stored as for a purpose, or None. Two calls at most."""
    mark = content_mark(purpose, sha256)
    holder = scope.ledger.holders([mark]).get(mark)
    return scope.ledger.get(*holder) if holder else None


def file_put(upload: Mapping[str, Any], media_type: str) -> Put:
    """Return the write that makes an upload's content a file."""
    purpose = Purpose(upload["purpose"])
    body = {
        "name": upload["filename"],
        "purpose": purpose.value,
        "sent_sha256": upload["sha256"],
        "sha256": upload["sha256"],
        "size": upload["size"],
        "media_type": media_type,
    }
    return Put(KIND, new_id(KIND), body, frozenset({content_mark(purpose, upload["sha256"])}))


def known_files(scope: Scope, file_ids: Iterable[str]) -> dict[str, Record]:
    """Return those of the files that exist, as the replica has them."""
    return scope.replica.get_many(KIND, file_ids)


def content_address(scope: Scope, record: Record, size: int | None = None) -> str:
    """Return where the content, or its thumbnail of a size in pixels, can be had for five minutes.

    Images that Muster wrote itself may be shown; everything else is a download. Raises
    FileNotReadyError, FileGoneError, ThumbnailMissingError.
    """
    body = record.body
    if not is_ready(body):
        raise FileNotReadyError("The image was not looked through yet: ask again in a moment.")
    name, inline = object_name(body["sha256"]), None
    if size is not None:
        thumbnail = thumbnails_of(body).get(str(size))
        if thumbnail is None:
            raise ThumbnailMissingError(f"The file has no thumbnail of {size} pixels.")
        name, inline = object_name(thumbnail), "image/webp"
    elif body["purpose"] == Purpose.IMAGE:
        inline = body["media_type"]
    if scope.objects.size(name) is None:
        raise FileGoneError("The file's content is not there any more.")
    return scope.objects.presign_download(name, filename=body["name"], inline_type=inline)


def icon_address(scope: Scope, icon: str | None, size: int) -> str:
    """Return where the thumbnail of an icon can be had. Raises IconNotFoundError, as above."""
    record = scope.ledger.get(KIND, icon) if icon is not None and is_id(KIND, icon) else None
    if record is None:
        raise IconNotFoundError("The type has no picture as its icon.")
    return content_address(scope, record, size)


def thumbnail_addresses(scope: Scope, body: Mapping[str, Any]) -> dict[str, str]:
    """Return where each thumbnail can be had for five minutes, by size. No call."""
    return {
        size: scope.objects.presign_download(
            object_name(sha256), filename=f"{body['name']}.{size}.webp", inline_type="image/webp"
        )
        for size, sha256 in thumbnails_of(body).items()
    }


def present_image(scope: Scope, file_id: str, record: Record | None) -> dict[str, Any]:
    """Return what a list of assets shows of an image; `record` is None where it was removed."""
    shown: dict[str, Any] = {"id": file_id, "name": None, "state": "missing"}
    if record is not None:
        shown |= {"name": record.body["name"], "state": state_of(record.body)}
    image = record.body.get("image", {}) if record else {}
    return {
        **shown,
        "width": image.get("width"),
        "height": image.get("height"),
        "thumbnails": thumbnail_addresses(scope, record.body) if record else {},
    }


def present_file(record: Record) -> dict[str, Any]:
    """Return a file as JSON, without addresses."""
    body = record.body
    image = body.get("image", {})
    return {
        "id": record.id,
        "version": record.version,
        "name": body["name"],
        "purpose": body["purpose"],
        "media_type": body["media_type"],
        "size": body["size"],
        "sha256": body["sha256"],
        "state": state_of(body),
        "width": image.get("width"),
        "height": image.get("height"),
        "problem": body.get("problem"),
    }
