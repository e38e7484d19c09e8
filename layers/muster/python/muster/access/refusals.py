"""What access refuses."""

from __future__ import annotations

from muster.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    PreconditionFailedError,
    QuotaExceededError,
    UnauthenticatedError,
)


class TenantExistsError(ConflictError):
    """There is a tenant of this id already."""

    code = "tenant_exists"


class InvalidAccessError(InvalidInputError):
    """A tenant, member or token that breaks a rule; `errors` has one entry a field."""

    code = "invalid_access"


class MemberNotFoundError(NotFoundError):
    """No such member in this tenant."""

    code = "member_not_found"


class TokenNotFoundError(NotFoundError):
    """No such token in this tenant."""

    code = "token_not_found"


class EmailTakenError(ConflictError):
    """Another member of the tenant has this e-mail address; `extra` has `holder`."""

    code = "email_taken"


class MemberChangedError(PreconditionFailedError):
    """The member was changed since it was read; `extra` has `current_version`."""

    code = "member_changed"


class LastAdminError(ConflictError):
    """A tenant keeps at least one admin."""

    code = "last_admin"


class MemberLimitError(QuotaExceededError):
    """The tenant has as many members as its limits allow."""

    code = "member_limit"


class NoTokenError(UnauthenticatedError):
    """The request carries no token."""

    code = "token_missing"


class TokenInvalidError(UnauthenticatedError):
    """The token is malformed, unknown, revoked or expired."""

    code = "token_invalid"
