"""What a file record holds, and the pure rules on it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from muster.ledger.model import Mark

KIND = "file"
IMAGE_BYTES = 25 * 1024 * 1024
"""The largest image that is taken."""
RASTER_TYPES = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp", "image/tiff"}
)


class Purpose(StrEnum):
    """What a content is stored for. The same bytes may be stored once for each."""

    IMAGE = "image"
    """Decoded, turned upright and written anew without anything but the picture."""
    FILE = "file"
    """Kept to the byte, and only ever served as a download."""


def object_name(sha256: str) -> str:
    """Return where a content's bytes lie; `sha256` is in hex."""
    return f"files/{sha256}"


def content_mark(purpose: Purpose, sha256: str) -> Mark:
    """Return the mark that makes the same bytes, sent for the same purpose, one record."""
    return Mark("file", f"{purpose}:{sha256}")


def hashes_of(body: Mapping[str, Any]) -> frozenset[str]:
    """Return the hashes of all objects that a file record needs."""
    return frozenset({body["sha256"], *thumbnails_of(body).values()})


def thumbnails_of(body: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the hashes of a file's thumbnails by their size."""
    found: Mapping[str, str] = body.get("image", {}).get("thumbnails", {})
    return found


def is_ready(body: Mapping[str, Any]) -> bool:
    """Tell whether a file can be shown: an image only once it was looked through."""
    return body["purpose"] == Purpose.FILE or "image" in body


def state_of(body: Mapping[str, Any]) -> str:
    """Return where a file stands, as the API tells it."""
    return "ready" if is_ready(body) else "processing"
