"""`muster token …`: make, list and revoke API tokens."""

from __future__ import annotations

from typing import Annotated

import typer

from muster.cli.client import segment
from muster.cli.screen import note, say, show_json, show_table
from muster.cli.shell import JsonFlag, connected, group

tokens = group("Make, list and revoke API tokens.")


@tokens.command("create")
def create_token(
    name: Annotated[str, typer.Argument(help="What the token is for.")],
    *,
    scope: Annotated[
        list[str] | None,
        typer.Option(help="A permission such as asset:read; repeat it. Default: all of yours."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, help="Days until it expires.")] = 90,
    as_json: JsonFlag = False,
) -> None:
    """Make a token. Its secret is shown this once, alone on stdout."""
    body = {"name": name, "expires_in_days": days} | ({"scopes": scope} if scope else {})
    with connected() as client:
        made = client.send("POST", "/v1/tokens", body, keyed=False).body
    if as_json:
        show_json(made)
        return
    say(made["token"])
    note(f"{made['id']} {name!r} until {made['expires_at']}. The secret is not shown again.")


@tokens.command("list")
def list_tokens(*, as_json: JsonFlag = False) -> None:
    """List tokens, without their secrets."""
    with connected() as client:
        found = list(client.items("/v1/tokens"))
    if as_json:
        show_json({"items": found})
        return
    names = ("id", "name", "member_id", "scopes", "created_at", "expires_at", "last_used_at")
    show_table(
        [name.removesuffix("_at").replace("_", " ") for name in names],
        [[token.get(name) for name in names] for token in found],
    )


@tokens.command("revoke")
def revoke_token(
    token_id: Annotated[str, typer.Argument(help="The token's id, tok_….", metavar="TOKEN_ID")],
    *,
    as_json: JsonFlag = False,
) -> None:
    """Revoke a token: it is refused within 30 seconds everywhere."""
    with connected() as client:
        client.send("DELETE", f"/v1/tokens/{segment(token_id)}")
    if as_json:
        show_json({"id": token_id, "revoked": True})
    else:
        say(f"{token_id} is revoked.")
