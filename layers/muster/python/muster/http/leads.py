"""Answers that lead to a signed address, good for as long as `DOWNLOAD_SECONDS`."""

from __future__ import annotations

from muster.http.routing import Response
from muster.http.shapes import Shape
from muster.ledger.objects import DOWNLOAD_SECONDS

ADDRESS = Shape("muster.http.forms", "AddressView")


def lead_to(address: str) -> Response:
    """Return the answer that leads there; it is not to be kept, since the address expires."""
    told = {"url": address, "expires_seconds": DOWNLOAD_SECONDS}
    return Response(told, status=302, headers={"Location": address, "Cache-Control": "no-store"})
