"""An image that turns out to be none leaves nothing behind."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from muster.assets.service import delete_asset
from muster.attachments.refusing import refuse_file
from muster.catalog.starter import install_starter
from muster.files.model import KIND, Purpose, content_mark
from muster.ids import new_id
from muster.ledger.model import Put
from tests.support import Stand

CONTENT = b"\xff\xd8\xff and no picture"
PROBLEM = {"code": "image_damaged", "detail": "The picture ends too soon."}


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    made = Stand(tmp_path)
    install_starter(made.scope())
    return made


def announced(content: bytes = CONTENT) -> dict[str, Any]:
    sha256 = hashlib.sha256(content).hexdigest()
    size = len(content)
    return {"filename": "a.jpg", "size": size, "media_type": "image/jpeg", "sha256": sha256}


def an_asset_with_the_image(stand: Stand) -> tuple[str, str, str]:
    """Return the ids of asset, upload and file."""
    asset_id = stand.client.post("/v1/assets", {"type": "laptop"}).json["id"]
    upload = stand.client.post(f"/v1/assets/{asset_id}/images", announced()).json
    if upload["state"] == "waiting":
        stand.parts("acme")[2].put(f"uploads/{upload['id']}", CONTENT)
        upload = stand.client.post(f"/v1/uploads/{upload['id']}:complete").json
    assert upload["state"] == "done"
    return asset_id, upload["id"], upload["file"]


def images(stand: Stand, asset_id: str) -> list[str]:
    return [each["id"] for each in stand.client.get(f"/v1/assets/{asset_id}/images").json["items"]]


def test_a_refused_image_leaves_every_asset_and_no_object(stand: Stand) -> None:
    """Assets that share it lose it, those in the trash as well; its uploads say why."""
    first, upload, file_id = an_asset_with_the_image(stand)
    second, later_upload, same_file = an_asset_with_the_image(stand)
    assert same_file == file_id
    delete_asset(stand.scope(), second)

    refuse_file(stand.scope(), file_id, PROBLEM)

    assert images(stand, first) == images(stand, second) == []
    assert stand.client.get(f"/v1/files/{file_id}").status == 404
    assert not list(stand.parts("acme")[2].names(""))
    for upload_id in (upload, later_upload):
        told = stand.client.get(f"/v1/uploads/{upload_id}").json
        assert (told["state"], told["file"], told["problem"]) == ("refused", None, PROBLEM)


def test_refusing_twice_changes_nothing_more(stand: Stand) -> None:
    """Whoever was cut short may begin again."""
    _, _, file_id = an_asset_with_the_image(stand)
    refuse_file(stand.scope(), file_id, PROBLEM)
    seq = stand.parts("acme")[0].head().seq

    refuse_file(stand.scope(), file_id, PROBLEM)

    assert stand.parts("acme")[0].head().seq == seq


@pytest.mark.parametrize("as_thumbnail", [False, True])
def test_bytes_that_another_file_needs_stay(stand: Stand, *, as_thumbnail: bool) -> None:
    """The same bytes may be kept as a file, or be a thumbnail of something else."""
    _, _, file_id = an_asset_with_the_image(stand)
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    other = "0" * 64 if as_thumbnail else sha256
    image = {"width": 1, "height": 1, "thumbnails": {"96": sha256}}
    body = {
        "name": "a.bin",
        "purpose": "file",
        "sent_sha256": other,
        "sha256": other,
        "size": len(CONTENT),
        "media_type": "application/octet-stream",
        **({"image": image} if as_thumbnail else {}),
    }
    mark = content_mark(Purpose.FILE, other)
    stand.scope().commit([Put(KIND, new_id(KIND), body, frozenset({mark}))])

    refuse_file(stand.scope(), file_id, PROBLEM)

    assert stand.parts("acme")[2].get(f"files/{sha256}") == CONTENT
