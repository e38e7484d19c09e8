"""The local stack's parts that need no emulator."""

from __future__ import annotations

import asyncio
import json
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import pytest

from infra.local.first import read_shell_file
from infra.local.gateway import ApiAddress, changed_service
from infra.local.place import DEFAULT_PORT, Place, PlaceError

SIGNED = b"AWS4-HMAC-SHA256 Credential=test/20260501/eu-central-1/%s/aws4_request, Signature=ab"


def request(
    path: str, *, method: str = "GET", service: bytes | None = None, target: bytes = b""
) -> dict[str, Any]:
    headers = [(b"authorization", SIGNED % service)] if service else []
    if target:
        headers.append((b"x-amz-target", target))
    return {
        "type": "http",
        "method": method,
        "path": path.replace("%2F", "/"),
        "raw_path": path.encode(),
        "headers": headers,
    }


def path_at_emulator(place: Place, scope: dict[str, Any]) -> str:
    """Return the path under which the emulator is asked."""
    seen: list[str] = []

    async def emulator(scope: MutableMapping[str, Any], _receive: Any, _send: Any) -> None:
        seen.append(scope["path"])

    async def nothing(*_: Any) -> Any:
        return {}

    asyncio.run(ApiAddress(emulator, place.stack)(scope, nothing, nothing))
    return seen[0]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path, 8000)
    place.stack.write_text(json.dumps({"api_id": "abc"}))
    return place


@pytest.mark.parametrize(
    "path", ["/v1/health", "/v1/assets/ast_1:revert", "/v1/assets/by-tag/a%2Fb%20c", "/v1"]
)
def test_the_api_is_at_v1_with_the_path_as_it_was_sent(place: Place, path: str) -> None:
    """A slash inside a value stays one value, and a colon a colon."""
    assert path_at_emulator(place, request(path)) == f"/restapis/abc/live/_user_request_{path}"


@pytest.mark.parametrize(
    "scope",
    [
        request("/muster-filesbucket/T/acme/jobs/x"),
        request("/v1/apis", service=b"appsync"),
        request("/v10/other"),
        request("/_ministack/ready"),
    ],
)
def test_what_is_for_aws_reaches_the_emulator_unchanged(
    place: Place, scope: dict[str, Any]
) -> None:
    """The API takes nothing from the services beside it."""
    assert path_at_emulator(place, scope) == scope["path"]


@pytest.mark.parametrize(
    ("scope", "service"),
    [
        (request("/", method="POST", service=b"dynamodb", target=b"D.PutItem"), "dynamodb"),
        (
            request("/", method="POST", service=b"dynamodb", target=b"D.TransactWrite"),
            "dynamodb",
        ),
        (request("/", method="POST", service=b"dynamodb", target=b"D.Query"), None),
        (request("/", method="POST", service=b"dynamodb", target=b"D.BatchGetItem"), None),
        (request("/", method="POST", service=b"sqs", target=b"AmazonSQS.SendMessage"), "sqs"),
        (request("/", method="POST", service=b"logs", target=b"Logs.PutLogEvents"), None),
        (request("/bucket", method="POST"), "s3"),
        (request("/bucket/key", method="PUT", service=b"s3"), "s3"),
        (request("/bucket/key", service=b"s3"), None),
        ({"type": "lifespan"}, None),
    ],
)
def test_only_what_changes_something_is_saved(scope: dict[str, Any], service: str | None) -> None:
    """Reading costs no save; no kind of write is forgotten."""
    assert changed_service(scope) == service


def test_without_settings_it_is_the_checkouts_own_folder_and_port() -> None:
    """`make run` needs no variable."""
    place = Place.from_environment({"PORT": "", "MUSTER_HOME": ""})

    assert place.port == DEFAULT_PORT
    assert place.home.name == ".muster"
    assert place.url == f"http://127.0.0.1:{DEFAULT_PORT}"


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "80 80", "٣"])
def test_a_port_that_is_none_is_refused_by_name(port: str) -> None:
    """The message says which variable is wrong."""
    with pytest.raises(PlaceError, match="PORT"):
        Place.from_environment({"PORT": port})


def test_the_emulator_inherits_no_credentials_and_listens_here_only(tmp_path: Path) -> None:
    """A developer's real AWS account can't be reached from the local stack."""
    mine = {"AWS_PROFILE": "work", "AWS_SECRET_ACCESS_KEY": "real", "PATH": "/bin"}

    given = Place(tmp_path, 8000).emulator_environment(mine)

    assert "AWS_PROFILE" not in given
    assert given["AWS_SECRET_ACCESS_KEY"] == "test"
    assert given["PATH"] == "/bin"
    assert given["BIND_HOST"] == "127.0.0.1"
    assert given["IOT_MTLS_ENABLED"] == given["SFTP_ENABLED"] == "0"
    assert given["TMPDIR"].startswith(str(tmp_path))


def test_two_stacks_on_one_machine_share_no_folder(tmp_path: Path) -> None:
    """Everything that a stack writes lies under its own MUSTER_HOME."""
    place = Place(tmp_path / "one", 8000)

    given = place.emulator_environment({})

    written = [given[name] for name in ("STATE_DIR", "S3_DATA_DIR", "TMPDIR")]
    assert all(Path(folder).is_relative_to(place.home) for folder in written)


def test_a_shell_file_is_read_as_a_shell_reads_it(tmp_path: Path) -> None:
    """Quoted values and the line that exports are understood."""
    place = Place(tmp_path, 8000)
    place.shell_file.write_text("MUSTER_URL=http://x\nMUSTER_TOKEN='a b'\nexport MUSTER_URL\n")

    assert read_shell_file(place) == {"MUSTER_URL": "http://x", "MUSTER_TOKEN": "a b"}
