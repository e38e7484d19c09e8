"""The container puts parts together once, and only when they are asked for."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from muster import container as container_module
from muster.container import Container
from muster.ledger.guard import CrossTenantAccessError
from muster.ledger.model import Actor, Cause, Reason
from muster.settings import Settings

WHO = Actor("mem_1", "Ada")
WHY = Reason(Cause.API, "req-1")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        stage="test",
        ledger_table="ledger",
        access_table="access",
        files_bucket="files",
        jobs_queue_url="https://queue.example/jobs.fifo",
        replica_dir=str(tmp_path),
    )


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with mock_aws():
        yield


def test_making_a_container_makes_no_client(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cold start pays for what its first request uses, and nothing else."""
    made: list[object] = []
    monkeypatch.setattr(boto3, "Session", lambda *_, **__: made.append(1))
    monkeypatch.setattr(socket, "socket", made.append)

    Container(settings)

    assert made == []


def test_a_tenants_parts_are_made_once(settings: Settings, aws: None) -> None:
    """A warm request makes no client and opens no file anew."""
    container = Container(settings)

    first = container.scope("acme", WHO, WHY)
    second = container.scope("acme", WHO, WHY)

    assert first.ledger is second.ledger
    assert first.replica is second.replica
    assert container.scope("other", WHO, WHY).ledger is not first.ledger


def test_only_the_tenants_used_last_stay_open(
    settings: Settings, aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A function that serves many tenants does not grow without bound."""
    monkeypatch.setattr(container_module, "MAX_TENANTS", 2)
    container = Container(settings)
    first = container.parts("one")
    second = container.parts("two")

    container.parts("one")
    container.parts("three")

    assert container.parts("one") is first
    assert container.parts("two") is not second


def test_a_scope_holds_who_why_when_and_where_jobs_go(settings: Settings, aws: None) -> None:
    """What a use case is given is what the container was told."""
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    container = Container(settings, clock=lambda: noon)

    scope = container.scope("acme", WHO, WHY, dry_run=True)

    assert (scope.tenant, scope.actor, scope.reason) == ("acme", WHO, WHY)
    assert scope.now() == noon
    assert scope.dry_run
    assert scope.queue is container.jobs


def test_a_scopes_clients_refuse_another_tenant(settings: Settings, aws: None) -> None:
    """The guard is in place in every client that a scope is given."""
    objects = Container(settings).parts("acme").objects

    with pytest.raises(CrossTenantAccessError):
        objects._client.get_object(Bucket="files", Key="T/other/jobs/1/source")  # type: ignore[attr-defined]


def test_with_a_tenant_role_a_scope_has_the_tenants_own_credentials(
    settings: Settings, aws: None
) -> None:
    """Where the stack says so, IAM itself is told whose data the calls are for."""
    role = "arn:aws:iam::123456789012:role/tenant-data"
    limited = Settings(**{**vars(settings), "tenant_role_arn": role})
    container = Container(limited)

    sessions = [container._tenant_session(tenant) for tenant in ("acme", "other")]

    keys = {session.get_credentials().get_frozen_credentials().access_key for session in sessions}
    assert len(keys) == 2
    assert "test" not in keys
    assert {session.region_name for session in sessions} == {"eu-central-1"}


def test_a_tenant_session_is_asked_for_with_the_tenants_tag(
    settings: Settings, aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tag is the one that the role's policy compares keys with."""
    asked: list[dict[str, object]] = []
    limited = Settings(**{**vars(settings), "tenant_role_arn": "arn:aws:iam::1:role/r"})
    container = Container(limited)
    client = container._client("sts")
    monkeypatch.setattr(container, "_client", lambda _: client)
    client.meta.events.register(
        "before-parameter-build.sts.AssumeRole", lambda params, **_: asked.append(dict(params))
    )

    container._assume_tenant_role("acme")

    [request] = asked
    assert request["Tags"] == [{"Key": "TenantId", "Value": "acme"}]
    assert request["DurationSeconds"] == 3600
