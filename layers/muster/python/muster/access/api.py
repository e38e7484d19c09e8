"""The shapes of the access API: what is sent, and what comes back."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from muster.access.model import Permission, Role
from muster.access.service import DEFAULT_TOKEN_DAYS, MAX_TOKEN_DAYS

_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
_Email = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=254)]


class _Input(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)


class _Output(BaseModel):
    model_config = ConfigDict(defer_build=True)


class TenantView(_Output):
    """The caller's tenant."""

    id: str
    name: str
    region: str
    time_zone: str


class MeView(_Output):
    """Who the token stands for, and what it may do."""

    tenant: TenantView
    member_id: str
    name: str
    email: str
    role: Role
    token_id: str
    permissions: list[Permission]


class MemberDraft(_Input):
    """A new member."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "Ada Byron", "email": "ada@example.org", "role": "editor"}]
        }
    )

    name: _Line
    email: _Email
    role: Role = Role.VIEWER


class MemberPatch(_Input):
    """What to change; what is absent stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"role": "admin"}]})

    name: _Line | None = None
    email: _Email | None = None
    role: Role | None = None


class MemberView(_Output):
    """A member."""

    id: str
    version: int
    name: str
    email: str
    role: Role
    created_at: datetime


class TokenDraft(_Input):
    """A new token of the caller. Without scopes it may do what the caller's own token may."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "nightly import", "scopes": ["asset:read"], "expires_in_days": 30}
            ]
        }
    )

    name: _Line
    scopes: list[Permission] | None = Field(default=None, min_length=1)
    expires_in_days: int = Field(default=DEFAULT_TOKEN_DAYS, ge=1, le=MAX_TOKEN_DAYS)


class TokenView(_Output):
    """A token without its secret."""

    id: str
    name: str
    member_id: str
    scopes: list[Permission]
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    """To the hour."""


class NewTokenView(TokenView):
    """A token with its text, which is shown this once."""

    token: str
