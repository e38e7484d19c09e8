"""Images and files over HTTP: announced, sent, completed, shared, refused with nothing left."""

from __future__ import annotations

import hashlib
import struct
import zlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from muster.access.model import Role
from muster.attachments.processing import process_file
from muster.catalog.starter import install_starter
from tests.support import Answer, Stand

OTHER = "other"


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    made = Stand(tmp_path)
    install_starter(made.scope())
    return made


def a_png(colour: int = 0) -> bytes:
    """Return a picture of one grey pixel."""

    def chunk(name: bytes, content: bytes) -> bytes:
        sum_ = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", sum_)

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes([0, colour]))
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", pixels), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def announced(content: bytes, **members: Any) -> dict[str, Any]:
    told = {
        "filename": "front.png",
        "size": len(content),
        "media_type": "image/png",
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    return told | members


def an_asset(stand: Stand, name: str = "Laptop") -> str:
    asset_id: str = stand.client.post("/v1/assets", {"type": "laptop", "name": name}).json["id"]
    return asset_id


def sent(stand: Stand, path: str, content: bytes, **members: Any) -> Answer:
    """Announce a content, send it, and complete the upload."""
    told = stand.client.post(path, announced(content, **members))
    assert told.status == 201, told.text
    upload_id = told.json["id"]
    stand.parts("acme")[2].put(f"uploads/{upload_id}", content)
    return stand.client.post(f"/v1/uploads/{upload_id}:complete")


def objects(stand: Stand, prefix: str = "") -> list[str]:
    return list(stand.parts("acme")[2].names(prefix))


def test_an_image_goes_up_and_is_the_assets(stand: Stand) -> None:
    """The form binds size, type and hash; completing makes it the asset's, with history."""
    asset, content = an_asset(stand), a_png()

    told = stand.client.post(f"/v1/assets/{asset}/images", announced(content)).json
    stand.parts("acme")[2].put(f"uploads/{told['id']}", content)
    done = stand.client.post(f"/v1/uploads/{told['id']}:complete").json
    again = stand.client.post(f"/v1/uploads/{told['id']}:complete").json

    assert told["state"] == "waiting"
    assert told["upload"]["fields"]["max-bytes"] == str(len(content))
    assert (done["state"], done["file"]) == ("done", again["file"])
    (image,) = stand.client.get(f"/v1/assets/{asset}/images").json["items"]
    assert (image["id"], image["primary"], image["state"]) == (done["file"], True, "processing")
    newest = stand.client.get(f"/v1/assets/{asset}/history").json["items"][0]
    assert [change["field"] for change in newest["changes"]] == ["images"]
    assert objects(stand, "uploads/") == []


def test_the_same_bytes_are_shared(stand: Stand) -> None:
    """A second asset needs no upload, and there is one record and one object."""
    first, second, content = an_asset(stand), an_asset(stand), a_png()
    file_id = sent(stand, f"/v1/assets/{first}/images", content).json["file"]

    again = stand.client.post(f"/v1/assets/{second}/images", announced(content))
    named = stand.client.post(f"/v1/assets/{an_asset(stand)}/images", {"file": file_id})

    assert (again.status, again.json["state"], again.json["upload"]) == (200, "done", None)
    assert again.json["file"] == named.json["file"] == file_id
    assert len(objects(stand, "files/")) == 1
    assert len(stand.client.get("/v1/files").json["items"]) == 1


@pytest.mark.parametrize(
    ("content", "members", "sent_instead", "code"),
    [
        (a_png(), {}, a_png() + b"x", "wrong_size"),
        (a_png(1), {}, a_png(2), "wrong_hash"),
        (a_png(), {"media_type": "image/jpeg"}, None, "wrong_type"),
        (b"just text, whatever its name", {}, None, "not_an_image"),
        (b"<svg xmlns='x'><script>alert(1)</script></svg>", {}, None, "svg_not_allowed"),
        (b"<!doctype html><script>1</script>", {}, None, "not_an_image"),
    ],
)
def test_what_is_not_as_announced_is_refused_and_gone(
    stand: Stand, content: bytes, members: dict[str, Any], sent_instead: bytes | None, code: str
) -> None:
    """With a reason; no object, no file, and an asset that never changed."""
    asset = an_asset(stand)
    told = stand.client.post(f"/v1/assets/{asset}/images", announced(content, **members)).json
    stand.parts("acme")[2].put(f"uploads/{told['id']}", sent_instead or content)

    done = stand.client.post(f"/v1/uploads/{told['id']}:complete").json

    assert (done["state"], done["problem"]["code"], done["file"]) == ("refused", code, None)
    assert objects(stand) == []
    assert stand.client.get("/v1/files").json["items"] == []
    assert stand.client.get(f"/v1/assets/{asset}").json["version"] == 1


@pytest.mark.parametrize(
    ("members", "status", "code"),
    [
        ({"media_type": "image/svg+xml"}, 422, "invalid_upload"),
        ({"media_type": "application/pdf"}, 422, "invalid_upload"),
        ({"size": 26 * 1024 * 1024}, 413, "content_too_large"),
    ],
)
def test_what_can_never_be_an_image_is_refused_at_once(
    stand: Stand, members: dict[str, Any], status: int, code: str
) -> None:
    """Before anything is sent."""
    asset = an_asset(stand)

    answer = stand.client.post(f"/v1/assets/{asset}/images", announced(a_png(), **members))

    assert (answer.status, answer.code) == (status, code)


def test_an_upload_that_never_came_is_told(stand: Stand) -> None:
    """Completing waits for the content, and can be asked again."""
    told = stand.client.post("/v1/uploads", announced(a_png(), purpose="image")).json

    answer = stand.client.post(f"/v1/uploads/{told['id']}:complete")

    assert (answer.status, answer.code) == (409, "upload_missing")


def test_one_image_is_the_primary_one(stand: Stand) -> None:
    """The first of many, changed by one call, and taken off without touching the others."""
    asset = an_asset(stand)
    ids = [sent(stand, f"/v1/assets/{asset}/images", a_png(n)).json["file"] for n in range(3)]

    made = stand.client.post(f"/v1/assets/{asset}/images/{ids[2]}:primary").json["items"]
    left = stand.client.delete(f"/v1/assets/{asset}/images/{ids[0]}").json["items"]

    assert [image["id"] for image in made] == [ids[2], ids[0], ids[1]]
    assert [image["id"] for image in left] == [ids[2], ids[1]]
    assert stand.client.delete(f"/v1/assets/{asset}/images/{ids[0]}").status == 404


def test_a_file_has_versions(stand: Stand) -> None:
    """A newer content keeps the older one; removing the file is undone by reverting."""
    asset = an_asset(stand)
    members = {"filename": "manual.pdf", "media_type": "application/pdf"}
    sent(stand, f"/v1/assets/{asset}/files", b"%PDF-1", **members)
    (file,) = stand.client.get(f"/v1/assets/{asset}/files").json["items"]
    path = f"/v1/assets/{asset}/files/{file['id']}"

    sent(stand, f"{path}/versions", b"%PDF-2", **members)
    (newer,) = stand.client.get(f"/v1/assets/{asset}/files").json["items"]
    gone = stand.client.delete(path).json["items"]
    seq = stand.client.get(f"/v1/assets/{asset}/history").json["items"][0]["seq"]
    stand.client.post(f"/v1/assets/{asset}:revert", {"seq": seq})

    assert [version["version"] for version in newer["versions"]] == ["1", "2"]
    assert gone == []
    assert stand.client.get(f"/v1/assets/{asset}/files").json["items"] == [newer]
    content = stand.client.get(f"/v1/files/{newer['versions'][0]['file']}/content")
    assert content.status == 302
    assert "inline" not in content.headers["location"]


def test_another_tenants_file_is_not_there(stand: Stand) -> None:
    """Not by id, not by hash: who knows the hash has to have the bytes."""
    stand.add_tenant(OTHER)
    asset, content = an_asset(stand), a_png()
    file_id = sent(stand, f"/v1/assets/{asset}/images", content).json["file"]
    stranger = stand.token(Role.ADMIN, OTHER)
    install_starter(stand.scope(Role.ADMIN, OTHER))
    made = stand.client.post("/v1/assets", {"type": "laptop"}, token=stranger).json["id"]

    def code(method: str, path: str, body: Any = None) -> str:
        return stand.client.send(method, path, json=body, token=stranger).code

    assert code("GET", f"/v1/files/{file_id}") == "file_not_found"
    assert code("GET", f"/v1/files/{file_id}/content") == "file_not_found"
    assert code("POST", f"/v1/assets/{made}/images", {"file": file_id}) == "file_not_found"
    assert code("GET", f"/v1/assets/{asset}/images") == "asset_not_found"
    told = stand.client.post(f"/v1/assets/{made}/images", announced(content), token=stranger)
    assert (told.status, told.json["state"]) == (201, "waiting")
    assert told.json["upload"]["fields"]["key"].startswith(f"T/{OTHER}/uploads/")


def test_a_field_holds_a_file_that_is_stored_here(stand: Stand) -> None:
    """By its id, shown with its name; no other tenant's, and no image where a file is meant."""
    stand.client.post("/v1/field-types", {"name": "x.photo", "label": "Photo", "kind": "image"})
    kind = {"name": "x.pic", "label": "Pic", "key_prefix": "PIC", "fields": [{"field": "x.photo"}]}
    assert stand.client.post("/v1/asset-types", kind).status == 201
    image = sent(stand, "/v1/uploads", a_png(), purpose="image").json["file"]
    file = sent(stand, "/v1/uploads", b"text", purpose="file").json["file"]

    def made(value: Any) -> Answer:
        draft = {"type": "x.pic", "custom_fields": {"x.photo": value}}
        return stand.client.post("/v1/assets", draft)

    assert made(image).json["errors"][0]["code"] == "file_not_ready"
    process_file(stand.scope(), image)
    assert made(image).json["custom_fields"]["x.photo"]["name"] == "front.png"
    assert made(file).json["errors"][0]["code"] == "no_image"
    assert made("fil_01JW0000000000000000000000").json["errors"][0]["code"] == "unknown_file"


def test_a_copy_has_the_images_and_not_the_files(stand: Stand) -> None:
    """The picture shows the model; papers belong to the one thing."""
    asset = an_asset(stand)
    image = sent(stand, f"/v1/assets/{asset}/images", a_png()).json["file"]
    sent(stand, f"/v1/assets/{asset}/files", b"%PDF-1", media_type="application/pdf")

    copy = stand.client.post(f"/v1/assets/{asset}:clone", {}).json

    assert (copy["images"], copy["files"]) == ([image], [])
    assert len(stand.client.get(f"/v1/assets/{asset}").json["files"]) == 1


def test_what_nothing_refers_to_is_swept_after_a_while(stand: Stand) -> None:
    """Looked at first; what is used, also in the trash, stays; undone as a whole."""
    asset, binned = an_asset(stand), an_asset(stand)
    used = sent(stand, f"/v1/assets/{asset}/images", a_png(1)).json["file"]
    trashed = sent(stand, f"/v1/assets/{binned}/images", a_png(2)).json["file"]
    stand.client.delete(f"/v1/assets/{binned}", if_match="*")
    unused = sent(stand, "/v1/uploads", a_png(3), purpose="image").json["file"]

    early = stand.client.post("/v1/files:sweep?dry_run=true", {"older_than_days": 7}).json
    stand.clock.now += timedelta(days=8)
    planned = stand.client.post("/v1/files:sweep?dry_run=true", {"older_than_days": 7}).json
    before = {each["id"] for each in stand.client.get("/v1/files").json["items"]}
    swept = stand.client.post("/v1/files:sweep", {"older_than_days": 7}).json
    after = {each["id"] for each in stand.client.get("/v1/files").json["items"]}
    stand.client.post(f"/v1/jobs/{swept['job']['id']}:undo")

    assert early["plan"]["files"] == 0
    assert [each["id"] for each in planned["plan"]["items"]] == [unused]
    assert before == {used, trashed, unused}
    assert after == {used, trashed}
    assert {each["id"] for each in stand.client.get("/v1/files").json["items"]} == before
    assert stand.client.get(f"/v1/jobs/{swept['job']['id']}").json["state"] == "done"
