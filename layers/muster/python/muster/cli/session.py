"""`muster whoami`: whose token this is, and what it may do."""

from __future__ import annotations

from muster.cli.screen import show_json, show_pairs
from muster.cli.shell import JsonFlag, connected


def whoami(*, as_json: JsonFlag = False) -> None:
    """Show whose token is used, on which tenant, and what it may do."""
    with connected() as client:
        me = client.get("/v1/me").body
        connection = client.connection
    if as_json:
        show_json(me)
        return
    show_pairs(
        [
            ("name", me["name"]),
            ("email", me["email"]),
            ("role", me["role"]),
            ("tenant", f"{me['tenant']['name']} ({me['tenant']['id']}, {me['tenant']['region']})"),
            ("may", ", ".join(me["permissions"])),
            ("address", connection.url),
            ("found in", connection.source),
        ]
    )
