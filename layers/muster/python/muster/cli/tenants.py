"""`muster tenant create`: a tenant, its first admin and a token, made with AWS credentials.

No route does this: whoever may write to the access table may make tenants.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from muster.cli.exits import refused
from muster.cli.screen import note, say, show_json
from muster.cli.shell import JsonFlag, group

if TYPE_CHECKING:
    from datetime import datetime

    from muster.access.model import Member, Tenant
    from muster.access.port import Access
    from muster.access.service import NewToken

tenants = group("Make tenants, with the AWS credentials of whoever runs Muster.")


@tenants.callback()
def tenant_commands() -> None:
    """Make tenants, with the AWS credentials of whoever runs Muster."""


@tenants.command("create")
def create(  # noqa: PLR0913 - a parameter is an option
    tenant_id: Annotated[
        str,
        typer.Argument(help="2 to 40 lower-case letters, digits and hyphens.", metavar="ID"),
    ],
    *,
    name: Annotated[str, typer.Option(help="The organisation's name.")],
    region: Annotated[str, typer.Option(help="Where its data stays, such as eu-central-1.")],
    admin_email: Annotated[str, typer.Option(help="The first admin's address.")],
    admin_name: Annotated[
        str | None, typer.Option(help="The first admin's name; default: the address.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="Days until the token expires.")] = 90,
    assets: Annotated[int | None, typer.Option(min=1, help="Most assets it may have.")] = None,
    members: Annotated[int | None, typer.Option(min=1, help="Most members it may have.")] = None,
    import_bytes: Annotated[int | None, typer.Option(min=1, help="Largest import.")] = None,
    file_bytes: Annotated[int | None, typer.Option(min=1, help="Largest attached file.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Make a tenant with its first admin, and a token for the admin.

    Needs AWS credentials and the variables of a deployment (docs/operations.md); for the local
    stack, `source .muster/local.env` sets them. The token is shown this once, alone on stdout.
    """
    access, clock = _access(os.environ)
    admin = (admin_name or admin_email, admin_email)
    given = {
        "assets": assets,
        "members": members,
        "import_bytes": import_bytes,
        "file_bytes": file_bytes,
    }
    made = make_tenant(
        access,
        clock,
        tenant_id,
        name=name,
        region=region,
        admin=admin,
        days=days,
        limits={limit: most for limit, most in given.items() if most is not None},
    )
    if as_json:
        show_json(_as_json(*made))
        return
    tenant, member, token = made
    say(token.text)
    note(
        f"Tenant {tenant.id} ({tenant.name}) is made, with {member.email} as its admin.",
        f"The token is valid until {token.token.expires_at:%Y-%m-%d} and not shown again.",
    )


def make_tenant(  # noqa: PLR0913 - two makers' parameters
    access: Access,
    clock: Callable[[], datetime],
    tenant_id: str,
    *,
    name: str,
    region: str,
    admin: tuple[str, str],
    days: int,
    limits: Mapping[str, int] = MappingProxyType({}),
) -> tuple[Tenant, Member, NewToken]:
    """Make the three; `admin` is name and address, `limits` has those that are not the default.

    Raises what muster.access.service raises.
    """
    from muster.access.model import Limits
    from muster.access.service import create_tenant, create_token

    tenant, member = create_tenant(
        access,
        tenant_id,
        name=name,
        region=region,
        admin=admin,
        clock=clock,
        limits=Limits(**limits),
    )
    token = create_token(access, member, name="first token", clock=clock, days=days)
    return tenant, member, token


def _access(environment: Mapping[str, str]) -> tuple[Access, Callable[[], datetime]]:
    from muster.container import Container
    from muster.settings import Settings, SettingsError

    try:
        settings = Settings.from_environment(environment)
    except SettingsError as error:
        raise refused(
            "Tenants are made where Muster is deployed",
            f"{error.detail} These are the deployment's names (docs/operations.md), and AWS"
            " credentials belong to them. For the local stack: source .muster/local.env",
            code=error.code,
        ) from error
    container = Container(settings)
    return container.access, container.clock


def _as_json(tenant: Tenant, member: Member, token: NewToken) -> dict[str, Any]:
    return {
        "tenant": {"id": tenant.id, "name": tenant.name, "region": tenant.region},
        "admin": {"id": member.id, "name": member.name, "email": member.email},
        "token": {
            "id": token.token.id,
            "secret": token.text,
            "expires_at": token.token.expires_at.isoformat().replace("+00:00", "Z"),
        },
    }
