"""Somebody who uses the running stack: at the command line and over HTTP."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import urllib3

from infra.local.place import REGION
from muster.access.service import create_tenant, create_token
from muster.container import Container
from tests.stack.running import Stack

ROOT = Path(__file__).parents[2]
_PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class User:
    """Somebody with a token, at the command line and over HTTP."""

    stack: Stack
    token: str
    folder: Path

    def muster(self, *arguments: str) -> str:
        """Run the command, and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "muster.cli.main", *arguments],
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT / "layers" / "muster" / "python"),
                "MUSTER_URL": self.stack.url,
                "MUSTER_TOKEN": self.token,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def send(self, method: str, path: str, body: Any = None) -> urllib3.BaseHTTPResponse:
        pool = urllib3.PoolManager(retries=False, timeout=60)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body)
        return pool.request(
            method, f"{self.stack.url}{path}", body=content, headers=headers, redirect=False
        )

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.send(method, path, body)
        assert answer.status < 300, answer.data
        return answer.json()

    def ended(self, job_id: str) -> dict[str, Any]:
        """Wait until a job has come to its end."""
        pause, last = threading.Event(), time.monotonic() + _PATIENCE_SECONDS
        while (found := self.call("GET", f"/v1/jobs/{job_id}"))["state"] in {"queued", "running"}:
            assert time.monotonic() < last, found
            pause.wait(0.2)
        assert found["state"] == "done", found
        told: dict[str, Any] = found
        return told


def newcomer(stack: Stack, tenant: str, folder: Path) -> User:
    """Make a tenant that holds nothing, and return its admin."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in stack.place.aws_environment().items():
            patch.setenv(name, value)
        container = Container(stack.settings)
        _, admin = create_tenant(
            container.access,
            tenant,
            name=tenant,
            region=REGION,
            admin=("Bo", f"bo@{tenant}.example"),
            clock=lambda: datetime.now(UTC),
        )
        token = create_token(container.access, admin, name="test", clock=container.clock)
    return User(stack, token.text, folder)
