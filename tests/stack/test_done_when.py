"""What an import promises over HTTP on the running stack: upload, plan, apply, list, undo.

The command's way to the same end is in test_cli.py; here the files go through the upload form and
the queue, as a browser's would.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import urllib3

from tests.stack.running import Stack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

DATA = Path(__file__).parents[3] / "shared" / "data" / "import"
FILES = {
    "snipe-it/assets-sample.csv": 22,
    "snipe-it/assets-sample-BAD.csv": 200,
    "ralph/back_office_assets.csv": 2,
    "shelf/asset-import-from-content.csv": 4,
    "homebox/fields.csv": 3,
}
_PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Api:
    """The API as somebody with a token speaks to it."""

    stack: Stack
    pool: urllib3.PoolManager

    def call(self, method: str, path: str, body: Any = None, *, status: int) -> Any:
        """Send a request, require the status, and return the answer's JSON."""
        headers = {"Authorization": f"Bearer {self.stack.token}"}
        content = None if body is None else json.dumps(body)
        if content is not None:
            headers["Content-Type"] = "application/json"
        address = f"{self.stack.url}{path}"
        answer = self.pool.request(method, address, body=content, headers=headers)
        assert answer.status == status, answer.data
        return answer.json()

    def get(self, path: str) -> Any:
        return self.call("GET", path, status=200)

    def assets(self, limit: int = 500) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.get(f"/v1/assets?limit={limit}")["items"]
        return items

    def upload(self, name: str, content: bytes) -> str:
        """Make an import and send its file to the form, and return the import's id."""
        made = self.call(
            "POST", "/v1/imports", {"filename": name, "size": len(content)}, status=201
        )
        form = made["upload"]
        fields = {**form["fields"], "file": (name, content)}
        sent = self.pool.request("POST", form["url"], fields=fields)
        assert sent.status in {200, 201, 204}, sent.data
        import_id: str = made["id"]
        return import_id

    def run(self, name: str, content: bytes) -> dict[str, Any]:
        """Upload, plan and apply a file, and return the job as it ended."""
        import_id = self.upload(name, content)
        self.call("POST", f"/v1/imports/{import_id}:plan", {}, status=200)
        self.call("POST", f"/v1/imports/{import_id}:apply", status=202)
        return self.ended(f"/v1/jobs/{import_id}")

    def ended(self, path: str, ends: tuple[str, ...] = ("done", "failed")) -> dict[str, Any]:
        """Wait until what is at a path has come to an end."""
        return wait_for(lambda: self.get(path), lambda found: found["state"] in ends)


def wait_for(
    look: Callable[[], dict[str, Any]], is_enough: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    """Look again and again, until it is enough."""
    pause = threading.Event()
    last = time.monotonic() + _PATIENCE_SECONDS
    while not is_enough(found := look()):
        assert time.monotonic() < last, found
        pause.wait(0.2)
    return found


@pytest.fixture
def api(stack: Stack) -> Api:
    return Api(stack, urllib3.PoolManager(retries=False, timeout=30))


@pytest.mark.parametrize("file", FILES)
def test_a_file_of_another_tracker_comes_in_and_goes_again(api: Api, file: str) -> None:
    """Planned, imported, listed, in the history; the same again changes nothing; undone."""
    path = DATA / file
    if not path.is_file():
        pytest.skip(f"{file} is not beside this checkout")
    before = {asset["id"] for asset in api.assets()}

    job = api.run(path.name, path.read_bytes())
    assert (job["state"], job["progress"]["created"]) == ("done", FILES[file]), job

    added = [asset for asset in api.assets() if asset["id"] not in before]
    assert len(added) == FILES[file]
    (entry,) = api.get(f"/v1/assets/{added[0]['id']}/history")["items"]
    assert (entry["cause"], entry["job"]) == ("import", job["id"])

    again = api.run(path.name, path.read_bytes())
    assert again["progress"]["unchanged"] == FILES[file]

    undo = api.call("POST", f"/v1/imports/{job['id']}:undo", status=202)
    undone = api.ended(f"/v1/jobs/{undo['id']}")
    assert (undone["state"], undone["progress"]["skipped"]) == ("done", 0), undone
    assert {asset["id"] for asset in api.assets()} == before


def test_ten_thousand_rows_are_planned_and_imported_by_the_worker(api: Api) -> None:
    """A large file takes the queue twice, and less than a minute."""
    lines = [f"BIG-{n:05},Thing {n},S{n:08},{'x' * 80},Room {n % 20}" for n in range(10_000)]
    content = "\n".join(["Asset Tag,Name,Serial,Notes,Room", *lines]).encode()
    import_id = api.upload("big.csv", content)
    began = time.monotonic()

    api.call("POST", f"/v1/imports/{import_id}:plan", {}, status=202)
    planned = api.ended(f"/v1/imports/{import_id}", ("planned", "failed"))
    assert planned["plan"]["counts"]["create"] == 10_000, planned
    api.call("POST", f"/v1/imports/{import_id}:apply", status=202)
    job = api.ended(f"/v1/jobs/{import_id}")

    took = time.monotonic() - began
    assert job["progress"]["created"] == 10_000, job
    assert took < 60
    undo = api.call("POST", f"/v1/imports/{import_id}:undo", status=202)
    assert api.ended(f"/v1/jobs/{undo['id']}")["state"] == "done"
