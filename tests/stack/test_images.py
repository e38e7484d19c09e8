"""Images on the running stack: what is uploaded gets thumbnails, whoever says that it is there."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from PIL import ExifTags, Image

from tests.stack.running import Stack
from tests.unit.pictures import bomb, encoded, picture

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[2]


class Api:
    """The API as the first tenant's admin."""

    def __init__(self, stack: Stack) -> None:
        headers = {"Authorization": f"Bearer {stack.token}"}
        self.client = httpx.Client(base_url=stack.url, headers=headers, timeout=60)

    def post(self, path: str, body: Any = None) -> dict[str, Any]:
        answer = self.client.post(path, json=body)
        assert answer.status_code < 300, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def images(self, asset_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.client.get(f"/v1/assets/{asset_id}/images").json()[
            "items"
        ]
        return found


@pytest.fixture
def api(stack: Stack) -> Iterator[Api]:
    made = Api(stack)
    with made.client:
        made.client.post("/v1/catalog:install-starter")
        yield made


def photo(seed: int) -> bytes:
    """Return a photo that lies on its side and names its camera: a new one for each seed."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = "SECRETCAMERA"
    image = picture(1000, 500)
    image.putpixel((500, 250), (seed, seed, seed))
    return encoded(image, "JPEG", exif=exif, quality=95)


def asset(api: Api) -> str:
    made: str = api.post("/v1/assets", {"type": "laptop", "name": "Shown"})["id"]
    return made


def send(api: Api, asset_id: str, content: bytes, media_type: str = "image/jpeg") -> dict[str, Any]:
    """Announce and send an image by its form, and say no more."""
    told = {
        "filename": "front.jpg",
        "size": len(content),
        "media_type": media_type,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    upload = api.post(f"/v1/assets/{asset_id}/images", told)
    if upload["upload"]:
        form = upload["upload"]
        sent = httpx.post(form["url"], data=form["fields"], files={"file": content}, timeout=60)
        assert sent.status_code == 204, sent.text
    return upload


def until(what: Any, seconds: float = 60) -> Any:
    """Return what a question answers once it answers anything."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        threading.Event().wait(0.3)
    raise AssertionError("nothing happened")


def test_an_upload_gets_thumbnails_without_anybody_asking(api: Api, stack: Stack) -> None:
    """The event alone makes it the asset's: upright, shown over HTTP, without its camera."""
    asset_id = asset(api)
    send(api, asset_id, photo(1))

    [image] = until(lambda: [i for i in api.images(asset_id) if i["state"] == "ready"])

    assert (image["width"], image["height"]) == (500, 1000)
    for size, address in image["thumbnails"].items():
        shown = httpx.get(address, timeout=60)
        assert shown.headers["content-type"] == "image/webp"
        assert max(Image.open(BytesIO(shown.content)).size) == min(int(size), 1000)
    whole = api.client.get(f"/v1/files/{image['id']}/content", follow_redirects=False)
    content = httpx.get(whole.headers["location"], timeout=60).content
    assert b"SECRETCAMERA" not in content
    s3 = boto3.client("s3", region_name="eu-central-1")
    kept = s3.list_objects_v2(Bucket=stack.settings.files_bucket)["Contents"]
    assert not [each["Key"] for each in kept if "/uploads/" in each["Key"]]


def test_the_same_image_of_two_assets_is_one_object(api: Api) -> None:
    first, second = asset(api), asset(api)
    send(api, first, photo(2))
    [image] = until(lambda: [i for i in api.images(first) if i["state"] == "ready"])

    again = send(api, second, photo(2))

    assert again["upload"] is None
    assert [each["id"] for each in api.images(second)] == [image["id"]]


@pytest.mark.parametrize(
    ("content", "media_type", "code"),
    [
        (bomb(), "image/png", "image_too_large"),
        (photo(3)[:2000], "image/jpeg", "image_damaged"),
    ],
    ids=["bomb", "truncated"],
)
def test_what_can_t_be_shown_is_refused_and_leaves_nothing(
    api: Api, content: bytes, media_type: str, code: str
) -> None:
    asset_id = asset(api)
    upload = send(api, asset_id, content, media_type)

    def told() -> Any:
        found = api.client.get(f"/v1/uploads/{upload['id']}").json()
        return found if found["state"] == "refused" else None

    refused = until(told)

    assert refused["problem"]["code"] == code
    assert api.images(asset_id) == []


def test_the_command_adds_an_image_and_saves_its_thumbnail(
    api: Api, stack: Stack, tmp_path: Path
) -> None:
    """As the README tells: added, waited for, listed, saved."""
    asset_id = asset(api)
    (tmp_path / "front.jpg").write_bytes(photo(4))

    def muster(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "muster.cli.main", *arguments],
            cwd=tmp_path,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT / "layers" / "muster" / "python"),
                "MUSTER_URL": stack.url,
                "MUSTER_TOKEN": stack.token,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    added = muster("image", "add", asset_id, "front.jpg")
    muster("image", "get", asset_id, "--size", "320", "-o", "small.webp")
    muster("file", "add", asset_id, "front.jpg")
    muster("file", "get", asset_id, "1", "-o", "same.jpg")

    assert "500 x 1000" in added
    with Image.open(tmp_path / "small.webp") as small:
        assert small.size == (160, 320)
    assert (tmp_path / "same.jpg").read_bytes() == photo(4)
