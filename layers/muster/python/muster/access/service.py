"""The use cases of access: let in, and manage tenants, members and tokens."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from muster.access import secret as secret_text
from muster.access.model import (
    ROLE_PERMISSIONS,
    Identity,
    Limits,
    Member,
    Permission,
    Role,
    Tenant,
    TenantId,
    Token,
)
from muster.access.port import Access
from muster.access.refusals import (
    InvalidAccessError,
    MemberChangedError,
    MemberLimitError,
    MemberNotFoundError,
    TokenNotFoundError,
)
from muster.errors import FieldError
from muster.ids import is_id, new_id

DEFAULT_TOKEN_DAYS = 90
MAX_TOKEN_DAYS = 366
MAX_TENANT_ID = 40
_MAX_NAME = 120
_MAX_EMAIL = 254

Clock = Callable[[], datetime]

_TENANT_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])", re.ASCII)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(?:\.[^@\s.]+)+")


@dataclass(frozen=True)
class MemberChange:
    """What to change of a member; None stays."""

    name: str | None = None
    email: str | None = None
    role: Role | None = None


@dataclass(frozen=True)
class NewToken:
    """A token, and its text: the only time that it is known."""

    token: Token
    text: str


def create_tenant(  # noqa: PLR0913 - what a tenant is made of
    access: Access,
    tenant_id: TenantId,
    *,
    name: str,
    region: str,
    admin: tuple[str, str],
    clock: Clock,
    limits: Limits | None = None,
) -> tuple[Tenant, Member]:
    """Make a tenant with its first admin, given as (name, e-mail address).

    For operators with AWS credentials: no route calls this. Raises InvalidAccessError,
    TenantExistsError.
    """
    errors = [*_tenant_errors(tenant_id, name), *_member_errors(*admin)]
    if errors:
        raise _invalid(errors)
    now = clock()
    key = secrets.token_bytes(32)
    tenant = Tenant(tenant_id, name.strip(), region, limits or Limits(), key, now)
    member = Member(new_id("member"), tenant_id, admin[0].strip(), admin[1], Role.ADMIN, 1, now)
    access.add_tenant(tenant, member)
    return tenant, member


def list_members(access: Access, tenant_id: TenantId) -> list[Member]:
    """Return a tenant's members, in the order in which they came."""
    return list(access.members(tenant_id))


def read_member(access: Access, tenant_id: TenantId, member_id: str) -> Member:
    """Return a member; raises MemberNotFoundError."""
    found = access.standing(tenant_id, member_id) if is_id("member", member_id) else None
    if found is None:
        raise MemberNotFoundError(f"There is no member {member_id[:60]!r}.")
    return found.member


def add_member(
    access: Access, tenant: Tenant, *, name: str, email: str, role: Role, clock: Clock
) -> Member:
    """Add a member; raises InvalidAccessError, EmailTakenError, MemberLimitError."""
    errors = _member_errors(name, email)
    if errors:
        raise _invalid(errors)
    if len(access.members(tenant.id)) >= tenant.limits.members:
        raise MemberLimitError(
            f"The tenant may have {tenant.limits.members} members. Remove one, or ask for more."
        )
    member = Member(new_id("member"), tenant.id, name.strip(), email.strip(), role, 1, clock())
    access.put_member(member, None)
    return member


def change_member(
    access: Access,
    tenant_id: TenantId,
    member_id: str,
    *,
    change: MemberChange,
    if_match: int | None = None,
) -> Member:
    """Change what is given; what has not changed is not written.

    Raises MemberNotFoundError, MemberChangedError, InvalidAccessError, EmailTakenError,
    LastAdminError.
    """
    before = read_member(access, tenant_id, member_id)
    _check_version(before, if_match)
    after = replace(
        before,
        name=before.name if change.name is None else change.name.strip(),
        email=before.email if change.email is None else change.email.strip(),
        role=change.role or before.role,
    )
    if after == before:
        return before
    errors = _member_errors(after.name, after.email)
    if errors:
        raise _invalid(errors)
    after = replace(after, version=before.version + 1)
    access.put_member(after, before)
    return after


def remove_member(
    access: Access, tenant_id: TenantId, member_id: str, *, if_match: int | None
) -> None:
    """Remove a member with all tokens.

    Raises MemberNotFoundError, MemberChangedError, LastAdminError.
    """
    member = read_member(access, tenant_id, member_id)
    _check_version(member, if_match)
    access.delete_member(member)


def create_token(
    access: Access,
    member: Member,
    *,
    name: str,
    clock: Clock,
    scopes: Iterable[Permission] | None = None,
    days: int = DEFAULT_TOKEN_DAYS,
) -> NewToken:
    """Make a token of a member; without `scopes` it may do what its member may.

    Raises InvalidAccessError, also for scopes that the member's role does not hold.
    """
    allowed = ROLE_PERMISSIONS[member.role]
    wanted = frozenset(allowed if scopes is None else scopes)
    errors = _token_errors(name, days)
    if not wanted <= allowed:
        beyond = ", ".join(sorted(wanted - allowed))
        detail = f"A token of a member with the role {member.role} can't have {beyond}."
        errors.append(FieldError("scope_beyond_role", detail, "/scopes"))
    if errors:
        raise _invalid(errors)
    secret, now = secret_text.new_secret(), clock()
    token = Token(
        id=new_id("token"),
        tenant=member.tenant,
        member_id=member.id,
        name=name.strip(),
        secret_hash=secret_text.secret_hash(secret),
        scopes=wanted,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    access.put_token(token)
    return NewToken(token, secret_text.token_text(token.id, secret))


def create_own_token(
    access: Access,
    identity: Identity,
    *,
    name: str,
    clock: Clock,
    scopes: Iterable[Permission] | None = None,
    days: int = DEFAULT_TOKEN_DAYS,
) -> NewToken:
    """Make a token of the caller that may do no more than the token that asks for it.

    Raises InvalidAccessError.
    """
    wanted = frozenset(identity.permissions if scopes is None else scopes)
    beyond = wanted - identity.permissions
    if beyond:
        detail = f"Your own token does not have {', '.join(sorted(beyond))}."
        raise _invalid([FieldError("scope_beyond_token", detail, "/scopes")])
    member = read_member(access, identity.tenant.id, identity.member_id)
    return create_token(access, member, name=name, clock=clock, scopes=wanted, days=days)


def list_tokens(access: Access, identity: Identity) -> list[Token]:
    """Return the caller's own tokens, or all of the tenant's for those who manage tokens."""
    tokens = access.tokens(identity.tenant.id)
    if Permission.TOKEN_ADMIN in identity.permissions:
        return list(tokens)
    return [token for token in tokens if token.member_id == identity.member_id]


def read_token(access: Access, identity: Identity, token_id: str) -> Token:
    """Return a token that the caller may see; raises TokenNotFoundError."""
    token = access.token(token_id) if is_id("token", token_id) else None
    own = token is not None and token.member_id == identity.member_id
    if (
        token is None
        or token.tenant != identity.tenant.id
        or not (own or Permission.TOKEN_ADMIN in identity.permissions)
    ):
        raise TokenNotFoundError(f"There is no token {token_id[:60]!r}.")
    return token


def revoke_token(access: Access, identity: Identity, token_id: str) -> None:
    """Revoke a token that the caller may see; raises TokenNotFoundError."""
    access.delete_token(read_token(access, identity, token_id))


def _check_version(member: Member, if_match: int | None) -> None:
    if if_match is not None and if_match != member.version:
        raise MemberChangedError(
            "The member was changed since you read it.", extra={"current_version": member.version}
        )


def _tenant_errors(tenant_id: str, name: str) -> list[FieldError]:
    errors = []
    if len(tenant_id) > MAX_TENANT_ID or not _TENANT_ID.fullmatch(tenant_id):
        detail = "A tenant's id has 2 to 40 lower-case letters, digits and inner hyphens."
        errors.append(FieldError("invalid_tenant_id", detail, "/id"))
    return [*errors, *_name_errors(name)]


def _member_errors(name: str, email: str) -> list[FieldError]:
    errors = _name_errors(name)
    if len(email) > _MAX_EMAIL or not _EMAIL.fullmatch(email.strip()):
        detail = f"{email[:80]!r} is not an e-mail address."
        errors.append(FieldError("invalid_email", detail, "/email"))
    return errors


def _token_errors(name: str, days: int) -> list[FieldError]:
    errors = _name_errors(name)
    if not 1 <= days <= MAX_TOKEN_DAYS:
        detail = f"A token is valid for 1 to {MAX_TOKEN_DAYS} days."
        errors.append(FieldError("invalid_expiry", detail, "/expires_in_days"))
    return errors


def _name_errors(name: str) -> list[FieldError]:
    if 1 <= len(name.strip()) <= _MAX_NAME and name.isprintable():
        return []
    detail = f"A name has 1 to {_MAX_NAME} printable characters."
    return [FieldError("invalid_name", detail, "/name")]


def _invalid(errors: list[FieldError]) -> InvalidAccessError:
    return InvalidAccessError(" ".join(error.detail for error in errors), errors=errors)
