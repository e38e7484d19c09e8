"""What a command says when nobody answers, or somebody other than Muster does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from muster.cli.exits import CommandError, unreachable

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse


def lost(url: str, error: Exception) -> CommandError:
    """Return the error of a connection that failed."""
    import urllib3

    url = "/".join(url.split("/")[:3])

    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return unreachable(
            "Muster can't be reached",
            f"Nobody answers at {url}. Is it running? `muster up` or `make run` starts it here.",
        )
    return unreachable("The connection to Muster was lost", f"{url}: {error}")


def foreign(response: BaseHTTPResponse, body: Any) -> dict[str, Any]:
    """Return the problem that an answer stands for which is none of Muster's."""
    # API Gateway, a proxy or something else altogether answered.
    said = body.get("message") if isinstance(body, dict) else None
    return {
        "title": f"Muster answered {response.status}",
        "detail": str(said or excerpt(response.data) or "without a word"),
        "code": f"http_{response.status}",
    }


def excerpt(content: bytes) -> str:
    """Return the beginning of an answer on one line."""
    return " ".join(content[:300].decode("utf-8", "replace").split())
