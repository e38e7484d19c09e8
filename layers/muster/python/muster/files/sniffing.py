"""What a content is by its first bytes, whatever its name and its sender say. Pure."""

from __future__ import annotations

import re

SNIFFED_BYTES = 4_096
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
)
_SVG = re.compile(rb"<(?:[a-z][\w.-]*:)?svg[\s>/:]", re.IGNORECASE)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|script|iframe)\b", re.IGNORECASE)
_WEBP = re.compile(rb"RIFF....WEBP", re.DOTALL)


def media_type_of(head: bytes) -> str | None:
    """Return the media type that the first bytes show, None where they show none.

    Markup is found wherever in them it begins: a browser would, too.
    """
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return media_type
    if _WEBP.match(head):
        return "image/webp"
    text = head.replace(b"\x00", b"")  # UTF-16 as well
    if _SVG.search(text):
        return "image/svg+xml"
    if _HTML.search(text):
        return "text/html"
    return (
        "application/xml"
        if text.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<?xml")
        else None
    )
