"""The stack with `TenantRole=on`: functions reach tenant data through the tenant's role alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from infra.local.deploy import Clients, deploy
from infra.local.emulator import Emulator
from infra.local.first import ensure_first_token
from infra.local.place import Place
from infra.package import build
from tests.stack.conftest import lead_to
from tests.stack.running import free_port

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    place = Place(tmp_path / "home", free_port(), autosave_seconds=0)
    with Emulator(place):
        lead_to(place, monkeypatch)
        deploy(place, build(tmp_path / "package"), {"TenantRole": "on"})
        yield place


def test_requests_are_served_with_the_tenants_own_credentials(place: Place) -> None:
    """The API answers, and its own role may neither read the ledger nor the files."""
    headers = {"Authorization": f"Bearer {ensure_first_token(place)}"}

    answer = httpx.get(f"{place.url}/v1/assets", headers=headers, timeout=60)

    assert answer.status_code == 200
    clients = Clients(place)
    role = clients.resources()["ApiHandlerRole"]
    found = clients.client("iam").get_role_policy(RoleName=role, PolicyName="api")
    granted = json.dumps(found["PolicyDocument"])
    assert clients.resources()["LedgerTable"] not in granted
    assert clients.resources()["AccessTable"] in granted
    assert "s3:" not in granted
