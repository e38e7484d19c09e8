"""Uploads that meet something on their way: twins, assets that go, contents that vanish."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from muster.assets.service import delete_asset
from muster.attachments.uploads import complete_upload
from muster.catalog.starter import install_starter
from muster.files.model import KIND
from muster.ledger.memory_objects import MemoryObjects
from tests.support import Stand

CONTENT = b"%PDF-1.7 some pages"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    made = Stand(tmp_path)
    install_starter(made.scope())
    return made


def store(stand: Stand) -> MemoryObjects:
    found = stand.parts("acme")[2]
    assert isinstance(found, MemoryObjects)
    return found


def an_asset(stand: Stand) -> str:
    made: str = stand.client.post("/v1/assets", {"type": "laptop"}).json["id"]
    return made


def sent(stand: Stand, asset_id: str, content: bytes = CONTENT) -> str:
    """Announce the content, send what is given, and return the upload's id."""
    told = {"filename": "a.pdf", "size": len(CONTENT), "sha256": SHA256}
    upload: str = stand.client.post(f"/v1/assets/{asset_id}/files", told).json["id"]
    store(stand).put(f"uploads/{upload}", content)
    return upload


def files(stand: Stand, asset_id: str) -> int:
    return len(stand.client.get(f"/v1/assets/{asset_id}").json["files"])


def before(
    monkeypatch: pytest.MonkeyPatch, target: object, name: str, act: Callable[[], object]
) -> None:
    """Have somebody act once, just before a method is called."""
    method = getattr(target, name)

    def meddled(*args: Any, **options: Any) -> Any:
        monkeypatch.setattr(target, name, method)
        act()
        return method(*args, **options)

    monkeypatch.setattr(target, name, meddled)


@pytest.mark.parametrize(
    ("part", "method"), [(2, "facts"), (2, "size"), (2, "copy"), (0, "holders"), (0, "commit")]
)
def test_two_who_complete_at_once_make_one_file(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, part: int, method: str
) -> None:
    """The caller and S3's event may cross at any step: both are told of the same end."""
    asset_id = an_asset(stand)
    upload = sent(stand, asset_id)
    target = stand.parts("acme")[part]
    before(monkeypatch, target, method, lambda: complete_upload(stand.scope(), upload))

    record = complete_upload(stand.scope(), upload)

    assert record.body["state"] == "done"
    assert files(stand, asset_id) == 1
    assert list(store(stand).names("")) == [f"files/{SHA256}"]


def test_same_bytes_for_two_assets_at_once_are_one_file(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The quicker one makes the record; the other finds its mark taken, and shares it."""
    assets = an_asset(stand), an_asset(stand)
    first, second = (sent(stand, asset_id) for asset_id in assets)
    ledger = stand.parts("acme")[0]
    before(monkeypatch, ledger, "commit", lambda: complete_upload(stand.scope(), first))

    complete_upload(stand.scope(), second)

    scope = stand.scope()
    scope.replica.catch_up()
    assert len(scope.replica.records(KIND)) == 1
    assert [files(stand, asset_id) for asset_id in assets] == [1, 1]


def test_an_asset_that_went_meanwhile_leaves_nothing_behind(stand: Stand) -> None:
    """Neither record nor object: the upload says why."""
    asset_id = an_asset(stand)
    upload = sent(stand, asset_id)
    delete_asset(stand.scope(), asset_id)

    record = complete_upload(stand.scope(), upload)

    assert record.body["state"] == "refused"
    assert record.body["problem"]["code"] == "asset_in_trash"
    assert list(store(stand).names("")) == []


@pytest.mark.parametrize(
    ("content", "code"), [(CONTENT + b"!", "wrong_size"), (b"?" + CONTENT[1:], "wrong_hash")]
)
def test_other_content_than_announced_leaves_nothing_behind(
    stand: Stand, content: bytes, code: str
) -> None:
    """Not in the store, not in the ledger, not on the asset."""
    asset_id = an_asset(stand)
    upload = sent(stand, asset_id, content)

    record = complete_upload(stand.scope(), upload)

    assert (record.body["state"], record.body["problem"]["code"]) == ("refused", code)
    assert list(store(stand).names("")) == []
    assert files(stand, asset_id) == 0


def test_a_hash_that_the_store_does_not_know_is_computed(stand: Stand) -> None:
    """Emulators keep no hash of what came by a form."""
    asset_id = an_asset(stand)
    upload = sent(stand, asset_id)
    store(stand).put_in_parts(f"uploads/{upload}", b"?" + CONTENT[1:])

    record = complete_upload(stand.scope(), upload)

    assert record.body["problem"]["code"] == "wrong_hash"


def test_what_is_sent_again_afterwards_is_removed(stand: Stand) -> None:
    """The form is good for a while: what comes by it later is nobody's."""
    asset_id = an_asset(stand)
    upload = sent(stand, asset_id)
    complete_upload(stand.scope(), upload)
    store(stand).put(f"uploads/{upload}", b"something else")

    complete_upload(stand.scope(), upload)

    assert list(store(stand).names("")) == [f"files/{SHA256}"]
    assert store(stand).get(f"files/{SHA256}") == CONTENT


def test_a_dry_run_of_completing_touches_nothing(stand: Stand) -> None:
    """It tells what would come of it; the content still waits."""
    asset_id = an_asset(stand)
    upload = sent(stand, asset_id)
    seq = stand.parts("acme")[0].head().seq

    told = stand.client.post(f"/v1/uploads/{upload}:complete?dry_run=true").json

    assert told["state"] == "done"
    assert stand.parts("acme")[0].head().seq == seq
    assert list(store(stand).names("")) == [f"uploads/{upload}"]
