"""How an asset shows its images and files: in reads, in lists, and in its history."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from muster.assets.model import KIND as ASSET
from muster.catalog.starter import install_starter
from muster.files.model import KIND
from muster.files.records import read_file
from muster.ids import new_id
from muster.ledger.model import Delete, Put
from tests.support import Stand

WEBP = "c" * 64


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    made = Stand(tmp_path)
    install_starter(made.scope())
    return made


def an_asset(stand: Stand) -> str:
    made: str = stand.client.post("/v1/assets", {"type": "laptop"}).json["id"]
    return made


def uploaded(stand: Stand, path: str, content: bytes) -> str:
    """Upload a content to an address, and return the file's id."""
    sha256, size = hashlib.sha256(content).hexdigest(), len(content)
    told = {"filename": "a.jpg", "size": size, "media_type": "image/jpeg", "sha256": sha256}
    upload = stand.client.post(path, told).json
    stand.parts("acme")[2].put(f"uploads/{upload['id']}", content)
    file_id: str = stand.client.post(f"/v1/uploads/{upload['id']}:complete").json["file"]
    return file_id


def an_image(stand: Stand, asset_id: str, content: bytes = b"1") -> str:
    return uploaded(stand, f"/v1/assets/{asset_id}/images", b"\xff\xd8\xff" + content)


def processed(stand: Stand, file_id: str) -> None:
    """Note what is known of an image once it was looked through."""
    scope = stand.scope()
    record = read_file(scope, file_id)
    image = {"width": 640, "height": 480, "thumbnails": {"96": WEBP}}
    body = {**record.body, "image": image, "processed": True}
    scope.commit([Put(KIND, file_id, body, record.marks, before=record)])


@pytest.mark.parametrize("listed", [False, True])
def test_expanded_images_have_addresses(stand: Stand, *, listed: bool) -> None:
    """By default an asset lists ids; asked for, sizes and signed addresses of its thumbnails."""
    asset_id = an_asset(stand)
    file_id = an_image(stand, asset_id)
    processed(stand, file_id)
    path = "/v1/assets" if listed else f"/v1/assets/{asset_id}"

    plain = stand.client.get(path).json
    expanded = stand.client.get(f"{path}?expand=links,images").json

    if listed:
        (plain,), (expanded,) = plain["items"], expanded["items"]
    assert plain["images"] == [file_id]
    (image,) = expanded["images"]
    assert expanded["links"] == []
    assert (image["id"], image["state"], image["width"]) == (file_id, "ready", 640)
    assert f"T/acme/files/{WEBP}" in image["thumbnails"]["96"]


def test_an_image_that_is_not_looked_through_has_no_address(stand: Stand) -> None:
    """Nobody is led to bytes that nobody has decoded."""
    asset_id = an_asset(stand)
    file_id = an_image(stand, asset_id)

    (image,) = stand.client.get(f"/v1/assets/{asset_id}?expand=images").json["images"]

    assert (image["state"], image["thumbnails"]) == ("processing", {})
    answer = stand.client.get(f"/v1/files/{file_id}/content")
    assert (answer.status, answer.code) == (409, "file_not_ready")


def test_an_image_whose_file_is_gone_is_shown_as_missing(stand: Stand) -> None:
    """An undo can bring back the mention of a file that was swept: every read bears it."""
    asset_id = an_asset(stand)
    file_id = an_image(stand, asset_id)
    scope = stand.scope()
    scope.commit([Delete(read_file(scope, file_id))])

    (image,) = stand.client.get(f"/v1/assets/{asset_id}?expand=images").json["images"]
    (listed,) = stand.client.get(f"/v1/assets/{asset_id}/images").json["items"]
    history = stand.client.get(f"/v1/assets/{asset_id}/history").json["items"]

    assert image["state"] == listed["state"] == "missing"
    assert history[0]["changes"][0]["to"] == [{"id": file_id, "name": None}]
    assert stand.client.get(f"/v1/files/{file_id}").status == 404


def test_the_history_tells_of_images_and_versions(stand: Stand) -> None:
    """Each change of an image or of a file's versions has what was there before and after."""
    asset_id = an_asset(stand)
    file_id = an_image(stand, asset_id)
    first = uploaded(stand, f"/v1/assets/{asset_id}/files", b"v1")
    (attached,) = stand.client.get(f"/v1/assets/{asset_id}/files").json["items"]
    path = f"/v1/assets/{asset_id}/files/{attached['id']}/versions"
    second = uploaded(stand, path, b"v2")

    history = stand.client.get(f"/v1/assets/{asset_id}/history").json["items"]

    changes = [entry["changes"][0] for entry in history[:3]]
    assert [change["label"] for change in changes] == ["Files", "Files", "Images"]
    assert versions(changes[0]["from"]) == [first]
    assert versions(changes[0]["to"]) == [first, second]
    assert changes[1]["from"] is None
    assert changes[2]["to"][0]["id"] == file_id


def versions(files: Any) -> list[str]:
    (only,) = files
    return [version["file"] for version in only["versions"]]


def test_a_newer_version_can_be_reverted(stand: Stand) -> None:
    """The older content is the file's again, and nothing else changes."""
    asset_id = an_asset(stand)
    file_id = an_image(stand, asset_id)
    first = uploaded(stand, f"/v1/assets/{asset_id}/files", b"v1")
    (attached,) = stand.client.get(f"/v1/assets/{asset_id}/files").json["items"]
    uploaded(stand, f"/v1/assets/{asset_id}/files/{attached['id']}/versions", b"v2")
    newest = stand.client.get(f"/v1/assets/{asset_id}/history").json["items"][0]["seq"]

    reverted = stand.client.post(f"/v1/assets/{asset_id}:revert", {"seq": newest}).json
    before = stand.client.get(f"/v1/assets/{asset_id}?at=seq:{newest}").json

    assert (reverted["files"][0]["file"], reverted["images"]) == (first, [file_id])
    assert before["files"][0]["version"] == "2"


def test_another_tenants_file_is_nobody_elses(stand: Stand) -> None:
    """Neither its id nor its hash leads another tenant to it: not to attach, read or name it."""
    stand.add_tenant("other")
    install_starter(stand.scope(tenant="other"))
    theirs = an_image(stand, an_asset(stand))
    intruder = stand.token(tenant="other")
    asset_id = stand.client.post("/v1/assets", {"type": "laptop"}, token=intruder).json["id"]
    content = b"\xff\xd8\xff1"
    sha256 = hashlib.sha256(content).hexdigest()
    told = {"filename": "a", "size": 4, "media_type": "image/jpeg", "sha256": sha256}

    attached = stand.client.post(f"/v1/assets/{asset_id}/images", {"file": theirs}, token=intruder)
    announced = stand.client.post(f"/v1/assets/{asset_id}/images", told, token=intruder)
    read = [
        stand.client.get(f"/v1/files/{theirs}{rest}", token=intruder).status
        for rest in ("", "/content", "/content?size=96")
    ]

    assert (attached.status, attached.code) == (404, "file_not_found")
    assert (announced.json["state"], announced.json["file"]) == ("waiting", None)
    assert announced.json["upload"]["fields"]["key"].startswith("T/other/uploads/")
    assert read == [404, 404, 404]
    assert stand.client.get("/v1/files", token=intruder).json["items"] == []
    assert stand.scope(tenant="other").ledger.get(ASSET, asset_id).version == 1  # type: ignore[union-attr]


def test_a_key_that_was_never_given_is_no_upload(stand: Stand) -> None:
    """Completing an upload of another tenant, or none, is 404, and touches no object."""
    unknown = new_id("upload")
    stand.parts("acme")[2].put(f"uploads/{unknown}", b"x")

    answer = stand.client.post(f"/v1/uploads/{unknown}:complete")

    assert (answer.status, answer.code) == (404, "upload_not_found")
    assert stand.parts("acme")[2].get(f"uploads/{unknown}") == b"x"
