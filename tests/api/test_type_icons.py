"""A picture of the tenant's as the icon of an asset type."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from muster.files.model import KIND, Purpose, content_mark
from muster.ids import new_id
from muster.ledger.model import Put
from tests.support import Stand

WEBP, CLEAN = "c" * 64, "d" * 64


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path)


def a_file(stand: Stand, tenant: str = "acme", **members: Any) -> str:
    """Return the id of an image that was looked through, but for what `members` say."""
    body: dict[str, Any] = {
        "name": "icon.png",
        "purpose": "image",
        "sent_sha256": CLEAN,
        "sha256": CLEAN,
        "size": 4,
        "media_type": "image/png",
        "image": {"width": 1, "height": 1, "thumbnails": {"96": WEBP}},
    } | members
    file_id = new_id(KIND)
    held = {name: value for name, value in body.items() if value is not None}
    mark = content_mark(Purpose(body["purpose"]), CLEAN)
    stand.scope(tenant=tenant).commit([Put(KIND, file_id, held, frozenset({mark}))])
    stand.parts(tenant)[2].put(f"files/{WEBP}", b"webp")
    return file_id


def a_type(stand: Stand, icon: str | None) -> Any:
    draft = {"name": "type.thing", "label": "Thing", "key_prefix": "TH", "icon": icon}
    return stand.client.post("/v1/asset-types", draft)


def test_a_types_icon_can_be_a_picture(stand: Stand) -> None:
    """Its thumbnail is shown by a signed address; the type tells the file's id."""
    file_id = a_file(stand)

    made = a_type(stand, file_id)
    led = stand.client.get(f"/v1/asset-types/{made.json['id']}/icon")

    assert (made.status, made.json["icon"]) == (201, file_id)
    assert led.status == 302
    assert f"T/acme/files/{WEBP}" in led.headers["location"]
    assert "inline=image%2Fwebp" in led.headers["location"]


@pytest.mark.parametrize("icon", ["laptop", None])
def test_a_type_without_a_picture_has_none_to_show(stand: Stand, icon: str | None) -> None:
    """A built-in icon has a name, which whoever shows the type knows."""
    made = a_type(stand, icon)

    led = stand.client.get(f"/v1/asset-types/{made.json['id']}/icon")

    assert (made.status, made.json["icon"]) == (201, icon)
    assert (led.status, led.code) == (404, "icon_not_found")


@pytest.mark.parametrize(
    ("members", "code"),
    [({"purpose": "file"}, "no_image"), ({"image": None}, "file_not_ready")],
)
def test_an_icon_has_to_be_a_picture_that_is_ready(
    stand: Stand, members: dict[str, Any], code: str
) -> None:
    """A file's bytes are never shown inline, and an image only once it was decoded."""
    answer = a_type(stand, a_file(stand, **members))

    assert answer.status == 422
    assert [(each["code"], each["pointer"]) for each in answer.json["errors"]] == [(code, "/icon")]


def test_another_tenants_picture_is_no_icon(stand: Stand) -> None:
    """It answers as one that does not exist, when a type is made and when it is changed."""
    stand.add_tenant("other")
    theirs = a_file(stand, "other")
    made = a_type(stand, "laptop").json
    path = f"/v1/asset-types/{made['id']}"

    patched = stand.client.patch(path, {"icon": theirs}, if_match="*")

    assert (patched.status, patched.json["errors"][0]["code"]) == (422, "unknown_file")
    assert stand.client.get(path).json["icon"] == "laptop"
