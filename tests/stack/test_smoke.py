"""The deployed template answers."""

from __future__ import annotations

import boto3
import httpx
import pytest

from tests.stack.running import Stack

pytestmark = pytest.mark.stack


def test_health_answers_without_a_token(stack: Stack) -> None:
    """Anybody may ask whether the API is up."""
    answer = httpx.get(f"{stack.url}/v1/health", timeout=60)

    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"


def test_an_unknown_address_is_a_problem_document(stack: Stack) -> None:
    """What API Gateway refuses by itself looks like what Muster refuses."""
    answer = httpx.delete(f"{stack.url}/v1/nowhere%2Fat-all", timeout=60)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "no_such_route"


@pytest.mark.parametrize("table", ["ledger_table", "access_table"])
def test_tables_keep_the_past_and_forget_what_expires(stack: Stack, table: str) -> None:
    """Point-in-time recovery and expiry are on in both tables."""
    client = boto3.client("dynamodb", region_name="eu-central-1")
    name = getattr(stack.settings, table)

    backups = client.describe_continuous_backups(TableName=name)
    expiry = client.describe_time_to_live(TableName=name)

    recovery = backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"
    assert expiry["TimeToLiveDescription"]["AttributeName"] == "ttl"
