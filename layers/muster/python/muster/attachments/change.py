"""How an asset comes to its images and files: decided on its newest version, with other writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from muster.assets import refusals
from muster.assets.decide import look
from muster.assets.links import live_end
from muster.assets.model import KIND, is_trashed
from muster.assets.service import asset_key, change_asset
from muster.attachments.model import (
    MAX_FILES,
    MAX_IMAGES,
    MAX_VERSIONS,
    with_file,
    with_image,
    with_version,
    without_file,
    without_image,
)
from muster.attachments.refusals import AttachmentNotFoundError, TooManyAttachmentsError
from muster.files.model import KIND as FILE_KIND
from muster.files.model import Purpose
from muster.ledger.diff import same
from muster.ledger.model import Put, Record
from muster.scope import Scope

type Bodies = Callable[[Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Place:
    """Where a content goes: among an asset's images or files, or as a newer version of a file."""

    asset: str
    attachment: str | None = None
    primary: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return what an upload's record keeps of it."""
        kept = {"asset": self.asset, "attachment": self.attachment, "primary": self.primary}
        return {name: value for name, value in kept.items() if value}


def place_of(upload: Mapping[str, Any]) -> Place | None:
    """Return where an upload's content goes, None for the library."""
    if "asset" not in upload:
        return None
    return Place(upload["asset"], upload.get("attachment"), upload.get("primary", False))


def read_live_asset(scope: Scope, asset_id: str) -> Record:
    """Return an asset to be changed; raises AssetNotFoundError, AssetInTrashError."""
    key = asset_key(asset_id)
    return live_end(scope.ledger.get_for_write([key]), asset_id)


def check_place(record: Record, place: Place, purpose: Purpose) -> None:
    """Raise AttachmentNotFoundError, TooManyAttachmentsError."""
    body = record.body
    if purpose is Purpose.IMAGE:
        _require_room(len(body.get("images", ())), MAX_IMAGES, "images")
    elif place.attachment is None:
        _require_room(len(body.get("files", ())), MAX_FILES, "files")
    else:
        versions = file_of(body, place.attachment)["versions"]
        _require_room(len(versions), MAX_VERSIONS, "versions of a file")


def file_of(body: Mapping[str, Any], attachment_id: str) -> Mapping[str, Any]:
    """Return one of an asset's files; raises AttachmentNotFoundError."""
    for each in body.get("files", ()):
        if each["id"] == attachment_id:
            found: Mapping[str, Any] = each
            return found
    raise AttachmentNotFoundError("The asset has no file of this id.")


def attach(scope: Scope, record: Record, place: Place, file: Record | Put, name: str) -> Put | None:
    """Return the write that makes a file the asset's; None where it is there already."""
    purpose = Purpose(file.body["purpose"])
    check_place(record, place, purpose)
    if purpose is Purpose.IMAGE:
        body = with_image(record.body, file.id, first=place.primary)
    elif place.attachment is None:
        body = with_file(record.body, file.id, name, scope.actor, scope.now())
    else:
        body = with_version(record.body, place.attachment, file.id, scope.actor, scope.now())
    return _put(record, body)


def unmoved(scope: Scope) -> dict[str, int]:
    """Return the fence that keeps a file from vanishing while an asset comes to it."""
    return {"files:deleted": look(scope).seq}


def make_primary(scope: Scope, asset_id: str, file_id: str, if_match: int | None) -> Record:
    """Put one of the asset's images first."""

    def bodies(body: Mapping[str, Any]) -> dict[str, Any]:
        _require_image(body, file_id)
        return with_image(body, file_id, first=True)

    return _change(scope, asset_id, bodies, if_match)


def remove_image(scope: Scope, asset_id: str, file_id: str, if_match: int | None) -> Record:
    """Take an image from the asset; its content stays until it is swept."""

    def bodies(body: Mapping[str, Any]) -> dict[str, Any]:
        _require_image(body, file_id)
        return without_image(body, file_id)

    return _change(scope, asset_id, bodies, if_match)


def remove_file(scope: Scope, asset_id: str, attachment_id: str, if_match: int | None) -> Record:
    """Take a file with all its versions from the asset."""

    def bodies(body: Mapping[str, Any]) -> dict[str, Any]:
        file_of(body, attachment_id)
        return without_file(body, attachment_id)

    return _change(scope, asset_id, bodies, if_match)


def without_images(records: Sequence[Record], file_id: str) -> list[Put]:
    """Return the writes that take an image from assets that have it, the trashed ones too."""
    puts = (_put(record, without_image(record.body, file_id)) for record in records)
    return [put for put in puts if put is not None]


def _change(scope: Scope, asset_id: str, bodies: Bodies, if_match: int | None) -> Record:
    def plan(_: object, record: Record, __: object) -> Put | None:
        if is_trashed(record):
            raise refusals.in_trash(record)
        return _put(record, bodies(record.body))

    return change_asset(scope, asset_id, plan, if_match)


def _put(record: Record, body: dict[str, Any]) -> Put | None:
    if same(body, record.body):
        return None
    return Put(KIND, record.id, body, record.marks, before=record)


def _require_image(body: Mapping[str, Any], file_id: str) -> None:
    if file_id not in body.get("images", ()):
        raise AttachmentNotFoundError(f"The asset has no such image: {FILE_KIND} {file_id[:80]!r}.")


def _require_room(held: int, most: int, what: str) -> None:
    if held >= most:
        raise TooManyAttachmentsError(
            f"The asset has {held} {what}, as many as one may have.", extra={"max": most}
        )
