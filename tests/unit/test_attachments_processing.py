"""What becomes of an upload once it was looked through, over the API of a stack in memory."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image

from muster.attachments.processing import process_file
from muster.catalog.starter import install_starter
from muster.files.model import hashes_of, object_name
from muster.files.refusals import FileGoneError
from muster.ledger.model import Put
from muster.scope import Scope
from tests.support import Stand
from tests.unit.pictures import encoded, opened, picture

TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif"}


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    made = Stand(tmp_path)
    install_starter(made.scope())
    return made


def asset(stand: Stand) -> str:
    made: str = stand.client.post("/v1/assets", {"type": "laptop"}).json["id"]
    return made


def uploaded(
    stand: Stand,
    asset_id: str,
    content: bytes,
    kind: str = "JPEG",
    *,
    purpose: str = "images",
) -> dict[str, Any]:
    told = {
        "filename": f"front.{kind.lower()}",
        "size": len(content),
        "media_type": TYPES[kind],
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    upload = stand.client.post(f"/v1/assets/{asset_id}/{purpose}", told).json
    if upload["state"] == "waiting":
        stand.parts("acme")[2].put(f"uploads/{upload['id']}", content)
        upload = stand.client.post(f"/v1/uploads/{upload['id']}:complete").json
    assert upload["state"] == "done", upload
    found: dict[str, Any] = upload
    return found


def names(stand: Stand) -> set[str]:
    objects = stand.parts("acme")[2]
    return {*objects.names("files/"), *objects.names("uploads/")}


def photo() -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = "SECRET"
    return encoded(picture(2000, 1000), "JPEG", exif=exif)


def test_an_image_gets_thumbnails_and_loses_what_was_sent(stand: Stand) -> None:
    """What lies in the bucket then is what the record names: nothing with a place or camera."""
    asset_id = asset(stand)
    upload = uploaded(stand, asset_id, photo())

    record = process_file(stand.scope(), upload["file"])

    assert record is not None
    body = record.body
    assert (body["image"]["width"], body["image"]["height"]) == (1000, 2000)
    assert names(stand) == {object_name(each) for each in hashes_of(body)}
    objects = stand.parts("acme")[2]
    contents = [objects.get(name) for name in names(stand)]
    assert all(each and b"SECRET" not in each for each in contents)
    small = objects.get(object_name(body["image"]["thumbnails"]["96"]))
    assert small is not None
    assert opened(small).size == (48, 96)
    (shown,) = stand.client.get(f"/v1/assets/{asset_id}/images").json["items"]
    assert (shown["state"], shown["width"], shown["height"]) == ("ready", 1000, 2000)


def test_processing_again_changes_nothing(stand: Stand) -> None:
    upload = uploaded(stand, asset(stand), photo())
    scope = stand.scope()

    first = process_file(scope, upload["file"])
    again = process_file(scope, upload["file"])

    assert first == again


def test_who_is_second_finds_it_done(stand: Stand) -> None:
    """Two that process one file at the same time leave one record and one set of objects."""
    upload = uploaded(stand, asset(stand), photo())
    scope = stand.scope()
    acts = [lambda: process_file(scope, upload["file"])]

    class Slow:
        """Objects; the first to be read lets somebody else be quicker."""

        def __getattr__(self, name: str) -> Any:
            return getattr(scope.objects, name)

        def get(self, name: str) -> bytes | None:
            found = scope.objects.get(name)
            while acts:
                acts.pop()()
            return found

    slow: Scope = replace(scope, objects=Slow())
    record = process_file(slow, upload["file"])

    assert record is not None
    assert record.version == 2
    assert names(stand) == {object_name(each) for each in hashes_of(record.body)}


def test_two_assets_share_the_image(stand: Stand) -> None:
    """The same photo, sent again, is the same file and the same objects, and needs no form."""
    first, second = asset(stand), asset(stand)
    one = uploaded(stand, first, photo())
    process_file(stand.scope(), one["file"])
    held = names(stand)

    other = uploaded(stand, second, photo())

    assert other["file"] == one["file"]
    assert names(stand) == held


def test_a_gif_is_kept_as_a_png_of_its_first_frame(stand: Stand) -> None:
    upload = uploaded(stand, asset(stand), encoded(picture(), "GIF"), "GIF")

    record = process_file(stand.scope(), upload["file"])

    assert record is not None
    assert (record.body["name"], record.body["media_type"]) == ("front.png", "image/png")


@pytest.mark.parametrize("name", [".", "..", "gif", ".gif", "a.b.gif"])
def test_any_name_gets_the_ending_of_what_is_kept(stand: Stand, name: str) -> None:
    """Also one that is no good as the name of a file."""
    upload = uploaded(stand, asset(stand), encoded(picture(), "GIF"), "GIF")
    scope = stand.scope()
    record = scope.ledger.get("file", upload["file"])
    assert record is not None
    scope.carry_out([Put("file", record.id, {**record.body, "name": name}, record.marks, record)])

    processed = process_file(scope, upload["file"])

    assert processed is not None
    assert processed.body["name"].endswith(".png")


@pytest.mark.parametrize("content", [photo()[:3000], b"\xff\xd8\xff no picture"])
def test_an_image_that_can_t_be_decoded_is_taken_back(stand: Stand, content: bytes) -> None:
    """The upload says why, and nothing is left behind."""
    asset_id = asset(stand)
    upload = uploaded(stand, asset_id, content)

    assert process_file(stand.scope(), upload["file"]) is None

    told = stand.client.get(f"/v1/uploads/{upload['id']}").json
    assert told["state"] == "refused"
    assert told["problem"]["code"] in {"image_damaged", "not_an_image"}
    assert stand.client.get(f"/v1/assets/{asset_id}/images").json["items"] == []
    assert names(stand) == set()


def test_a_file_keeps_its_bytes_and_gets_thumbnails_too(stand: Stand) -> None:
    content = photo()
    upload = uploaded(stand, asset(stand), content, purpose="files")

    record = process_file(stand.scope(), upload["file"])

    assert record is not None
    assert stand.parts("acme")[2].get(object_name(record.body["sha256"])) == content
    assert record.body["image"]["thumbnails"].keys() == {"96", "320", "1280"}


def test_a_file_that_is_a_broken_image_stays_and_says_so(stand: Stand) -> None:
    content = photo()[:3000]
    upload = uploaded(stand, asset(stand), content, purpose="files")

    record = process_file(stand.scope(), upload["file"])

    assert record is not None
    assert record.body["problem"]["code"] == "image_damaged"
    assert stand.parts("acme")[2].get(object_name(record.body["sha256"])) == content


def test_what_another_file_is_stays(stand: Stand) -> None:
    """The same bytes, attached as a file as well, are not removed with the image's original."""
    content = photo()
    asset_id = asset(stand)
    image = uploaded(stand, asset_id, content)
    kept = uploaded(stand, asset_id, content, purpose="files")

    process_file(stand.scope(), image["file"])

    sha256 = stand.scope().ledger.get("file", kept["file"])
    assert sha256 is not None
    assert stand.parts("acme")[2].get(object_name(sha256.body["sha256"])) == content


def test_what_was_named_meanwhile_keeps_its_name(stand: Stand) -> None:
    """A change of the record while it is looked through is planned upon."""
    upload = uploaded(stand, asset(stand), photo())
    scope = stand.scope()
    record = scope.ledger.get("file", upload["file"])
    assert record is not None
    put = Put("file", record.id, {**record.body, "note": "mine"}, record.marks, before=record)
    scope.carry_out([put])

    processed = process_file(scope, upload["file"])

    assert processed is not None
    assert processed.body["note"] == "mine"


def test_a_content_that_is_not_there_is_no_refusal(stand: Stand) -> None:
    """Nothing is taken back for it: it is told, and tried again."""
    upload = uploaded(stand, asset(stand), photo())
    for name in names(stand):
        stand.parts("acme")[2].delete(name)

    with pytest.raises(FileGoneError):
        process_file(stand.scope(), upload["file"])

    assert process_file(stand.scope(), "fil_01JW0000000000000000000000") is None
