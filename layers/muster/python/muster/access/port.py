"""What the rest of Muster may ask of the store of tenants, members and tokens."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from muster.access.model import (
    ROLE_PERMISSIONS,
    Identity,
    Member,
    Permission,
    Tenant,
    TenantId,
    Token,
)


@dataclass(frozen=True)
class Standing:
    """What a token's holder is at this moment."""

    tenant: Tenant
    member: Member

    def identity(self, token_id: str = "", scopes: Collection[Permission] = Permission) -> Identity:
        """Return who a request of the member comes from, and what of the scopes the role allows."""
        return Identity(
            tenant=self.tenant,
            member_id=self.member.id,
            member_name=self.member.name,
            email=self.member.email,
            role=self.member.role,
            token_id=token_id,
            permissions=ROLE_PERMISSIONS[self.member.role].intersection(scopes),
        )


class Access(Protocol):
    """The store of tenants, members and tokens. Reads are strongly consistent."""

    def add_tenant(self, tenant: Tenant, admin: Member) -> None:
        """Store a new tenant and its first member together; raises TenantExistsError."""
        ...

    def tenant(self, tenant_id: TenantId) -> Tenant | None:
        """Return a tenant."""
        ...

    def tenants(self) -> Sequence[Tenant]:
        """Return all tenants, for operators."""
        ...

    def standing(self, tenant_id: TenantId, member_id: str) -> Standing | None:
        """Return the tenant and one of its members, in one call; None when either is gone."""
        ...

    def members(self, tenant_id: TenantId) -> Sequence[Member]:
        """Return a tenant's members, by id."""
        ...

    def put_member(self, member: Member, before: Member | None) -> None:
        """Store a new or changed member.

        Raises EmailTakenError, MemberChangedError when `before` is not what is stored, and
        LastAdminError when the tenant would be left without an admin.
        """
        ...

    def delete_member(self, member: Member) -> None:
        """Remove a member and all its tokens; raises MemberChangedError, LastAdminError."""
        ...

    def put_token(self, token: Token) -> None:
        """Store a new token."""
        ...

    def token(self, token_id: str) -> Token | None:
        """Return a token by id, whichever tenant's."""
        ...

    def tokens(self, tenant_id: TenantId) -> Sequence[Token]:
        """Return a tenant's tokens, by id."""
        ...

    def delete_token(self, token: Token) -> None:
        """Revoke a token; revoking it twice is no error."""
        ...

    def touch_token(self, token: Token, used_at: datetime) -> None:
        """Keep when a token was last used; a token that is gone stays gone."""
        ...
