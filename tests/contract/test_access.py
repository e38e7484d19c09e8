"""What every store of tenants, members and tokens has to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from muster.access.dynamo import DynamoAccess
from muster.access.memory import MemoryAccess
from muster.access.model import Member, Permission, Role, Tenant
from muster.access.port import Access
from muster.access.refusals import (
    EmailTakenError,
    LastAdminError,
    MemberChangedError,
    TenantExistsError,
)
from muster.access.service import add_member, create_tenant, create_token
from muster.ids import new_id

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def clock() -> datetime:
    return NOW


@pytest.fixture(params=["memory", "dynamo"])
def access(request: pytest.FixtureRequest) -> Iterator[Access]:
    if request.param == "memory":
        yield MemoryAccess()
        return
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-central-1")
        client.create_table(
            TableName="access",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
        )
        yield DynamoAccess(client, "access")


def tenant_of(access: Access, tenant_id: str = "acme") -> tuple[Tenant, Member]:
    return create_tenant(
        access,
        tenant_id,
        name="Acme",
        region="eu-central-1",
        admin=("Ada", f"ada@{tenant_id}.example"),
        clock=clock,
    )


def test_a_tenant_and_its_admin_are_stored_together(access: Access) -> None:
    tenant, admin = tenant_of(access)

    assert access.tenant("acme") == tenant
    assert access.members("acme") == [admin]
    assert access.standing("acme", admin.id) is not None
    assert [t.id for t in access.tenants()] == ["acme"]


def test_a_tenant_id_is_given_once(access: Access) -> None:
    tenant_of(access)

    with pytest.raises(TenantExistsError):
        tenant_of(access)


def test_a_member_of_another_tenant_has_no_standing(access: Access) -> None:
    tenant_of(access)
    _, other = tenant_of(access, "acme-eu")

    assert access.standing("acme", other.id) is None
    assert len(access.members("acme")) == 1


def test_an_address_belongs_to_one_member(access: Access) -> None:
    """Case does not count; the address is free again when its member has another."""
    tenant, _ = tenant_of(access)
    member = add_member(
        access, tenant, name="Bob", email="bob@acme.example", role=Role.VIEWER, clock=clock
    )

    with pytest.raises(EmailTakenError):
        add_member(
            access, tenant, name="B", email="BOB@acme.example", role=Role.VIEWER, clock=clock
        )

    access.put_member(replace(member, email="robert@acme.example", version=2), member)
    again = add_member(
        access, tenant, name="Bob II", email="bob@acme.example", role=Role.VIEWER, clock=clock
    )
    assert again.email == "bob@acme.example"


def test_a_stale_change_is_refused(access: Access) -> None:
    tenant, _ = tenant_of(access)
    member = add_member(
        access, tenant, name="Bob", email="bob@acme.example", role=Role.VIEWER, clock=clock
    )
    access.put_member(replace(member, name="Robert", version=2), member)

    with pytest.raises(MemberChangedError):
        access.put_member(replace(member, name="Rob", version=2), member)
    with pytest.raises(MemberChangedError):
        access.delete_member(member)


def test_the_last_admin_stays(access: Access) -> None:
    """Neither demoted nor removed; both are possible once there is another."""
    tenant, admin = tenant_of(access)
    demoted = replace(admin, role=Role.VIEWER, version=2)

    with pytest.raises(LastAdminError):
        access.put_member(demoted, admin)
    with pytest.raises(LastAdminError):
        access.delete_member(admin)

    add_member(access, tenant, name="Eve", email="eve@acme.example", role=Role.ADMIN, clock=clock)
    access.put_member(demoted, admin)
    assert access.standing("acme", admin.id).member.role is Role.VIEWER  # type: ignore[union-attr]


def test_tokens_are_found_by_id_and_listed_by_tenant(access: Access) -> None:
    _, admin = tenant_of(access)
    _, other = tenant_of(access, "other")
    made = create_token(access, admin, name="ci", clock=clock, scopes=[Permission.ASSET_READ])
    create_token(access, other, name="theirs", clock=clock)

    assert access.token(made.token.id) == made.token
    assert access.tokens("acme") == [made.token]


def test_last_use_is_kept_and_does_not_bring_back_a_revoked_token(access: Access) -> None:
    _, admin = tenant_of(access)
    token = create_token(access, admin, name="ci", clock=clock).token
    later = NOW + timedelta(hours=3)

    access.touch_token(token, later)
    used = access.token(token.id)
    access.delete_token(token)
    access.touch_token(token, later)

    assert used == replace(token, last_used_at=later)
    assert access.token(token.id) is None
    assert access.tokens("acme") == []


def test_revoking_twice_is_no_error(access: Access) -> None:
    _, admin = tenant_of(access)
    token = create_token(access, admin, name="ci", clock=clock).token

    access.delete_token(token)
    access.delete_token(token)

    assert access.token(token.id) is None


def test_a_removed_member_takes_its_tokens_along(access: Access) -> None:
    tenant, _ = tenant_of(access)
    bob = add_member(
        access, tenant, name="Bob", email="bob@acme.example", role=Role.EDITOR, clock=clock
    )
    token = create_token(access, bob, name="laptop", clock=clock).token

    access.delete_member(bob)

    assert access.token(token.id) is None
    assert access.standing("acme", bob.id) is None


def test_many_tokens_are_all_listed(access: Access) -> None:
    _, admin = tenant_of(access)
    made = [create_token(access, admin, name=f"t{n}", clock=clock).token for n in range(90)]

    assert access.tokens("acme") == sorted(made, key=lambda token: token.id)


def test_an_unknown_token_is_none(access: Access) -> None:
    assert access.token(new_id("token")) is None
