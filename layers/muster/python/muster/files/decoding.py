"""`python -m muster.files.decoding`: decodes one image from standard input, within limits.

The only module that imports Pillow. `files.imaging` starts it and reads its answer.
"""

from __future__ import annotations

import json
import resource
import sys
import warnings
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from muster.files.imaging import (
    MAX_PIXELS,
    MAX_SIDE,
    THUMBNAIL_SIZES,
    ImageDamagedError,
    ImageRefusedError,
    Images,
    ImageTooLargeError,
    NotAnImageError,
    packed,
    too_heavy,
)
from muster.files.upright import DAMAGE, upright_size, upright_srgb

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
_TEXT_BYTES = 1024 * 1024
_WEBP_METHOD = 4
_LARGE_PIXELS = 12_000_000


@dataclass(frozen=True)
class Source:
    """What an upload was, before it was decoded."""

    kind: str
    width: int
    height: int
    sampling: int
    """A JPEG's chroma subsampling, -1 for none that could be told."""
    lossless: bool


def main() -> None:
    """Answer with the images, or with the code and words of a refusal."""
    asked = json.loads(sys.argv[1])
    _limit(asked["cpu"], asked["memory"])
    try:
        images = decode(sys.stdin.buffer.read(), clean=asked["clean"])
    except (ImageRefusedError, MemoryError) as error:
        refused = error if isinstance(error, ImageRefusedError) else too_heavy()
        answer = packed({"code": refused.code, "detail": refused.detail})
    else:
        header = {
            "width": images.width,
            "height": images.height,
            "media_type": images.media_type,
        }
        answer = packed(header, images.clean, *images.thumbnails.values())
    sys.stdout.buffer.write(answer)


def _limit(cpu_seconds: int, memory_bytes: int) -> None:
    """Set limits that the kernel holds; nothing is written to a disk either."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))


def decode(content: bytes, *, clean: bool = True) -> Images:
    """Return the images of an upload, made in this process. Raises ImageRefusedError."""
    from PIL import Image, ImageFile, PngImagePlugin, UnidentifiedImageError

    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    PngImagePlugin.MAX_TEXT_CHUNK = _TEXT_BYTES
    PngImagePlugin.MAX_TEXT_MEMORY = 4 * _TEXT_BYTES
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            source, image = _decoded(content, whole=clean)
        except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
            raise _too_large() from error
        except UnidentifiedImageError as error:
            raise NotAnImageError(
                "This is no PNG, JPEG, GIF, WebP, BMP or TIFF image, or it is cut off in its head."
            ) from error
        except DAMAGE as error:
            raise ImageDamagedError(
                "The image is damaged or cut off: it can't be decoded to its end."
            ) from error
        return _made(source, image, clean=clean)


def _made(source: Source, image: Image, *, clean: bool) -> Images:
    try:
        kind, encoded = _encode(source, image) if clean else (source.kind, b"")
        thumbnails = _thumbnails(image)
    except (OSError, ValueError) as error:
        # The pixels are at hand: what an encoder lacks then is memory.
        raise too_heavy() from error
    return Images(source.width, source.height, f"image/{kind.lower()}", encoded, thumbnails)


def _decoded(content: bytes, *, whole: bool) -> tuple[Source, Image]:
    """Return what the image was, and it upright in sRGB. Pillow's own copy is freed by then."""
    from PIL import Image
    from PIL.JpegImagePlugin import get_sampling

    with Image.open(BytesIO(content), formats=FORMATS) as opened:
        size, kind = opened.size, str(opened.format).replace("MPO", "JPEG")
        if max(size) > MAX_SIDE or size[0] * size[1] > MAX_PIXELS:
            raise _too_large()
        _check_chunks(content, kind)
        if not whole:
            # JPEG only: decodes to a fraction of the size at once.
            opened.draft(None, (max(THUMBNAIL_SIZES), max(THUMBNAIL_SIZES)))
        opened.load()
        image = upright_srgb(opened)
        sampling = get_sampling(opened) if kind == "JPEG" else -1
        lossless = kind == "WEBP" and b"VP8L" in content[:4096]
        return Source(kind, *upright_size(opened, size), sampling, lossless), image


def _check_chunks(content: bytes, kind: str | None) -> None:
    """Look at a PNG's checksums, which decoding passes over in chunks that it does not need."""
    from PIL import Image

    if kind == "PNG":
        with Image.open(BytesIO(content), formats=("PNG",)) as opened:
            opened.verify()


def _encode(source: Source, image: Image) -> tuple[str, bytes]:
    """Return the format and bytes of the whole image without anything that is no pixel."""
    out = BytesIO()
    if source.kind == "JPEG":
        # -1 stands for the encoder's own choice: grey has none, and some are not to be told.
        image.save(out, "JPEG", quality=90, subsampling=source.sampling)
        return "JPEG", out.getvalue()
    if source.kind == "WEBP":
        with suppress(ValueError):  # what the encoder can't fit into its first partition
            return "WEBP", _webp(source, image)
    image.save(out, "PNG", compress_level=6)
    return "PNG", out.getvalue()


def _webp(source: Source, image: Image) -> bytes:
    out = BytesIO()
    hasty = source.lossless or image.width * image.height > _LARGE_PIXELS
    method = 0 if hasty else _WEBP_METHOD
    quality = 50 if source.lossless else 90
    colored = _colored(image)
    colored.save(out, "WEBP", quality=quality, lossless=source.lossless, method=method)
    return out.getvalue()


def _thumbnails(image: Image) -> dict[int, bytes]:
    from PIL.Image import Resampling

    smaller = _colored(image)
    made: dict[int, bytes] = {}
    for size in sorted(THUMBNAIL_SIZES, reverse=True):
        smaller = smaller.copy()
        smaller.thumbnail((size, size), Resampling.LANCZOS)
        out = BytesIO()
        smaller.save(out, "WEBP", quality=80, method=_WEBP_METHOD)
        made[size] = out.getvalue()
    return {size: made[size] for size in THUMBNAIL_SIZES}


def _colored(image: Image) -> Image:
    """Return the image in a mode that WebP has."""
    wanted = {"L": "RGB", "LA": "RGBA"}.get(image.mode, image.mode)
    return image if wanted == image.mode else image.convert(wanted)


def _too_large() -> ImageTooLargeError:
    return ImageTooLargeError(
        f"The image is too large: at most {MAX_PIXELS // 1_000_000} megapixels, "
        f"and {MAX_SIDE:,} pixels a side."
    )


if __name__ == "__main__":
    main()
