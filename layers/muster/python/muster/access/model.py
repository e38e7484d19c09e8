"""Permissions, roles, tenants, members and tokens: the rules, without storage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

TenantId = str
"""Lower-case letters, digits and inner hyphens, 2 to 40 characters: never a `#`."""


class Permission(StrEnum):
    """What a route can ask for; also the scopes of a token."""

    ASSET_READ = "asset:read"
    ASSET_WRITE = "asset:write"
    ASSET_PURGE = "asset:purge"
    CATALOG_READ = "catalog:read"
    CATALOG_WRITE = "catalog:write"
    JOB_READ = "job:read"
    JOB_RUN = "job:run"
    TENANT_EXPORT = "tenant:export"
    TENANT_IMPORT = "tenant:import"
    SEARCH_SHARE = "search:share"
    MEMBER_READ = "member:read"
    MEMBER_WRITE = "member:write"
    TOKEN_SELF = "token:self"  # noqa: S105 - a permission's name, no secret
    TOKEN_ADMIN = "token:admin"  # noqa: S105 - a permission's name, no secret


class Role(StrEnum):
    """A member's role."""

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"


_VIEWER = frozenset(
    {
        Permission.ASSET_READ,
        Permission.CATALOG_READ,
        Permission.JOB_READ,
        Permission.MEMBER_READ,
        Permission.TOKEN_SELF,
    }
)
_EDITOR = _VIEWER | {Permission.ASSET_WRITE, Permission.JOB_RUN, Permission.SEARCH_SHARE}

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: _VIEWER,
    Role.EDITOR: _EDITOR,
    Role.ADMIN: frozenset(Permission),
}


@dataclass(frozen=True)
class Limits:
    """How much a tenant may have."""

    assets: int = 1_000_000
    members: int = 10_000
    import_bytes: int = 200 * 1024 * 1024
    file_bytes: int = 100 * 1024 * 1024


@dataclass(frozen=True)
class Tenant:
    """An organisation. `signing_key` signs its cursors."""

    id: TenantId
    name: str
    region: str
    limits: Limits
    signing_key: bytes
    created_at: datetime
    time_zone: str = "UTC"


@dataclass(frozen=True)
class Member:
    """A person or a service of a tenant. `version` counts its changes from 1."""

    id: str
    tenant: TenantId
    name: str
    email: str
    role: Role
    version: int
    created_at: datetime


@dataclass(frozen=True)
class Token:
    """A credential of a member. Only the SHA-256 of its secret is kept."""

    id: str
    tenant: TenantId
    member_id: str
    name: str
    secret_hash: bytes
    scopes: frozenset[Permission]
    """What it may do, as far as its member's role allows it at the time of use."""
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None


@dataclass(frozen=True)
class Identity:
    """Who a request comes from, and what the request may do (role and token scopes together)."""

    tenant: Tenant
    member_id: str
    member_name: str
    email: str
    role: Role
    token_id: str
    permissions: frozenset[Permission]
