"""Uploads become clean images and thumbnails, or are refused: whatever the bytes are."""

from __future__ import annotations

import resource
import zlib
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from muster.files import imaging
from muster.files.decoding import decode
from muster.files.imaging import (
    REFUSALS,
    ImageDamagedError,
    ImageRefusedError,
    ImageTooLargeError,
    ImageTooSlowError,
    NotAnImageError,
    make_images,
)
from tests.unit.pictures import bomb, chunk, encoded, opened, picture, png

_SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
_HTML = b"<html><script>alert(1)</script></html>"


def colours(image: Image.Image) -> list[tuple[int, ...]]:
    """Return the colours of the four quarters, coarsely: top left first, in reading order."""
    rgb, (width, height) = image.convert("RGB"), image.size
    spots = [(1, 1), (3, 1), (1, 3), (3, 3)]
    found = [rgb.getpixel((width * x // 4, height * y // 4)) for x, y in spots]
    return [tuple(round(value / 255) for value in each) for each in found if each]  # type: ignore[union-attr]


UPRIGHT = colours(picture())


@pytest.mark.parametrize(
    ("kind", "media_type"),
    [
        ("PNG", "image/png"),
        ("JPEG", "image/jpeg"),
        ("WEBP", "image/webp"),
        ("GIF", "image/png"),
        ("BMP", "image/png"),
        ("TIFF", "image/png"),
    ],
)
def test_every_format_is_written_anew(kind: str, media_type: str) -> None:
    """The picture stays the picture; thumbnails keep its shape and are never larger than it."""
    made = make_images(encoded(picture(1600, 400), kind))

    assert (made.width, made.height, made.media_type) == (1600, 400, media_type)
    assert colours(opened(made.clean)) == UPRIGHT
    assert {size: opened(each).size for size, each in made.thumbnails.items()} == {
        96: (96, 24),
        320: (320, 80),
        1280: (1280, 320),
    }
    assert {opened(each).format for each in made.thumbnails.values()} == {"WEBP"}


def test_a_small_image_is_not_enlarged() -> None:
    made = decode(encoded(picture(200, 10)))

    assert [opened(each).size for each in made.thumbnails.values()] == [
        (96, 5),
        (200, 10),
        (200, 10),
    ]


def test_the_same_bytes_give_the_same_bytes() -> None:
    """So that an image that is looked through twice is stored once."""
    content = encoded(picture(), "JPEG")

    assert make_images(content) == make_images(content)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_each_orientation_is_turned_upright(kind: str, orientation: int) -> None:
    """What EXIF calls the n-th orientation, turned back, is the picture."""
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    held = picture()
    if orientation in back:
        held = held.transpose(back[orientation])
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation

    made = decode(encoded(held, kind, exif=exif))

    assert (made.width, made.height) == opened(made.clean).size == (60, 40)
    assert colours(opened(made.clean)) == UPRIGHT
    assert colours(opened(made.thumbnails[96])) == UPRIGHT


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nothing_but_the_picture_is_kept(kind: str) -> None:
    """Place, camera, comments, XMP and profiles are gone from the image and each thumbnail."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SECRETCAMERA"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (52.0, 31.0, 12.0)
    exif[ExifTags.IFD.GPSInfo] = exif.get_ifd(ExifTags.IFD.GPSInfo)
    text = PngInfo()
    text.add_text("Comment", "SECRETCOMMENT")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options: dict[str, Any] = {"exif": exif, "icc_profile": profile}
    options |= {"pnginfo": text} if kind == "PNG" else {"xmp": b"<x>SECRETXMP</x>"}
    options |= {"comment": b"SECRETCOMMENT"} if kind == "JPEG" else {}
    content = encoded(picture(), kind, **options)
    assert b"SECRET" in content

    made = decode(content)

    for each in (made.clean, *made.thumbnails.values()):
        image = opened(each)
        assert b"SECRET" not in each
        assert not image.getexif()
        assert image.info.keys().isdisjoint({"icc_profile", "comment", "xmp", "exif", "Comment"})


def _zip() -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr("evil.txt", "EVIL" * 9)
    return out.getvalue()


@pytest.mark.parametrize(
    ("kind", "tail"), [("JPEG", _zip()), ("GIF", b"/*EVIL*/alert(1)"), ("PNG", _HTML + b"EVIL")]
)
def test_what_hides_behind_a_picture_is_left_behind(kind: str, tail: bytes) -> None:
    """A file that is a picture and a program as well is a picture only, once it is stored."""
    made = decode(encoded(picture(), kind) + tail)

    assert colours(opened(made.clean)) == UPRIGHT
    assert all(tail not in each for each in (made.clean, *made.thumbnails.values()))
    assert b"EVIL" not in made.clean


@pytest.mark.parametrize("content", [b"", b"no picture", _SVG, _HTML, _zip(), b"%PDF-1.7", b"GIF"])
def test_what_is_no_image_is_refused(content: bytes) -> None:
    with pytest.raises(NotAnImageError):
        make_images(content)


def test_a_bomb_is_refused_by_its_head() -> None:
    """900 megapixels in 110 KB: not decoded at all, so that nobody's memory grows."""
    content = bomb()
    decode(encoded(picture()))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(ImageTooLargeError):
        make_images(content)
    with pytest.raises(ImageTooLargeError):
        decode(content)

    assert len(content) < 200_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 8 * 1024


@pytest.mark.parametrize(("width", "height"), [(40_000, 10), (10, 40_000), (2**31 - 1, 2**31 - 1)])
def test_a_head_that_says_too_much_is_refused(width: int, height: int) -> None:
    with pytest.raises(ImageTooLargeError):
        decode(png(width, height, zlib.compress(bytes(100))))


def test_a_head_that_lies_is_refused() -> None:
    """There are fewer pixels than the head says."""
    with pytest.raises(ImageDamagedError):
        decode(png(5000, 5000, zlib.compress(bytes(100))))


@pytest.mark.parametrize(
    ("name", "head"),
    [
        (b"zTXt", b"Comment\0\0"),
        (b"iTXt", b"Comment\0\x01\0en\0x\0"),
        (b"iCCP", b"profile\0\0"),
    ],
)
def test_a_bomb_beside_the_picture_does_not_go_off(name: bytes, head: bytes) -> None:
    """A text or profile of 200 MB in 200 KB is refused or passed over, and never unpacked."""
    packed = zlib.compress(bytes(200_000_000), 9)
    content = png(8, 8, zlib.compress(bytes(2 * 8)), chunk(name, head + packed))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    del packed

    try:
        made = decode(content)
    except ImageRefusedError:
        made = None

    assert made is None or len(made.clean) < 1000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 16 * 1024


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_a_picture_that_is_cut_off_is_refused(kind: str) -> None:
    """At whatever length, unless nothing but its end mark is lacking."""
    content = encoded(Image.effect_noise((40, 40), 80), kind)

    for length in range(0, len(content) - 40, 7):
        with pytest.raises(ImageRefusedError):
            decode(content[:length])


def test_a_deep_grey_image_is_shown_as_it_was() -> None:
    """16 bits become 8 by their upper half: not by cutting off what is above 255."""
    deep = Image.new("I;16", (4, 4), 0x8000)

    made = decode(encoded(deep))

    assert opened(made.clean).getpixel((0, 0)) == 128


def test_a_cmyk_jpeg_becomes_rgb() -> None:
    made = decode(encoded(picture(mode="CMYK"), "JPEG", quality=95))

    assert opened(made.clean).mode == "RGB"
    assert colours(opened(made.clean)) == UPRIGHT


def test_transparency_is_kept() -> None:
    """That of a palette as well."""
    flat = picture(mode="P")
    clear = flat.getpixel((0, 0))

    made = decode(encoded(flat, transparency=clear))

    alphas = [opened(each).convert("RGBA").getchannel("A") for each in made.thumbnails.values()]
    assert opened(made.clean).getpixel((0, 0))[3] == 0  # type: ignore[index]
    assert all(alpha.getpixel((0, 0)) == 0 and alpha.getpixel((59, 0)) == 255 for alpha in alphas)


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "TIFF", "PNG"])
def test_of_many_frames_the_first_is_the_image(kind: str) -> None:
    others = [Image.new("RGB", (60, 40), colour) for colour in ("black", "yellow")]

    made = decode(encoded(picture(), kind, save_all=True, append_images=others))

    assert colours(opened(made.clean)) == UPRIGHT
    assert getattr(opened(made.clean), "n_frames", 1) == 1


def test_a_profile_is_applied_before_it_is_dropped() -> None:
    """Colours are those that the profile means; one that can't be read is passed over."""
    wide = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    image = picture()

    made = decode(encoded(image, icc_profile=b"no profile"))
    odd = decode(encoded(image, icc_profile=wide.tobytes()))

    assert colours(opened(made.clean)) == colours(opened(odd.clean)) == UPRIGHT


def test_only_thumbnails_can_be_asked_for() -> None:
    """The size told is the whole image's, though less of it was decoded."""
    made = make_images(encoded(picture(4000, 2000), "JPEG"), clean=False)

    assert (made.width, made.height, made.clean) == (4000, 2000, b"")
    assert opened(made.thumbnails[1280]).size == (1280, 640)


def test_the_limits_of_time_and_memory_hold() -> None:
    """The child is stopped by the kernel; this process goes on and says why."""
    content = encoded(Image.effect_noise((5000, 5000), 90), compress_level=0)

    with pytest.raises(ImageTooSlowError):
        make_images(content, cpu_seconds=1)
    with pytest.raises(ImageRefusedError):
        make_images(content, memory_bytes=200 * 1024 * 1024)


def test_the_child_is_given_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """A decoder that is taken over finds nothing in its environment."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")

    assert imaging._environment().keys() == {"PYTHONPATH", "MALLOC_ARENA_MAX"}


def test_a_decoder_that_can_t_start_is_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried again, and no image is thrown away for it."""
    monkeypatch.setattr(imaging, "_environment", dict)

    with pytest.raises(RuntimeError, match="No module named"):
        make_images(encoded(picture()))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(ImageRefusedError):
        decode(content)


_GOOD = [
    encoded(picture(24, 16, mode), kind)
    for kind, mode in [
        ("PNG", "RGB"),
        ("PNG", "P"),
        ("JPEG", "RGB"),
        ("JPEG", "CMYK"),
        ("GIF", "P"),
        ("WEBP", "RGBA"),
        ("BMP", "RGB"),
        ("TIFF", "L"),
    ]
] + [encoded(picture(24, 16), "TIFF", compression="tiff_lzw")]


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(_GOOD),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_a_mutated_image_is_decoded_or_refused(
    content: bytes, changes: list[tuple[int, int]]
) -> None:
    """Whatever is changed in a good image, nothing else than a refusal is raised."""
    mutated = bytearray(content)
    for place, value in changes:
        mutated[place % len(mutated)] = value

    try:
        made = decode(bytes(mutated))
    except tuple(REFUSALS.values()):
        pass
    else:
        assert all(opened(each).format == "WEBP" for each in made.thumbnails.values())
