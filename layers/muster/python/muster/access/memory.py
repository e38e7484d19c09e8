"""Tenants, members and tokens in memory, for tests of everything that stands on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from muster.access.model import Member, Role, Tenant, TenantId, Token
from muster.access.port import Standing
from muster.access.refusals import (
    EmailTakenError,
    LastAdminError,
    MemberChangedError,
    TenantExistsError,
)
from muster.text import fold


class MemoryAccess:
    """The store in memory, under the contract of `muster.access.port.Access`."""

    def __init__(self) -> None:
        """Start empty."""
        self._tenants: dict[TenantId, Tenant] = {}
        self._members: dict[str, Member] = {}
        self._tokens: dict[str, Token] = {}

    def add_tenant(self, tenant: Tenant, admin: Member) -> None:
        """Store a new tenant and its first member."""
        if tenant.id in self._tenants:
            raise TenantExistsError(f"There is a tenant {tenant.id} already.")
        self._tenants[tenant.id] = tenant
        self._members[admin.id] = admin

    def tenant(self, tenant_id: TenantId) -> Tenant | None:
        """Return a tenant."""
        return self._tenants.get(tenant_id)

    def tenants(self) -> Sequence[Tenant]:
        """Return all tenants."""
        return sorted(self._tenants.values(), key=lambda tenant: tenant.id)

    def standing(self, tenant_id: TenantId, member_id: str) -> Standing | None:
        """Return the tenant and one of its members."""
        tenant, member = self._tenants.get(tenant_id), self._members.get(member_id)
        if tenant is None or member is None or member.tenant != tenant_id:
            return None
        return Standing(tenant, member)

    def members(self, tenant_id: TenantId) -> Sequence[Member]:
        """Return a tenant's members, by id."""
        own = (member for member in self._members.values() if member.tenant == tenant_id)
        return sorted(own, key=lambda member: member.id)

    def put_member(self, member: Member, before: Member | None) -> None:
        """Store a new or changed member."""
        self._check_unchanged(member.id, before)
        for other in self.members(member.tenant):
            if other.id != member.id and fold(other.email) == fold(member.email):
                raise EmailTakenError(
                    f"{member.email} is {other.name}'s address.", extra={"holder": other.id}
                )
        if member.role is not Role.ADMIN:
            self._check_admins(before)
        self._members[member.id] = member

    def delete_member(self, member: Member) -> None:
        """Remove a member and all its tokens."""
        self._check_unchanged(member.id, member)
        self._check_admins(member)
        del self._members[member.id]
        self._tokens = {k: t for k, t in self._tokens.items() if t.member_id != member.id}

    def put_token(self, token: Token) -> None:
        """Store a new token."""
        self._tokens[token.id] = token

    def token(self, token_id: str) -> Token | None:
        """Return a token by id."""
        return self._tokens.get(token_id)

    def tokens(self, tenant_id: TenantId) -> Sequence[Token]:
        """Return a tenant's tokens, by id."""
        own = (token for token in self._tokens.values() if token.tenant == tenant_id)
        return sorted(own, key=lambda token: token.id)

    def delete_token(self, token: Token) -> None:
        """Revoke a token."""
        self._tokens.pop(token.id, None)

    def touch_token(self, token: Token, used_at: datetime) -> None:
        """Keep when a token was last used."""
        if token.id in self._tokens:
            self._tokens[token.id] = replace(self._tokens[token.id], last_used_at=used_at)

    def _check_unchanged(self, member_id: str, before: Member | None) -> None:
        current = self._members.get(member_id)
        expected = before.version if before else None
        actual = current.version if current else None
        if expected != actual:
            raise MemberChangedError(
                "The member was changed since you read it.", extra={"current_version": actual}
            )

    def _check_admins(self, leaving: Member | None) -> None:
        if leaving is None or leaving.role is not Role.ADMIN:
            return
        admins = [m for m in self.members(leaving.tenant) if m.role is Role.ADMIN]
        if len(admins) <= 1:
            raise LastAdminError(f"{leaving.name} is the only admin: make somebody else one first.")
