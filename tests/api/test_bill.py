"""The bill: which calls to AWS a request makes, counted in botocore, below all our own code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from muster.access.model import TenantId
from muster.ledger.dynamo import DynamoLedger
from muster.ledger.guard import bind_tenant
from muster.ledger.memory_objects import MemoryObjects
from muster.ledger.objects import Objects
from muster.ledger.port import Ledger
from muster.replica.port import Replica
from muster.replica.sqlite import SqliteReplica
from tests.office import Office
from tests.support import Answer, Stand

READ = "GetItem"
READ_FOR_WRITE = "BatchGetItem"
WRITE = "TransactWriteItems"
QUERY = "Query"


@dataclass
class MeteredStand(Stand):
    """A stand on DynamoDB as moto has it, that notes each call.

    Tokens are known in memory, as they are on a warm Lambda.
    """

    calls: list[str] = field(default_factory=list)

    def parts(self, tenant: TenantId) -> tuple[Ledger, Replica, Objects]:
        if tenant not in self._parts:
            objects = MemoryObjects(tenant)
            table = bind_tenant(self._table(), tenant)
            ledger = DynamoLedger(table, "ledger", tenant, objects, self.clock)
            self._parts[tenant] = ledger, SqliteReplica(self.folder, tenant, ledger), objects
        return self._parts[tenant]

    def cost(self, method: str, path: str, json: Any = None, **options: Any) -> list[str]:
        """Return the calls that a request makes; it has to succeed."""
        self.calls.clear()
        answer: Answer = self.client.send(method, path, json=json, **options)
        assert answer.status < 300, answer.text
        return list(self.calls)

    def _table(self) -> Any:
        client = boto3.client("dynamodb", region_name="eu-central-1")
        keys = (("pk", "HASH"), ("sk", "RANGE"))
        client.create_table(
            TableName="ledger",
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n, _ in keys],
            BillingMode="PAY_PER_REQUEST",
        )
        client.meta.events.register_last("before-call", self._note)
        return client

    def _note(self, model: Any, **_: Any) -> None:
        self.calls.append(model.name)


@pytest.fixture
def stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MeteredStand]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        made = MeteredStand(tmp_path / "stand")
        Office(tmp_path / "office", made.parts("acme")[0]).settle_in()
        made.client.get("/v1/assets")
        yield made


def make(stand: MeteredStand, kind: str = "laptop", **members: Any) -> str:
    answer = stand.client.post("/v1/assets", {"type": kind, **members})
    made: str = answer.json["id"]
    return made


def test_to_read_an_asset_is_one_call(stand: MeteredStand) -> None:
    """Also with its type, folder and references shown by name."""
    room = make(stand, "room")
    asset = make(stand, folder="/Berlin", custom_fields={"asset.place": room})

    assert stand.cost("GET", f"/v1/assets/{asset}") == [READ]


def test_to_make_an_asset_is_a_read_and_a_transaction(stand: MeteredStand) -> None:
    room = make(stand, "room")
    draft = {
        "type": "laptop",
        "tag": "T",
        "folder": "/Berlin/Office 2",
        "custom_fields": {"asset.place": {"key": "ROOM-1"}, "asset.owners": [room]},
    }

    assert stand.cost("POST", "/v1/assets", draft) == [READ_FOR_WRITE, WRITE]


def test_to_change_an_asset_is_a_read_and_a_transaction(stand: MeteredStand) -> None:
    asset = make(stand, tag="T")
    patch = {"tag": "U", "folder": "/Berlin", "custom_fields": {"computer.ram": 8}}

    assert stand.cost("PATCH", f"/v1/assets/{asset}", patch) == [READ_FOR_WRITE, WRITE]


def test_a_change_of_nothing_is_only_the_read(stand: MeteredStand) -> None:
    asset = make(stand, tag="T")

    assert stand.cost("PATCH", f"/v1/assets/{asset}", {"tag": "T"}) == [READ_FOR_WRITE]


def test_to_trash_and_to_restore_are_a_read_and_a_transaction(stand: MeteredStand) -> None:
    """What links here is told from the replica, at no cost."""
    room = make(stand, "room")
    asset = make(stand, custom_fields={"asset.place": room})

    trash = stand.cost("DELETE", f"/v1/assets/{room}", if_match="*")
    restore = stand.cost("POST", f"/v1/assets/{room}:restore")
    link = stand.cost("POST", f"/v1/assets/{asset}/links", {"type": "contains", "target": room})

    assert trash == restore == link == [READ_FOR_WRITE, WRITE]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/assets",
        "/v1/assets?type=laptop&folder=/Berlin&include_subfolders=true&count=exact&expand=links",
        "/v1/assets?q=berl*&sort=-name&cf.computer.ram=8",
        "/v1/assets/by-tag/T",
        "/v1/changes",
    ],
)
def test_to_list_and_to_search_is_one_call(stand: MeteredStand, path: str) -> None:
    make(stand, tag="T", folder="/Berlin")

    assert stand.cost("GET", path) == [QUERY]


@pytest.mark.parametrize("path", ["", "/validate", "/suggest", "/count", "/explain", "/aggregate"])
def test_a_query_is_one_call(stand: MeteredStand, path: str) -> None:
    """Whatever is asked about it; only a query that names people reads members as well."""
    body = {"query": "type = laptop AND updated > -1d"}

    assert stand.cost("POST", f"/v1/search{path}", body) == [QUERY]


def test_links_and_the_graph_are_one_call(stand: MeteredStand) -> None:
    room, asset = make(stand, "room"), make(stand)
    stand.client.post(f"/v1/assets/{room}/links", {"type": "contains", "target": asset})

    assert stand.cost("GET", f"/v1/assets/{room}/links") == [QUERY]
    assert stand.cost("GET", f"/v1/assets/{room}/graph?levels=5") == [QUERY]


def test_a_history_is_one_call(stand: MeteredStand) -> None:
    asset = make(stand, tag="T")
    stand.client.patch(f"/v1/assets/{asset}", {"tag": "U"})

    assert stand.cost("GET", f"/v1/assets/{asset}/history") == [QUERY]


def test_rows_of_a_batch_share_what_they_cost(stand: MeteredStand) -> None:
    rows = [{"op": "create", "body": {"type": "room", "tag": f"T{n}"}} for n in range(40)]

    calls = stand.cost("POST", "/v1/assets:batch", {"operations": rows})

    assert calls.count(WRITE) <= 2
    assert calls.count(QUERY) == calls.count(READ_FOR_WRITE) == 1
