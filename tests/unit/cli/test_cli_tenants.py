"""`muster tenant create`: with a deployment's environment, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import boto3
import pytest
from moto import mock_aws

from muster.access.dynamo import DynamoAccess
from muster.access.model import Limits
from muster.access.secret import parse_token
from muster.cli.exits import Exit
from muster.settings import required_variables
from tests.unit.cli.conftest import Muster

CREATE = (
    *("tenant", "create", "acme", "--name", "Acme", "--region", "eu-central-1"),
    *("--admin-email", "anna@acme.example", "--admin-name", "Anna"),
)


@pytest.fixture
def deployment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    for variable in required_variables():
        monkeypatch.setenv(variable, variable.lower())
    with mock_aws():
        keys = {"pk": "HASH", "sk": "RANGE"}
        boto3.client("dynamodb").create_table(
            TableName="muster_access_table",
            KeySchema=[{"AttributeName": n, "KeyType": k} for n, k in keys.items()],
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in keys],
            BillingMode="PAY_PER_REQUEST",
        )
        yield


def test_without_a_deployment_it_says_what_to_set(
    muster: Muster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every variable that is missing is named, and how the local stack gives them."""
    for variable in required_variables():
        monkeypatch.delenv(variable, raising=False)

    result = muster(*CREATE)

    assert result.code == Exit.REFUSED
    assert all(variable in result.err for variable in required_variables())
    assert "source .muster/local.env" in result.err


def test_a_tenant_comes_with_an_admin_and_a_token(muster: Muster, deployment: None) -> None:
    """Stdout holds a token of the right shape and nothing else."""
    result = muster(*CREATE)

    assert result.code == Exit.OK
    assert parse_token(result.out.strip()) is not None
    assert "anna@acme.example as its admin" in result.err


def test_the_same_tenant_twice_is_refused(muster: Muster, deployment: None) -> None:
    """The second one changes nothing and says so."""
    muster(*CREATE)

    result = muster(*CREATE, "--json")

    assert result.code == Exit.REFUSED
    assert result.out == ""
    assert "tenant acme already" in result.err


def test_bad_values_are_all_named(muster: Muster, deployment: None) -> None:
    """An id and an address that can't be are told together."""
    result = muster(
        *("tenant", "create", "A#b", "--name", "x", "--region", "eu-central-1"),
        *("--admin-email", "nobody"),
    )

    assert result.code == Exit.REFUSED
    assert "lower-case letters" in result.err
    assert "'nobody' is not an e-mail address" in result.err


def test_limits_are_given_at_the_making(muster: Muster, deployment: None) -> None:
    """Those that are named are kept; the others are the default."""
    muster(*CREATE, "--assets", "500", "--file-bytes", "1000")

    kept = DynamoAccess(boto3.client("dynamodb"), "muster_access_table").tenant("acme")
    assert kept is not None
    assert kept.limits == replace(Limits(), assets=500, file_bytes=1000)
