"""Turns a decoded image upright, and brings it to 8-bit grey or sRGB without any metadata."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image, Transpose

DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    EOFError,
    RuntimeError,
    struct.error,
    zlib.error,
)
"""What Pillow's plugins raise over bytes that are not as they should be."""
_ORIENTATION = 0x0112
_SIDEWAYS = frozenset({5, 6, 7, 8})
_PLAIN = frozenset({"L", "LA", "RGB", "RGBA"})


def upright_srgb(opened: Image) -> Image:
    """Return a loaded image as it is to be looked at, in mode L, LA, RGB or RGBA."""
    orientation = orientation_of(opened)
    image = _plain(_srgb(opened))
    turn = _turns().get(orientation)
    turned = image if turn is None else image.transpose(turn)
    if turned is opened:
        turned = opened.copy()
    # The encoders would write profiles, comments and XMP from here.
    turned.info = {}
    return turned


def upright_size(opened: Image, size: tuple[int, int]) -> tuple[int, int]:
    """Return width and height as they are looked at; `size` is the header's."""
    if opened.format == "TIFF":
        # Pillow turns TIFFs itself while it loads them.
        return opened.size
    return (size[1], size[0]) if orientation_of(opened) in _SIDEWAYS else size


def orientation_of(opened: Image) -> int:
    """Return the EXIF orientation, 1 where there is none or EXIF is damaged."""
    try:
        found = opened.getexif().get(_ORIENTATION, 1)
    except DAMAGE:
        # EXIF is foreign bytes as well; the picture is shown without it.
        return 1
    return found if isinstance(found, int) else 1


def _turns() -> dict[int, Transpose]:
    from PIL.Image import Transpose

    return {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }


def _srgb(image: Image) -> Image:
    """Return the image in sRGB where it says what its colours mean; else as it is."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in {"RGB", "CMYK", "L"}:
        return image
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        made = ImageCms.profileToProfile(
            image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        # A profile that can't be read says nothing about the colours.
        return image
    assert made is not None
    if "transparency" in image.info:
        # Its transparent colour is one of before the change.
        made.putalpha(image.convert("RGBA").getchannel("A"))
    made.info.pop("transparency", None)
    return made


def _plain(image: Image) -> Image:
    if image.mode in {"I", "F"} or image.mode.startswith("I;16"):
        image = _eight_bits(image)
    if image.has_transparency_data:
        return image if image.mode in {"LA", "RGBA"} else image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode in _PLAIN else image.convert("RGB")


def _eight_bits(image: Image) -> Image:
    """Return deep grey as 8 bits: 16 bits by their upper half, all else between its extremes."""
    if image.mode.startswith("I;16"):
        scale, offset = 1 / 256, 0.0
        image = image.convert("I")
    else:
        low, high = (float(each) for each in image.getextrema())  # type: ignore[arg-type]
        if not high > low:
            return image.convert("L")
        if image.mode == "I" and low >= 0 and high < 2**16:
            # That is how 16 bits are read from some formats.
            low, high = 0.0, 2.0**16 - 1
        scale = 255 / (high - low)
        offset = -low * scale
    return image.point(lambda value: value * scale + offset).convert("L")
