"""The first tenant and its token, so that there is something to try at once."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from infra.local.place import REGION
from muster.access.model import Member, Permission, Role
from muster.access.refusals import TokenInvalidError
from muster.access.service import MAX_TOKEN_DAYS, create_tenant, create_token
from muster.container import Container
from muster.settings import Settings

if TYPE_CHECKING:
    from infra.local.place import Place

TENANT = "home"
_ADMIN = ("Admin", "admin@home.example")


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
    """Return a token that works: the one written down, else a new one of the first tenant.

    The environment has to lead AWS clients to the emulator.
    """
    container = Container(local_settings(place))
    kept = read_shell_file(place).get("MUSTER_TOKEN", "")
    try:
        # A token keeps what it was given: after an upgrade it may lack a permission that is new.
        if kept and container.gate.admit(f"Bearer {kept}").permissions == set(Permission):
            return kept
    except TokenInvalidError:
        pass  # expired, revoked, or of a state that is gone
    admin = _first_admin(container)
    made = create_token(
        container.access, admin, name="local stack", clock=container.clock, days=MAX_TOKEN_DAYS
    )
    return made.text


def _first_admin(container: Container) -> Member:
    access = container.access
    if access.tenant(TENANT) is None:
        _, admin = create_tenant(
            access, TENANT, name="Home", region=REGION, admin=_ADMIN, clock=container.clock
        )
        return admin
    members = access.members(TENANT)
    return next(member for member in members if member.role is Role.ADMIN)


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
