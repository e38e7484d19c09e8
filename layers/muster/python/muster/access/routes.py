"""`/v1/me`, `/v1/members` and `/v1/tokens`."""

from __future__ import annotations

from muster.access import service
from muster.access.api import (
    MemberDraft,
    MemberPatch,
    MemberView,
    MeView,
    NewTokenView,
    TenantView,
    TokenDraft,
    TokenView,
)
from muster.access.model import Identity, Member, Permission, Token
from muster.access.refusals import (
    EmailTakenError,
    InvalidAccessError,
    LastAdminError,
    MemberChangedError,
    MemberLimitError,
    MemberNotFoundError,
    TokenNotFoundError,
)
from muster.http.paging import ListQuery, list_response, slice_of
from muster.http.routing import Call, Response, Routes
from muster.http.shapes import Shape

routes = Routes("access")

_ME_VIEW = Shape("muster.access.api", "MeView")
_MEMBER_VIEW = Shape("muster.access.api", "MemberView")
_TOKEN_VIEW = Shape("muster.access.api", "TokenView")
_NEW_TOKEN_VIEW = Shape("muster.access.api", "NewTokenView")


@routes.get("/v1/me", permission=Permission.TOKEN_SELF, returns=_ME_VIEW)
def read_me(call: Call) -> Response:
    """Tell who the token stands for and what it may do."""
    return Response(_me(call.identity))


@routes.get(
    "/v1/members",
    permission=Permission.MEMBER_READ,
    query=ListQuery,
    returns=_MEMBER_VIEW.page,
)
def list_members(call: Call) -> Response:
    """List the members, in the order in which they came."""
    members = service.list_members(call.access, call.identity.tenant.id)
    page, after = slice_of(call, members, lambda member: (member.id,))
    return list_response(call, [*map(_member, page)], after=after, total=len(members))


@routes.post(
    "/v1/members",
    permission=Permission.MEMBER_WRITE,
    body=MemberDraft,
    returns=_MEMBER_VIEW,
    status=201,
    errors=(InvalidAccessError, EmailTakenError, MemberLimitError),
)
def add_member(call: Call) -> Response:
    """Add a member."""
    draft: MemberDraft = call.body
    member = service.add_member(
        call.access,
        call.identity.tenant,
        name=draft.name,
        email=draft.email,
        role=draft.role,
        clock=call.scope.now,
    )
    return _member_response(member, status=201)


@routes.get(
    "/v1/members/{member_id}",
    permission=Permission.MEMBER_READ,
    returns=_MEMBER_VIEW,
    errors=(MemberNotFoundError,),
)
def read_member(call: Call) -> Response:
    """Read a member."""
    tenant_id, member_id = call.identity.tenant.id, call.path["member_id"]
    return _member_response(service.read_member(call.access, tenant_id, member_id))


@routes.patch(
    "/v1/members/{member_id}",
    permission=Permission.MEMBER_WRITE,
    body=MemberPatch,
    returns=_MEMBER_VIEW,
    errors=(
        MemberNotFoundError,
        MemberChangedError,
        InvalidAccessError,
        EmailTakenError,
        LastAdminError,
    ),
)
def change_member(call: Call) -> Response:
    """Change a member's name, address or role; it applies within 30 seconds everywhere."""
    patch: MemberPatch = call.body
    member = service.change_member(
        call.access,
        call.identity.tenant.id,
        call.path["member_id"],
        change=service.MemberChange(patch.name, patch.email, patch.role),
        if_match=call.if_match,
    )
    call.gate.forget(member_id=member.id)
    return _member_response(member)


@routes.delete(
    "/v1/members/{member_id}",
    permission=Permission.MEMBER_WRITE,
    returns=None,
    status=204,
    errors=(MemberNotFoundError, MemberChangedError, LastAdminError),
)
def remove_member(call: Call) -> Response:
    """Remove a member with all tokens."""
    member_id = call.path["member_id"]
    service.remove_member(call.access, call.identity.tenant.id, member_id, if_match=call.if_match)
    call.gate.forget(member_id=member_id)
    return Response(status=204)


@routes.get(
    "/v1/tokens",
    permission=Permission.TOKEN_SELF,
    query=ListQuery,
    returns=_TOKEN_VIEW.page,
)
def list_tokens(call: Call) -> Response:
    """List the caller's tokens, or all of the tenant's for those who manage tokens."""
    tokens = service.list_tokens(call.access, call.identity)
    page, after = slice_of(call, tokens, lambda token: (token.id,))
    shown = [TokenView(**_token(token)) for token in page]
    return list_response(call, shown, after=after, total=len(tokens))


@routes.post(
    "/v1/tokens",
    permission=Permission.TOKEN_SELF,
    body=TokenDraft,
    returns=_NEW_TOKEN_VIEW,
    status=201,
    errors=(InvalidAccessError,),
)
def create_token(call: Call) -> Response:
    """Make a token of the caller. Its text is in this answer and nowhere else.

    A token can't give rights that the caller's own token does not have.
    """
    draft: TokenDraft = call.body
    made = service.create_own_token(
        call.access,
        call.identity,
        name=draft.name,
        scopes=draft.scopes,
        days=draft.expires_in_days,
        clock=call.scope.now,
    )
    body = NewTokenView(**_token(made.token), token=made.text)
    return Response(body, 201, location=f"/v1/tokens/{made.token.id}")


@routes.get(
    "/v1/tokens/{token_id}",
    permission=Permission.TOKEN_SELF,
    returns=_TOKEN_VIEW,
    errors=(TokenNotFoundError,),
)
def read_token(call: Call) -> Response:
    """Read a token, without its secret."""
    token = service.read_token(call.access, call.identity, call.path["token_id"])
    return Response(TokenView(**_token(token)))


@routes.delete(
    "/v1/tokens/{token_id}",
    permission=Permission.TOKEN_SELF,
    returns=None,
    status=204,
    if_match=False,
    errors=(TokenNotFoundError,),
)
def revoke_token(call: Call) -> Response:
    """Revoke a token; it is refused within 30 seconds everywhere."""
    service.revoke_token(call.access, call.identity, call.path["token_id"])
    call.gate.forget(token_id=call.path["token_id"])
    return Response(status=204)


def _me(identity: Identity) -> MeView:
    tenant = identity.tenant
    return MeView(
        tenant=TenantView(
            id=tenant.id, name=tenant.name, region=tenant.region, time_zone=tenant.time_zone
        ),
        member_id=identity.member_id,
        name=identity.member_name,
        email=identity.email,
        role=identity.role,
        token_id=identity.token_id,
        permissions=sorted(identity.permissions),
    )


def _member(member: Member) -> MemberView:
    return MemberView(
        id=member.id,
        version=member.version,
        name=member.name,
        email=member.email,
        role=member.role,
        created_at=member.created_at,
    )


def _member_response(member: Member, status: int = 200) -> Response:
    location = f"/v1/members/{member.id}" if status == 201 else None  # noqa: PLR2004 - created
    return Response(_member(member), status, version=member.version, location=location)


def _token(token: Token) -> dict[str, object]:
    return {
        "id": token.id,
        "name": token.name,
        "member_id": token.member_id,
        "scopes": sorted(token.scopes),
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
    }
