"""How tenants, members and tokens lie in DynamoDB items, apart from their keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from muster.access.model import Limits, Member, Permission, Role, Tenant, Token

type Item = Mapping[str, Any]


def tenant_item(tenant: Tenant) -> dict[str, Any]:
    """Return a tenant's attributes."""
    limits = tenant.limits
    return {
        "id": {"S": tenant.id},
        "name": {"S": tenant.name},
        "region": {"S": tenant.region},
        "time_zone": {"S": tenant.time_zone},
        "signing_key": {"B": tenant.signing_key},
        "created_at": {"S": tenant.created_at.isoformat()},
        "max_assets": {"N": str(limits.assets)},
        "max_members": {"N": str(limits.members)},
        "max_import_bytes": {"N": str(limits.import_bytes)},
        "max_file_bytes": {"N": str(limits.file_bytes)},
    }


def tenant(item: Item) -> Tenant:
    """Return the tenant that an item holds."""
    return Tenant(
        id=item["id"]["S"],
        name=item["name"]["S"],
        region=item["region"]["S"],
        time_zone=item["time_zone"]["S"],
        signing_key=bytes(item["signing_key"]["B"]),
        created_at=datetime.fromisoformat(item["created_at"]["S"]),
        limits=Limits(
            assets=int(item["max_assets"]["N"]),
            members=int(item["max_members"]["N"]),
            import_bytes=int(item["max_import_bytes"]["N"]),
            # Tenants from before there were files have none.
            **(
                {"file_bytes": int(item["max_file_bytes"]["N"])} if "max_file_bytes" in item else {}
            ),
        ),
    )


def member_item(member: Member) -> dict[str, Any]:
    """Return a member's attributes."""
    return {
        "id": {"S": member.id},
        "tenant": {"S": member.tenant},
        "name": {"S": member.name},
        "email": {"S": member.email},
        "role": {"S": member.role},
        "version": {"N": str(member.version)},
        "created_at": {"S": member.created_at.isoformat()},
    }


def member(item: Item) -> Member:
    """Return the member that an item holds."""
    return Member(
        id=item["id"]["S"],
        tenant=item["tenant"]["S"],
        name=item["name"]["S"],
        email=item["email"]["S"],
        role=Role(item["role"]["S"]),
        version=int(item["version"]["N"]),
        created_at=datetime.fromisoformat(item["created_at"]["S"]),
    )


def token_item(token: Token) -> dict[str, Any]:
    """Return a token's attributes."""
    return {
        "tenant": {"S": token.tenant},
        "member": {"S": token.member_id},
        "name": {"S": token.name},
        "secret_hash": {"B": token.secret_hash},
        "scopes": {"S": " ".join(sorted(token.scopes))},
        "created_at": {"S": token.created_at.isoformat()},
        "expires_at": {"S": token.expires_at.isoformat()},
    }


def token(token_id: str, item: Item) -> Token:
    """Return the token that an item holds. A permission that is no more is left out."""
    known = {str(permission) for permission in Permission}
    used = item.get("last_used")
    return Token(
        id=token_id,
        tenant=item["tenant"]["S"],
        member_id=item["member"]["S"],
        name=item["name"]["S"],
        secret_hash=bytes(item["secret_hash"]["B"]),
        scopes=frozenset(Permission(s) for s in item["scopes"]["S"].split() if s in known),
        created_at=datetime.fromisoformat(item["created_at"]["S"]),
        expires_at=datetime.fromisoformat(item["expires_at"]["S"]),
        last_used_at=datetime.fromisoformat(used["S"]) if used else None,
    )
