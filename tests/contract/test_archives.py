"""A tenant goes out as an archive and comes in again elsewhere, in memory as on AWS."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import boto3
import pytest

from muster.archive.lines import canonical
from muster.jobs.running import job_of
from muster.ledger.dynamo import DynamoLedger
from muster.ledger.guard import bind_tenant
from muster.ledger.memory import MemoryLedger
from muster.ledger.memory_objects import MemoryObjects
from muster.ledger.model import Actor, Cause, Reason
from muster.ledger.s3 import S3Objects
from muster.replica.sqlite import SqliteReplica
from muster.scope import Scope
from tests import archives
from tests.archives import Clock
from tests.contract.conftest import BUCKET, REGION, TABLE, create_table

type Tenants = Callable[[str], Scope]

ADA = Actor("mem_0000000000000000000000ADA0", "Ada")
REASON = Reason(Cause.API, "req-1")


@pytest.fixture
def in_memory(tmp_path: Path) -> Tenants:
    clock = Clock()

    def tenant(name: str) -> Scope:
        ledger = MemoryLedger(name, clock)
        replica = SqliteReplica(tmp_path, name, ledger)
        return Scope(name, ADA, REASON, ledger, replica, MemoryObjects(name), clock)

    return tenant


@pytest.fixture
def on_aws(aws: None, tmp_path: Path) -> Tenants:
    clock = Clock()
    create_table(boto3.client("dynamodb", region_name=REGION))
    boto3.client("s3", region_name=REGION).create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )

    def tenant(name: str) -> Scope:
        client = bind_tenant(boto3.client("dynamodb", region_name=REGION), name)
        objects = S3Objects(bind_tenant(boto3.client("s3", region_name=REGION), name), BUCKET, name)
        ledger = DynamoLedger(client, TABLE, name, objects, clock)
        replica = SqliteReplica(tmp_path, name, ledger)
        return Scope(name, ADA, REASON, ledger, replica, objects, clock)

    return tenant


@pytest.fixture(params=["in_memory", "on_aws"])
def tenants(request: pytest.FixtureRequest) -> Tenants:
    made: Tenants = request.getfixturevalue(request.param)
    return made


def test_an_archive_comes_back_byte_for_byte(tenants: Tenants) -> None:
    """Export, import into another tenant, export: the same bytes."""
    old, new = tenants("old"), tenants("new")
    archives.live_through(old)
    archive = archives.export(old)

    archives.take_in(new, archive)

    assert archives.export(new) == archive


def test_an_imported_tenant_has_the_same_past_and_goes_on(tenants: Tenants) -> None:
    """Ids, versions, history, past moments and unique values are there; numbers go on."""
    old, new = tenants("old"), tenants("new")
    archives.live_through(old)
    archives.take_in(new, archives.export(old))
    new.replica.catch_up()

    following = [archives.make(scope, tag="T-77").body["key"] for scope in (old, new)]

    assert following[0] == following[1]
    for record in old.replica.page_of("asset", limit=100).items:
        theirs = new.ledger.get("asset", record.id)
        if record.body["key"] == following[0]:
            continue
        assert theirs is not None
        assert (theirs.body, theirs.version, theirs.marks) == (
            record.body,
            record.version,
            record.marks,
        )
        assert (theirs.created.at, theirs.updated.by) == (record.created.at, record.updated.by)
        for one, other in zip(
            old.ledger.history("asset", record.id),
            new.ledger.history("asset", record.id),
            strict=True,
        ):
            assert (one.at, one.actor, one.op, one.fields) == (
                other.at,
                other.actor,
                other.op,
                other.fields,
            )
            assert one.reason.cause == other.reason.cause
            then = old.ledger.get_at("asset", record.id, one.at)
            here = new.ledger.get_at("asset", record.id, one.at)
            assert (then and then.body) == (here and here.body)


def test_an_export_is_of_the_moment_it_began(in_memory: Tenants) -> None:
    """What others write meanwhile is not in it."""
    old = in_memory("old")
    archives.live_through(old)
    archive = archives.export(old)
    objects = old.objects
    size = objects.size

    def disturb(name: str) -> int | None:
        archives.make(old)
        return size(name)

    objects.size = disturb  # type: ignore[method-assign]

    assert archives.export(old) == archive


def test_a_plan_counts_what_is_in_the_archive(in_memory: Tenants) -> None:
    """Nothing is written by it."""
    old, new = in_memory("old"), in_memory("new")
    archives.live_through(old)

    planned = archives.plan(new, archives.export(old))

    plan = job_of(planned).result["plan"]
    assert plan["counts"]["records"]["asset"] == 3
    assert plan["counts"]["files"] == 5
    assert plan["numbers"] == dict(old.ledger.head().numbers)
    assert new.ledger.head().fences == {}
    assert list(new.objects.names("files/")) == []


def test_an_empty_tenant_has_an_archive(in_memory: Tenants) -> None:
    """It holds a format, a manifest and nothing else."""
    archive = archives.export(in_memory("old"))
    new = in_memory("new")

    archives.take_in(new, archive)

    assert list(archives.members(archive)) == ["format.json", "manifest.json"]
    assert archives.export(new) == archive


def test_json_has_one_spelling() -> None:
    assert canonical({"b": "ü\ud800", "a": 1.0}) == b'{"a":1.0,"b":"\\u00fc\\ud800"}'
