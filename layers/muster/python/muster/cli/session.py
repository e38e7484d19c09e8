"""`muster whoami`: whose token this is, and what it may do."""

from __future__ import annotations

from muster.cli.screen import cell, show_json, show_pairs
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
            *((name, cell(value)) for name, value in me.items() if value not in (None, [], "")),
            ("address", connection.url),
            ("found in", connection.source),
        ]
    )
