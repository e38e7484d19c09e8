"""Makes a clean image and thumbnails of what was uploaded, in a process with limits of its own.

Decoders are where foreign bytes meet C code. So they run in a child that has a second's worth of
limits set before it reads a byte, that is given no environment (and thereby no credentials), and
whose death is a refusal of the image and not the end of the function.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from muster.errors import InvalidInputError

THUMBNAIL_SIZES = (96, 320, 1280)
"""Pixels of the longest side. A smaller image is not enlarged."""
MAX_PIXELS = 50_000_000
MAX_SIDE = 30_000
CPU_SECONDS = 20
MEMORY_BYTES = 1536 * 1024 * 1024
WALL_SECONDS = 45
_HEADER_BYTES = 4
_XCPU, _KILL = 24, 9


class ImageRefusedError(InvalidInputError):
    """What was uploaded can't be shown as an image."""

    code = "image_refused"


class NotAnImageError(ImageRefusedError):
    """The bytes are no PNG, JPEG, GIF, WebP, BMP or TIFF."""

    code = "not_an_image"


class ImageTooLargeError(ImageRefusedError):
    """The image has more pixels than are decoded."""

    code = "image_too_large"


class ImageDamagedError(ImageRefusedError):
    """The image can't be decoded to its end."""

    code = "image_damaged"


class ImageTooSlowError(ImageRefusedError):
    """Decoding the image takes more time or memory than an image may take."""

    code = "image_too_slow"


REFUSALS: Mapping[str, type[ImageRefusedError]] = {
    each.code: each
    for each in (NotAnImageError, ImageTooLargeError, ImageDamagedError, ImageTooSlowError)
}


@dataclass(frozen=True)
class Images:
    """An image, turned upright, and what was made of it; nothing of its metadata is in it."""

    width: int
    height: int
    media_type: str
    """Of `clean`: image/jpeg, image/png or image/webp."""
    clean: bytes
    """Empty where only thumbnails were asked for."""
    thumbnails: Mapping[int, bytes]
    """WebP by `THUMBNAIL_SIZES`."""


def make_images(
    content: bytes,
    *,
    clean: bool = True,
    cpu_seconds: int = CPU_SECONDS,
    memory_bytes: int = MEMORY_BYTES,
) -> Images:
    """Decode an image, and encode it anew with its thumbnails.

    Takes at most `cpu_seconds` and `memory_bytes`, in a process beside this one. The same bytes
    give the same bytes. `clean=False` makes thumbnails only. Raises ImageRefusedError.
    """
    limits = json.dumps({"cpu": cpu_seconds, "memory": memory_bytes, "clean": clean})
    command = [sys.executable, "-B", "-m", "muster.files.decoding", limits]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and module
            command,
            input=content,
            capture_output=True,
            timeout=WALL_SECONDS,
            env=_environment(),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise too_heavy() from error
    if done.returncode in {-_XCPU, -_KILL}:
        raise too_heavy()
    if done.returncode < 0:
        raise ImageDamagedError("The image is damaged: its decoder broke down over it.")
    if done.returncode:
        # The child answers for every image. This is something else: no Pillow, no memory to start.
        words = done.stderr[-2000:].decode(errors="replace")
        raise RuntimeError(f"the decoder ended with {done.returncode}: {words}")
    return _read(done.stdout)


def packed(header: Mapping[str, Any], *contents: bytes) -> bytes:
    """Return an answer of the child: a header with the lengths of what follows it."""
    told = json.dumps({**header, "lengths": [len(each) for each in contents]}).encode()
    return b"".join([len(told).to_bytes(_HEADER_BYTES), told, *contents])


def too_heavy() -> ImageTooSlowError:
    """Return the refusal of an image that is over the limits of time or memory."""
    return ImageTooSlowError("Decoding the image takes more time or memory than an image may take.")


def _read(answer: bytes) -> Images:
    start = _HEADER_BYTES + int.from_bytes(answer[:_HEADER_BYTES])
    header = json.loads(answer[_HEADER_BYTES:start])
    if "code" in header:
        raise REFUSALS[header["code"]](header["detail"])
    contents = []
    for length in header["lengths"]:
        contents.append(answer[start : start + length])
        start += length
    return Images(
        width=header["width"],
        height=header["height"],
        media_type=header["media_type"],
        clean=contents[0],
        thumbnails=dict(zip(THUMBNAIL_SIZES, contents[1:], strict=True)),
    )


def _environment() -> dict[str, str]:
    """Return what the child needs to find Muster and Pillow, and nothing else."""
    # Without the working folder: its place in sys.path is "", and it may hold anything.
    paths = [str(Path(each).resolve()) for each in sys.path if each]
    return {"PYTHONPATH": os.pathsep.join(paths), "MALLOC_ARENA_MAX": "1"}
