"""Which contents a file record names: its own bytes, and its thumbnails'."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def contents_of(body: Mapping[str, Any]) -> list[str]:
    """Return the SHA-256 of each content; one that was refused, or is not there yet, has none."""
    image = body.get("image")
    thumbnails = image.get("thumbnails") if isinstance(image, Mapping) else None
    named = [body.get("sha256"), *(thumbnails if isinstance(thumbnails, Mapping) else {}).values()]
    return [each for each in named if isinstance(each, str)]
