"""What a content has to be: as announced, and what was sent."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from muster.access.model import Limits
from muster.attachments.model import Announcement
from muster.attachments.refusals import UploadMissingError
from muster.errors import FieldError
from muster.files.model import IMAGE_BYTES, RASTER_TYPES, Purpose
from muster.files.refusals import ContentTooLargeError, InvalidUploadError
from muster.files.sniffing import SNIFFED_BYTES, media_type_of
from muster.scope import Scope

_PIECE = 1 << 20


def check_announced(scope: Scope, told: Announcement, purpose: Purpose) -> None:
    """Raise ContentTooLargeError, InvalidUploadError."""
    limits = scope.identity.tenant.limits if scope.identity else Limits()
    most = IMAGE_BYTES if purpose is Purpose.IMAGE else limits.file_bytes
    if told.size > most:
        raise ContentTooLargeError(
            f"The content has {told.size:,} bytes, and {purpose}s at most {most:,}.",
            extra={"max_bytes": most},
        )
    if purpose is Purpose.IMAGE and told.media_type not in RASTER_TYPES:
        svg = told.media_type == "image/svg+xml"
        code = "svg_not_allowed" if svg else "not_an_image"
        detail = (
            "SVG can hold programs, and is not taken as an image: attach it as a file."
            if svg
            else f"Images are PNG, JPEG, GIF, WebP, BMP or TIFF, not {told.media_type}."
        )
        raise InvalidUploadError(detail, errors=[FieldError(code, detail, "/media_type")])


def problem_of(scope: Scope, name: str, told: Mapping[str, Any]) -> dict[str, str] | None:
    """Return why what was sent is not taken. Raises UploadMissingError."""
    facts = scope.objects.facts(name)
    if facts is None:
        raise UploadMissingError("The content is not there: send it by the form, or begin again.")
    if facts.size != told["size"]:
        return _told(
            "wrong_size", f"{told['size']:,} bytes were announced, and {facts.size:,} sent."
        )
    if (facts.sha256 or _hash(scope, name)) != told["sha256"]:
        return _told("wrong_hash", "What was sent has not the SHA-256 that was announced.")
    return None if told["purpose"] == Purpose.FILE else _no_image(sniffed(scope, name), told)


def _no_image(found: str | None, told: Mapping[str, Any]) -> dict[str, str] | None:
    if found == "image/svg+xml":
        return _told("svg_not_allowed", "SVG can hold programs, and is not taken as an image.")
    if found not in RASTER_TYPES:
        return _told("not_an_image", "What was sent is no PNG, JPEG, GIF, WebP, BMP or TIFF.")
    if found != told["media_type"]:
        return _told("wrong_type", f"{told['media_type']} was announced, and {found} sent.")
    return None


def sniffed(scope: Scope, name: str) -> str | None:
    """Return the media type that an object's first bytes show. One call."""
    stream = scope.objects.stream(name, length=SNIFFED_BYTES)
    if stream is None:
        return None
    with closing(stream):
        return media_type_of(stream.read())


def _hash(scope: Scope, name: str) -> str:
    digest = hashlib.sha256()
    stream = scope.objects.stream(name)
    if stream is not None:
        with closing(stream):
            while piece := stream.read(_PIECE):
                digest.update(piece)
    return digest.hexdigest()


def _told(code: str, detail: str) -> dict[str, str]:
    return {"code": code, "detail": detail}
