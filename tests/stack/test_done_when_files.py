"""The running stack, as its users meet it: pictures, the whole tenant out and in, sequences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import urllib3

from tests.stack.running import Stack
from tests.stack.user import User
from tests.stack.user import newcomer as make_newcomer
from tests.unit.pictures import encoded, picture

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]


@pytest.fixture
def user(stack: Stack, tmp_path: Path) -> User:
    return User(stack, stack.token, tmp_path)


@pytest.fixture
def newcomer(stack: Stack, tmp_path: Path) -> Callable[[str], User]:
    """Make a tenant that holds nothing, and return its admin."""
    return lambda tenant: make_newcomer(stack, tenant, tmp_path)


def an_asset(user: User, name: str) -> str:
    known = {each["name"] for each in user.call("GET", "/v1/asset-types?limit=200")["items"]}
    if "type.pictured" not in known:
        body = {"name": "type.pictured", "label": "Pictured", "key_prefix": "PIC"}
        user.call("POST", "/v1/asset-types", body)
    asset_id: str = user.call("POST", "/v1/assets", {"type": "type.pictured", "name": name})["id"]
    return asset_id


def test_an_image_shows_thumbnails_and_two_assets_share_it(user: User) -> None:
    """Up by the command, down over HTTP; one record for both, and the same object."""
    first, second = an_asset(user, "First"), an_asset(user, "Second")
    photo = user.folder / "front.png"
    photo.write_bytes(encoded(picture()))

    user.muster("image", "add", first, str(photo))
    user.muster("image", "add", second, str(photo))

    (image,) = user.call("GET", f"/v1/assets/{first}/images")["items"]
    (other,) = user.call("GET", f"/v1/assets/{second}/images")["items"]
    assert (image["state"], image["id"]) == ("ready", other["id"])
    for size in (96, 320, 1280):
        led = user.send("GET", f"/v1/files/{image['id']}/content?size={size}")
        assert led.status == 302
        shown = urllib3.PoolManager().request("GET", led.headers["Location"])
        assert (shown.status, shown.data[:4], shown.data[8:12]) == (200, b"RIFF", b"WEBP")


def test_a_tenant_goes_out_in_and_out_again_to_the_same_bytes(
    user: User, newcomer: Callable[[str], User]
) -> None:
    """With pictures, history and all that other tests left here."""
    asset = an_asset(user, "Pictured")
    photo = user.folder / "side.png"
    photo.write_bytes(encoded(picture(61, 41)))
    user.muster("image", "add", asset, str(photo))
    other = newcomer("moved")

    user.muster("archive", "export", "-o", "first.tar")
    other.muster("archive", "import", "first.tar")
    other.muster("archive", "export", "-o", "second.tar")

    first, second = ((user.folder / name).read_bytes() for name in ("first.tar", "second.tar"))
    assert first == second
    moved = other.call("GET", f"/v1/assets/{asset}")
    assert moved["key"] == user.call("GET", f"/v1/assets/{asset}")["key"]
    (image,) = other.call("GET", f"/v1/assets/{asset}/images")["items"]
    led = other.send("GET", f"/v1/files/{image['id']}/content?size=96")
    assert urllib3.PoolManager().request("GET", led.headers["Location"]).status == 200
    history = other.call("GET", f"/v1/assets/{asset}/history")["items"]
    assert history[0]["by"] == user.call("GET", f"/v1/assets/{asset}/history")["items"][0]["by"]


FIELDS = {
    "seqall.note": "text_area",
    "seqall.model": "text",
    "seqall.count": "integer",
    "seqall.weight": "number",
    "seqall.due": "date",
    "seqall.past": "date",
    "seqall.today": "date",
    "seqall.user": "user",
    "seqall.keeper": "user",
    "seqall.asker": "user",
}
STEPS = {
    "seqall.model": "X1",
    "seqall.note": "+ seen $currentTime$ by $currentUser$",
    "seqall.count": "+5",
    "seqall.weight": "+-1.5",
    "seqall.due": "+1m2w3d",
    "seqall.past": "-4d",
    "seqall.today": "$currentDate$",
    "seqall.user": "$currentUser$",
    "seqall.keeper": "$assignee$",
    "seqall.asker": "$reporter$",
}


def test_a_sequence_with_each_modifier_and_marker_runs_and_is_undone(user: User) -> None:
    """Every one of Asset Tracker's, in one run, and back to what was there."""
    for name, kind in FIELDS.items():
        user.call("POST", "/v1/field-types", {"name": name, "label": name, "kind": kind})
    placed = [{"field": name} for name in FIELDS]
    body = {"name": "type.seqall", "label": "Seq", "key_prefix": "SEQ", "fields": placed}
    user.call("POST", "/v1/asset-types", body)
    values = {"seqall.note": "Bought", "seqall.count": 3, "seqall.weight": 2.5}
    draft = {"type": "type.seqall", "name": "S", "custom_fields": values}
    asset = user.call("POST", "/v1/assets", draft)["id"]
    me = user.call("GET", "/v1/me")["member_id"]
    operations = [{"field": name, "text": text} for name, text in STEPS.items()]
    made = user.call("POST", "/v1/sequences", {"name": "All", "operations": operations})

    issue = {"key": "ITSM-7", "assignee": me, "reporter": me}
    asked = {"selection": {"assets": [asset]}, "issue": issue}
    job = user.call("POST", f"/v1/sequences/{made['id']}:run", asked)
    done = user.ended(job["id"])
    found = user.call("GET", f"/v1/assets/{asset}")["custom_fields"]
    undo = user.call("POST", f"/v1/jobs/{job['id']}:undo")
    user.ended(undo["id"])

    assert done["progress"]["updated"] == 1, done
    assert found["seqall.model"] == "X1"
    assert found["seqall.note"].startswith("Bought seen 20")
    assert (found["seqall.count"], found["seqall.weight"]) == (8, 1.0)
    assert found["seqall.past"] < found["seqall.today"] < found["seqall.due"]
    assert {found[f"seqall.{who}"]["id"] for who in ("user", "keeper", "asker")} == {me}
    assert user.call("GET", f"/v1/assets/{asset}")["custom_fields"] == values
