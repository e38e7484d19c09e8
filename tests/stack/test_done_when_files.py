"""The running stack, as its users meet it: pictures, the whole tenant out and in, sequences."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import urllib3

from infra.local.place import REGION
from muster.access.service import create_tenant, create_token
from muster.container import Container
from tests.stack.running import Stack
from tests.unit.pictures import encoded, picture

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]
_PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class User:
    """Somebody with a token, at the command line and over HTTP."""

    stack: Stack
    token: str
    folder: Path

    def muster(self, *arguments: str) -> str:
        """Run the command, and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "muster.cli.main", *arguments],
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT / "layers" / "muster" / "python"),
                "MUSTER_URL": self.stack.url,
                "MUSTER_TOKEN": self.token,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def send(self, method: str, path: str, body: Any = None) -> urllib3.BaseHTTPResponse:
        pool = urllib3.PoolManager(retries=False, timeout=60)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body)
        return pool.request(
            method, f"{self.stack.url}{path}", body=content, headers=headers, redirect=False
        )

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.send(method, path, body)
        assert answer.status < 300, answer.data
        return answer.json()

    def ended(self, job_id: str) -> dict[str, Any]:
        """Wait until a job has come to its end."""
        pause, last = threading.Event(), time.monotonic() + _PATIENCE_SECONDS
        while (found := self.call("GET", f"/v1/jobs/{job_id}"))["state"] in {"queued", "running"}:
            assert time.monotonic() < last, found
            pause.wait(0.2)
        assert found["state"] == "done", found
        told: dict[str, Any] = found
        return told


@pytest.fixture
def user(stack: Stack, tmp_path: Path) -> User:
    return User(stack, stack.token, tmp_path)


@pytest.fixture
def newcomer(stack: Stack, tmp_path: Path) -> Callable[[str], User]:
    """Make a tenant that holds nothing, and return its admin."""

    def make(tenant: str) -> User:
        container = Container(stack.settings)
        _, admin = create_tenant(
            container.access,
            tenant,
            name=tenant,
            region=REGION,
            admin=("Bo", f"bo@{tenant}.example"),
            clock=lambda: datetime.now(UTC),
        )
        token = create_token(container.access, admin, name="test", clock=container.clock)
        return User(stack, token.text, tmp_path)

    return make


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
