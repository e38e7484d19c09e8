"""The first tenant and its token, so that there is something to try at once."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from muster.settings import Settings

if TYPE_CHECKING:
    from infra.local.place import Place


def local_settings(place: Place) -> Settings:
    """Return the settings of what is deployed, for programs beside the stack."""
    outputs = place.read_stack()["outputs"]
    return Settings(
        stage="local",
        ledger_table=outputs["LedgerTableName"],
        access_table=outputs["AccessTableName"],
        files_bucket=outputs["FilesBucketName"],
        jobs_queue_url=outputs["JobsQueueUrl"],
        replica_dir=str(place.scratch / "beside"),
    )


def ensure_first_token(place: Place) -> str:
    """Return a token that works: the one written down, else a new one of the first tenant."""
    return read_shell_file(place).get("MUSTER_TOKEN", "")


def read_shell_file(place: Place) -> dict[str, str]:
    """Return the variables of local.env; empty when it is not there."""
    if not place.shell_file.is_file():
        return {}
    pairs = (line.partition("=") for line in place.shell_file.read_text().splitlines())
    return {name: "".join(shlex.split(value)) for name, sign, value in pairs if sign}


def write_shell_file(place: Place, token: str) -> None:
    """Write local.env, which only its owner may read."""
    variables = {
        "MUSTER_URL": place.url,
        "MUSTER_TOKEN": token,
        **local_settings(place).as_environment(),
        **place.aws_environment(),
    }
    given = {name: value for name, value in variables.items() if value}
    lines = [f"{name}={shlex.quote(value)}" for name, value in given.items()]
    lines.append(f"export {' '.join(given)}")
    place.shell_file.touch(mode=0o600)
    place.shell_file.chmod(0o600)
    place.shell_file.write_text("\n".join(lines) + "\n")
