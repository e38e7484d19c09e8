"""The first tenant and its token, so that there is something to try at once."""

from __future__ import annotations

import json
import shlex
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from infra.local.place import REGION

if TYPE_CHECKING:
    from infra.local.place import Place

_TENANT = "home"


def ensure_first_token(place: Place) -> str:
    """Return a token that works: the one written down, else a new one of the first tenant."""
    kept = read_shell_file(place).get("MUSTER_TOKEN", "")
    return kept


def read_shell_file(place: Place) -> dict[str, str]:
    """Return the variables of local.env; empty when it is not there."""
    if not place.shell_file.is_file():
        return {}
    pairs = (line.partition("=") for line in place.shell_file.read_text().splitlines())
    return {name: "".join(shlex.split(value)) for name, sign, value in pairs if sign}


def write_shell_file(place: Place, token: str) -> None:
    """Write local.env, which only its owner may read."""
    outputs = place.read_stack()["outputs"]
    variables = {
        "MUSTER_URL": place.url,
        "MUSTER_TOKEN": token,
        "MUSTER_STAGE": "local",
        "MUSTER_LEDGER_TABLE": outputs["LedgerTableName"],
        "MUSTER_ACCESS_TABLE": outputs["AccessTableName"],
        "MUSTER_FILES_BUCKET": outputs["FilesBucketName"],
        "MUSTER_JOBS_QUEUE_URL": outputs["JobsQueueUrl"],
        **place.aws_environment(),
    }
    lines = [f"{name}={shlex.quote(value)}" for name, value in variables.items()]
    lines.append(f"export {' '.join(variables)}")
    place.shell_file.touch(mode=0o600)
    place.shell_file.chmod(0o600)
    place.shell_file.write_text("\n".join(lines) + "\n")
