"""The thumbnails function: what arrives is taken in, whoever says so first."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Barrier, Thread
from types import ModuleType
from typing import Any

import pytest

from infra import ROOT
from muster.attachments.arrival import take_in, upload_of
from muster.attachments.uploads import complete_upload
from muster.catalog.starter import install_starter
from muster.container import Container
from muster.errors import TransientError
from muster.files.model import hashes_of, object_name
from muster.ledger.model import Actor, Reason
from muster.ledger.port import LedgerBusyError
from muster.scope import Scope
from muster.settings import Settings
from tests.support import Stand
from tests.unit.pictures import encoded, picture

BUCKET = "files-bucket"


@dataclass
class Tools:
    """What the function needs of a container."""

    stand: Stand

    @property
    def settings(self) -> Settings:
        return Settings(
            stage="test",
            ledger_table="ledger",
            access_table="access",
            schedule_table="schedule",
            files_bucket=BUCKET,
            jobs_queue_url="https://q",
        )

    def scope(self, tenant: str, actor: Actor, reason: Reason) -> Scope:
        return replace(self.stand.scope(tenant=tenant), actor=actor, reason=reason, identity=None)


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    made = Stand(tmp_path)
    install_starter(made.scope())
    return made


@pytest.fixture
def handler(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    path = ROOT / "functions" / "thumbnails" / "handler.py"
    spec = importlib.util.spec_from_file_location("thumbnails_handler", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    tools = Tools(stand), module.Logger()
    monkeypatch.setattr(module, "tools", lambda: tools)
    yield module
    module.Logger().clear_state()


def arrived(key: str, bucket: str = BUCKET) -> dict[str, Any]:
    detail = {"bucket": {"name": bucket}, "object": {"key": key}, "reason": "PostObject"}
    return {"id": "e1", "source": "aws.s3", "detail-type": "Object Created", "detail": detail}


def sent(stand: Stand, content: bytes, media_type: str = "image/png") -> tuple[str, str]:
    """Announce an image of a new asset and send it; return the ids of asset and upload."""
    asset_id = stand.client.post("/v1/assets", {"type": "laptop"}).json["id"]
    sha256 = hashlib.sha256(content).hexdigest()
    told = {"filename": "a.png", "size": len(content), "media_type": media_type, "sha256": sha256}
    upload = stand.client.post(f"/v1/assets/{asset_id}/images", told).json
    stand.parts("acme")[2].put(f"uploads/{upload['id']}", content)
    return asset_id, upload["id"]


def shown(stand: Stand, asset_id: str) -> list[tuple[str, int | None]]:
    items = stand.client.get(f"/v1/assets/{asset_id}/images").json["items"]
    return [(item["state"], item["width"]) for item in items]


def test_what_arrives_is_the_assets_without_anybody_saying_so(
    stand: Stand, handler: ModuleType
) -> None:
    """The change is the uploader's, not the function's."""
    asset_id, upload_id = sent(stand, encoded(picture()))

    answer = handler.handle(arrived(f"T/acme/uploads/{upload_id}"), None)

    assert answer == {"state": "done"}
    assert shown(stand, asset_id) == [("ready", 60)]
    asset = stand.scope().ledger.get("asset", asset_id)
    assert asset is not None
    assert asset.updated.by.id == stand.member().id


def test_the_event_may_come_after_the_client(stand: Stand, handler: ModuleType) -> None:
    """And twice."""
    asset_id, upload_id = sent(stand, encoded(picture()))
    stand.client.post(f"/v1/uploads/{upload_id}:complete")
    assert shown(stand, asset_id) == [("processing", None)]

    answers = [handler.handle(arrived(f"T/acme/uploads/{upload_id}"), None) for _ in range(2)]

    assert answers == [{"state": "done"}] * 2
    assert shown(stand, asset_id) == [("ready", 60)]


@pytest.mark.parametrize("_", range(5))
def test_both_at_once_leave_one_image(stand: Stand, _: int) -> None:
    """Nothing is in the bucket that the one file's record does not name."""
    asset_id, upload_id = sent(stand, encoded(picture(90, 30)))
    scope = stand.scope()
    start = Barrier(3)
    failed: list[Exception] = []

    def run(use: Any) -> None:
        start.wait()
        try:
            use(scope, upload_id)
        except Exception as error:  # noqa: BLE001 - shown by the test
            failed.append(error)

    threads = [Thread(target=run, args=[use]) for use in (complete_upload, take_in, take_in)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    take_in(scope, upload_id)

    assert failed == []
    assert shown(stand, asset_id) == [("ready", 90)]
    [image] = stand.client.get(f"/v1/assets/{asset_id}/images").json["items"]
    record = scope.ledger.get("file", image["id"])
    assert record is not None
    objects = stand.parts("acme")[2]
    assert {*objects.names("files/")} == {object_name(each) for each in hashes_of(record.body)}
    assert [*objects.names("uploads/")] == []


def test_a_bad_image_is_no_error(stand: Stand, handler: ModuleType) -> None:
    """It is refused with a reason, and nothing of it stays."""
    asset_id, upload_id = sent(stand, encoded(picture(400, 400))[:200])

    answer = handler.handle(arrived(f"T/acme/uploads/{upload_id}"), None)

    assert answer == {"state": "refused"}
    assert shown(stand, asset_id) == []
    assert [*stand.parts("acme")[2].names("")] == []


@pytest.mark.parametrize(
    "key",
    [
        "T/acme/uploads/upl_01JW0000000000000000000000",
        "T/acme/uploads/upl_x",
        "T/acme/files/0000",
        "T/ACME/uploads/upl_01JW0000000000000000000000",
        "T/acme#/uploads/upl_01JW0000000000000000000000",
        "uploads/upl_01JW0000000000000000000000",
        "T/acme/uploads/upl_01JW0000000000000000000000/x",
    ],
)
def test_other_keys_are_ignored(handler: ModuleType, key: str) -> None:
    assert handler.handle(arrived(key), None) == {"state": "ignored"}


def test_another_bucket_is_ignored(stand: Stand, handler: ModuleType) -> None:
    asset_id, upload_id = sent(stand, encoded(picture()))

    answer = handler.handle(arrived(f"T/acme/uploads/{upload_id}", "other"), None)

    assert answer == {"state": "ignored"}
    assert shown(stand, asset_id) == []


def test_another_tenants_upload_is_not_found(stand: Stand, handler: ModuleType) -> None:
    """A key names its tenant, and an upload is looked for there alone."""
    _, upload_id = sent(stand, encoded(picture()))
    stand.add_tenant("other")

    answer = handler.handle(arrived(f"T/other/uploads/{upload_id}"), None)

    assert answer == {"state": "ignored"}


def test_what_can_t_be_reached_is_raised(
    handler: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that Lambda tries again, and the event ends where an alarm sees it."""

    def busy(*_: Any) -> None:
        raise LedgerBusyError("busy")

    monkeypatch.setattr(handler, "take_in", busy)

    with pytest.raises(TransientError):
        handler.handle(arrived("T/acme/uploads/upl_01JW0000000000000000000000"), None)


def test_a_key_names_tenant_and_upload() -> None:
    assert upload_of("T/a-1/uploads/upl_01JW0000000000000000000000") == (
        "a-1",
        "upl_01JW0000000000000000000000",
    )


def test_the_real_container_has_what_the_function_asks_of_it() -> None:
    """The stand-in above is no wider than the container."""
    assert hasattr(Container, "scope")
