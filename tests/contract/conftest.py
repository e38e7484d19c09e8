"""The ledgers that are held to one contract: in memory, and in DynamoDB as moto has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from muster.ledger.dynamo import DynamoLedger
from muster.ledger.guard import bind_tenant
from muster.ledger.memory import MemoryLedger
from muster.ledger.memory_objects import MemoryObjects
from muster.ledger.objects import Objects
from muster.ledger.port import Ledger
from muster.ledger.s3 import S3Objects

TABLE = "ledger"
BUCKET = "files"
REGION = "eu-central-1"


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = field(default_factory=lambda: datetime(2026, 5, 1, 12, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@dataclass(frozen=True)
class Bench:
    """A tenant's ledger, and the means to look at it as another process does."""

    ledger: Ledger
    other: Callable[[], Ledger]
    clock: Clock
    objects: Objects | None = None
    client: Any = None


def create_table(client: Any, name: str = TABLE) -> None:
    client.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)


@pytest.fixture
def aws(credentials: None) -> Iterator[None]:
    with mock_aws():
        yield


@pytest.fixture
def dynamo_bench(aws: None, clock: Clock) -> Bench:
    client = boto3.client("dynamodb", region_name=REGION)
    create_table(client)
    bind_tenant(client, "acme")
    objects = MemoryObjects("acme")

    def ledger() -> DynamoLedger:
        return DynamoLedger(client, TABLE, "acme", objects, clock, sleep=lambda _: None)

    return Bench(ledger(), ledger, clock, objects, client)


@pytest.fixture
def memory_bench(clock: Clock) -> Bench:
    ledger = MemoryLedger("acme", clock)
    return Bench(ledger, lambda: ledger, clock)


@pytest.fixture(params=["memory", "dynamo"])
def bench(request: pytest.FixtureRequest) -> Bench:
    made: Bench = request.getfixturevalue(f"{request.param}_bench")
    return made


@pytest.fixture
def ledger(bench: Bench) -> Ledger:
    return bench.ledger


@pytest.fixture
def s3_objects(aws: None) -> S3Objects:
    client = boto3.client("s3", region_name=REGION)
    client.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    return S3Objects(bind_tenant(client, "acme"), BUCKET, "acme")


@pytest.fixture(params=["memory", "s3"])
def objects(request: pytest.FixtureRequest) -> Objects:
    if request.param == "memory":
        return MemoryObjects("acme")
    made: S3Objects = request.getfixturevalue("s3_objects")
    return made
