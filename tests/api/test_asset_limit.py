"""A tenant's number of assets ends at its limit, whichever way they come."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

import pytest

from muster.access.memory import MemoryAccess
from muster.access.model import Limits, Member, Tenant
from tests.support import Stand


class Narrow(MemoryAccess):
    """A store whose tenants may have three assets."""

    def add_tenant(self, tenant: Tenant, admin: Member) -> None:
        super().add_tenant(replace(tenant, limits=Limits(assets=3)), admin)


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    made = Stand(tmp_path, access=Narrow())
    made.client.post("/v1/catalog:install-starter")
    for number in (1, 2):
        assert make(made, f"T-{number}") == 201
    return made


def make(stand: Stand, tag: str) -> int:
    answer = stand.client.post("/v1/assets", {"type": "laptop", "tag": tag})
    return int(answer.status)


def count(stand: Stand) -> int:
    total: int = stand.client.get("/v1/assets?count=exact&trashed=any").json["total"]
    return total


def test_one_too_many_is_refused_and_says_how_many_there_are(stand: Stand) -> None:
    """Also a clone and an upsert; the trash counts until it is purged."""
    assert make(stand, "T-3") == 201

    refused = stand.client.post("/v1/assets", {"type": "laptop", "tag": "T-4"})
    upserted = stand.client.put("/v1/assets:upsert?match=tag", {"type": "laptop", "tag": "T-4"})
    changed = stand.client.put(
        "/v1/assets:upsert?match=tag", {"type": "laptop", "tag": "T-3", "name": "Still possible"}
    )

    assert (refused.status, refused.json["code"]) == (429, "asset_limit")
    assert (refused.json["assets"], refused.json["limit"]) == (3, 3)
    assert (upserted.status, changed.status) == (429, 200)
    assert count(stand) == 3


def test_a_batch_keeps_what_fits(stand: Stand) -> None:
    """Rows beyond the limit fail alone; an atomic batch that does not fit makes nothing."""
    rows = [
        {"op": "create", "body": {"type": "laptop", "tag": f"B-{number}"}} for number in range(3)
    ]

    atomic = stand.client.post("/v1/assets:batch", {"mode": "atomic", "operations": rows})
    assert atomic.status in {422, 429}
    assert count(stand) == 2

    partial = stand.client.post("/v1/assets:batch", {"mode": "partial", "operations": rows})
    assert [result["status"] for result in partial.json["results"]] == [201, 429, 429]
    assert count(stand) == 3


def test_an_import_that_does_not_fit_is_not_begun(stand: Stand) -> None:
    content = base64.b64encode(b"Asset Tag,Name\nI-1,One\nI-2,Two\n").decode()
    made = stand.client.post("/v1/imports", {"filename": "a.csv", "content_base64": content})
    import_id = made.json["id"]
    stand.client.post(f"/v1/imports/{import_id}:plan", {"type": "laptop"})

    refused = stand.client.post(f"/v1/imports/{import_id}:apply")

    assert (refused.status, refused.json["code"]) == (429, "asset_limit")
    assert count(stand) == 2
