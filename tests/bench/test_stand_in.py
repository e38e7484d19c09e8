"""The stand-in for DynamoDB: what the numbers rest on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from muster.ledger.dynamo import DynamoLedger
from muster.ledger.memory_objects import MemoryObjects
from muster.ledger.model import Actor, Cause, Mark, Put, Reason
from muster.ledger.port import MarkTakenError, VersionConflictError
from tests.bench.account import Account
from tests.bench.conditions import holds
from tests.bench.units import item_bytes, read_units, write_units

WHO: Any = {"actor": Actor("mem_1", "Anna"), "reason": Reason(Cause.API, "r")}


def ledger(client: Any) -> DynamoLedger:
    return DynamoLedger(client, "ledger", "acme", MemoryObjects("acme"), lambda: datetime.now(UTC))


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "bench")
    with Account().installed():
        return boto3.Session().client("dynamodb", region_name="eu-central-1")


def test_it_refuses_as_dynamodb_does(client: Any) -> None:
    """Two writers get their numbers, a taken value and an old version are refused."""
    one, two = ledger(client), ledger(client)
    mark = frozenset({Mark("tag", "a")})

    first = one.commit([Put("asset", "ast_1", {"n": 1}, mark)], **WHO)
    second = two.commit([Put("asset", "ast_2", {"n": 2})], **WHO)
    third = one.commit([Put("asset", "ast_3", {"n": 3})], **WHO)

    assert [first.seq, second.seq, third.seq] == [1, 2, 3]
    assert [c.seq for c in one.commits_after(0)] == [1, 2, 3]
    with pytest.raises(MarkTakenError):
        two.commit([Put("asset", "ast_4", {}, mark)], **WHO)
    with pytest.raises(VersionConflictError):
        two.commit([Put("asset", "ast_1", {})], **WHO)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("attribute_not_exists(pk)", False),
        ("attribute_exists(pk) AND #n = :two", True),
        ("#n = :one OR #n = :two", True),
        ("#n = :one AND #n = :two OR #n <= :two", True),
        ("attribute_not_exists(pk) OR (#n = :one AND #n = :two)", False),
        ("missing = :one", False),
    ],
)
def test_conditions_are_read_as_dynamodb_reads_them(condition: str, expected: object) -> None:
    """AND binds more than OR; what is absent compares as false."""
    asked = {
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {"#n": "n"},
        "ExpressionAttributeValues": {":one": {"N": "1"}, ":two": {"N": "2"}},
    }

    assert holds(asked, {"pk": {"S": "a"}, "n": {"N": "2"}}) is expected


def test_units_follow_the_price_list() -> None:
    """4 KB a read, half of it when eventually consistent; 1 KB a write of the larger item."""
    assert read_units(0, consistent=True) == 1
    assert read_units(4097, consistent=True) == 2
    assert read_units(100, consistent=False) == 0.5
    assert write_units(100, 2049) == 3
    assert item_bytes({"pk": {"S": "ab"}, "b": {"B": "YWJj"}, "n": {"N": "1234"}}) == 4 + 4 + 5
