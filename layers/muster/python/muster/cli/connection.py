"""Where Muster is and who asks: the environment, or the local stack's `.muster/local.env`."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from muster.cli.exits import CommandError, Exit

_HOME = ".muster"
_FILE = "local.env"


@dataclass(frozen=True)
class Connection:
    """An address without a closing slash, the token to show there, and where both were found."""

    url: str
    token: str
    source: str


def find_connection(environment: Mapping[str, str], folder: Path) -> Connection:
    """Return the connection of MUSTER_URL and MUSTER_TOKEN, else of the local stack.

    What only one of the two variables says is completed from the local stack's file, but its token
    is never sent to another address. Raises CommandError (exit 2) that says what to set.
    """
    url = environment.get("MUSTER_URL", "").strip().rstrip("/")
    token = environment.get("MUSTER_TOKEN", "").strip()
    if url and token:
        return Connection(_checked(url), token, "MUSTER_URL and MUSTER_TOKEN")
    path = local_file(environment, folder)
    local = read_local(path) if path else {}
    local_url = local.get("MUSTER_URL", "").rstrip("/")
    if not token and (not url or url == local_url):
        token = local.get("MUSTER_TOKEN", "")
    url = url or local_url
    if url and token:
        return Connection(_checked(url), token, str(path))
    raise CommandError(_unconfigured(url), Exit.USAGE)


def local_file(environment: Mapping[str, str], folder: Path) -> Path | None:
    """Return the local stack's file: in MUSTER_HOME when set, else in the nearest `.muster`."""
    home = environment.get("MUSTER_HOME", "").strip()
    if home:
        places = [Path(home).expanduser()]
    else:
        places = [parent / _HOME for parent in (folder, *folder.parents)]
    return next((p / _FILE for p in places if (p / _FILE).is_file()), None)


def read_local(path: Path) -> dict[str, str]:
    """Return the variables of a file of `NAME=value` lines, as a shell would read them."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        words = shlex.split(line, comments=True)
        for word in words[1:] if words[:1] == ["export"] else words[:1]:
            name, separator, value = word.partition("=")
            if separator:
                found[name] = value
    return found


def _checked(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme in {"http", "https"} and parts.netloc:
        return url
    raise CommandError(
        {
            "title": "MUSTER_URL can't be used",
            "detail": f"{url!r} is no http:// or https:// address.",
            "code": "usage",
        },
        Exit.USAGE,
    )


def _unconfigured(url: str) -> dict[str, str]:
    if url:
        return {
            "title": "No token",
            "detail": f"Set MUSTER_TOKEN to a token for {url}.",
            "code": "usage",
        }
    return {
        "title": "No Muster to talk to",
        "detail": "Set MUSTER_URL and MUSTER_TOKEN, or run this in a checkout whose local stack"
        " was started (`muster up` or `make run`).",
        "code": "usage",
    }
