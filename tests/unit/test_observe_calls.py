"""Counting the calls to AWS that a request makes."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from muster.observe.calls import calls_made, count_calls


@pytest.fixture
def client() -> Any:
    """Return a client that makes no real call."""
    client = boto3.client(
        "dynamodb", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    stub = Stubber(count_calls(client))
    for _ in range(3):
        stub.add_response("list_tables", {})
    stub.activate()
    return stub.client


def test_calls_are_counted_where_they_are_watched(client: Any) -> None:
    """Each call within is named once; those before and after are not in it."""
    client.list_tables()

    with calls_made() as calls:
        client.list_tables()
    client.list_tables()

    assert calls == ["dynamodb.ListTables"]
