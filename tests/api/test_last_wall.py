"""What is left when the application's own walls between tenants are down: the hook in the clients.

Here a request of one tenant is served with the ledger, the replica and the objects of another, as
a mistake in whatever chooses them would have it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from muster.access.model import TenantId
from muster.http.application import route_table
from muster.http.routing import Route
from muster.ids import new_id
from muster.ledger.dynamo import DynamoLedger
from muster.ledger.guard import bind_tenant
from muster.ledger.objects import Objects
from muster.ledger.port import Ledger
from muster.ledger.s3 import S3Objects
from muster.replica.port import Replica
from muster.replica.sqlite import SqliteReplica
from tests.api.conftest import KINDS
from tests.contract.conftest import BUCKET, REGION, TABLE, create_table
from tests.support import Stand

VICTIM = "victim"
SERVED = [r for r in route_table().routes if not r.public]
OF_THE_LEDGER = [
    r for r in SERVED if not r.path.startswith(("/v1/me", "/v1/members", "/v1/tokens"))
]


@dataclass
class BreachedStand(Stand):
    """Binds clients to the caller's tenant, and gives them to parts that are the victim's."""

    sent: list[str] = field(default_factory=list)
    clients: dict[str, Any] = field(default_factory=dict)

    def parts(self, tenant: TenantId) -> tuple[Ledger, Replica, Objects]:
        if tenant not in self._parts:
            table, files = (bind_tenant(self._client(name), tenant) for name in ("dynamodb", "s3"))
            objects = S3Objects(files, BUCKET, VICTIM)
            ledger = DynamoLedger(table, TABLE, VICTIM, objects, self.clock)
            replica = SqliteReplica(self.folder / tenant, VICTIM, ledger)
            self._parts[tenant] = ledger, replica, objects
        return self._parts[tenant]

    def _client(self, service: str) -> Any:
        client: Any = boto3.client(service, region_name=REGION)  # type: ignore[call-overload]
        client.meta.events.register_last("before-call", self._note)
        return client

    def _note(self, model: Any, params: Any, **_: Any) -> None:
        self.sent.append(f"{model.name} {params.get('url_path')} {params.get('body')}")


@pytest.fixture
def stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BreachedStand]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        create_table(boto3.client("dynamodb", region_name=REGION))
        where: Any = {"LocationConstraint": REGION}
        boto3.client("s3", region_name=REGION).create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration=where
        )
        yield BreachedStand(tmp_path)


def _body(route: Route) -> dict[str, Any]:
    if "body" not in route.extras:
        return {}
    extra: Any = route.extras["body"].model_config["json_schema_extra"]
    return {"json": route.extras.get("example") or extra["examples"][0]}


def _filled(found: re.Match[str]) -> str:
    kind = KINDS.get(found[1])
    return new_id(kind) if kind else "a"


@pytest.mark.parametrize("route", OF_THE_LEDGER, ids=lambda route: route.operation_id)
def test_the_hook_stops_what_nothing_else_stopped(stand: BreachedStand, route: Route) -> None:
    """No call with another tenant's key leaves the process, whichever route it comes from."""
    path = re.sub(r"\{(\w+)\}", _filled, route.path)
    query = "?match=tag" if path.endswith(":upsert") else ""

    answer = stand.client.send(route.method, path + query, if_match="*", **_body(route))

    assert answer.status == 500, answer.text
    assert stand.sent == []
