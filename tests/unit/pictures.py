"""Images that the tests make: good ones, and some that no camera made."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def picture(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """Return a picture whose four quarters differ: red, green, blue, white from the top left."""
    image = Image.new("RGB", (width, height), "white")
    half, middle = width // 2, height // 2
    image.paste("red", (0, 0, half, middle))
    image.paste("lime", (half, 0, width, middle))
    image.paste("blue", (0, middle, half, height))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """Return the image as a file's bytes."""
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    """Return what a file's bytes decode to."""
    image = Image.open(BytesIO(content))
    image.load()
    return image


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return a chunk of a PNG."""
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


def png(width: int, height: int, pixels: bytes, *more: bytes, depth: int = 1) -> bytes:
    """Return a grey PNG with whatever its header says, and further chunks before its pixels."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0))
    return b"".join([_SIGNATURE, head, *more, chunk(b"IDAT", pixels), chunk(b"IEND", b"")])


def bomb(side: int = 30_000) -> bytes:
    """Return a valid one-bit PNG of 30,000 x 30,000 pixels in some 110 KB."""
    squeeze = zlib.compressobj(9)
    row = bytes(1 + side // 8)
    pixels = b"".join(squeeze.compress(row) for _ in range(side)) + squeeze.flush()
    return png(side, side, pixels)
