"""Where the local stack keeps things and listens: the only module that spells its paths."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra import ROOT

REGION = "eu-central-1"
HOST = "127.0.0.1"
DEFAULT_PORT = 8321
_CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": REGION,
}


class PlaceError(Exception):
    """PORT or MUSTER_HOME can't be used; the message says why."""


@dataclass(frozen=True)
class Place:
    """One local stack's folder and port."""

    home: Path
    port: int
    autosave_seconds: float = 5.0
    """Least time between two saves of what changed; 0 saves only on a graceful stop."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Place:
        """Read PORT and MUSTER_HOME. Raises PlaceError."""
        given = environment.get("PORT") or str(DEFAULT_PORT)
        if not (given.isascii() and given.isdecimal()) or not 0 < int(given) < 65536:  # noqa: PLR2004 - the last port
            raise PlaceError(f"PORT is {given!r}: it has to be a number from 1 to 65535.")
        home = Path(environment.get("MUSTER_HOME") or ROOT / ".muster").expanduser().absolute()
        return cls(home, int(given))

    @property
    def url(self) -> str:
        """Address of the emulator, and of the API under /v1."""
        return f"http://{HOST}:{self.port}"

    @property
    def lock(self) -> Path:
        """Held by the emulator and by what started it."""
        return self.home / "lock"

    @property
    def running(self) -> Path:
        """Who holds the lock, and at which address."""
        return self.home / "running.json"

    @property
    def process(self) -> Path:
        """The id of the emulator's process."""
        return self.home / "emulator.pid"

    @property
    def state(self) -> Path:
        """What the emulator keeps."""
        return self.home / "state"

    @property
    def scratch(self) -> Path:
        """What may be lost: unpacked code, replicas."""
        return self.home / "scratch"

    @property
    def stack(self) -> Path:
        """What is deployed, as `read_stack` returns it."""
        return self.home / "stack.json"

    @property
    def log(self) -> Path:
        """The emulator's log."""
        return self.home / "emulator.log"

    @property
    def shell_file(self) -> Path:
        """MUSTER_URL, MUSTER_TOKEN and what AWS tools need, for a shell to read."""
        return self.home / "local.env"

    def read_stack(self) -> dict[str, Any]:
        """Return api_id, fingerprint and outputs of what is deployed; empty when nothing is."""
        if not self.stack.is_file():
            return {}
        content: dict[str, Any] = json.loads(self.stack.read_text())
        return content

    def aws_environment(self) -> dict[str, str]:
        """Return the variables that lead any AWS SDK to the emulator."""
        return {**_CREDENTIALS, "AWS_ENDPOINT_URL": self.url}

    def emulator_environment(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Return what the emulator, and through it every function, is started with."""
        inherited = {
            name: value
            for name, value in environment.items()
            if not name.startswith(("AWS_", "MUSTER_", "PYTHON"))
        }
        return {
            **inherited,
            **_CREDENTIALS,
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_HOST": HOST,
            "MINISTACK_REGION": REGION,
            # Both listen on all addresses, whatever BIND_HOST says.
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(self.state),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(self.state / "s3"),
            # Two stacks on one machine must not share replicas, which lie in the temporary folder.
            "TMPDIR": str(self.scratch),
            "LOG_LEVEL": "WARNING",
            "MUSTER_LOCAL_STACK": str(self.stack),
            "MUSTER_LOCAL_AUTOSAVE_SECONDS": str(self.autosave_seconds),
        }
