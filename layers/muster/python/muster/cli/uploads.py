"""How a file's bytes reach Muster: with the request when it is small, else by a form to S3."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from muster.cli.client import Client
from muster.cli.exits import refused
from muster.cli.screen import Report

_INLINE_BYTES = 512 * 1024
"""Above this an upload is quicker than base64 through the API, which takes 4 MB at most."""
_CHUNK_BYTES = 256 * 1024


def create_import(client: Client, file: Path) -> dict[str, Any]:
    """Make an import of the file, bytes and all, and return it."""
    size = size_of(file)
    request: dict[str, Any] = {"filename": file.name, "size": size, "sha256": digest_of(file)}
    if size <= _INLINE_BYTES:
        request["content_base64"] = base64.b64encode(file.read_bytes()).decode()
    made: dict[str, Any] = client.send("POST", "/v1/imports", request).body
    upload = made.get("upload")
    if upload and size > _INLINE_BYTES:
        send_form(client, upload, file)
    return made


def send_content(
    client: Client,
    path: str,
    file: Path,
    told: Mapping[str, Any],
    *,
    sending: Callable[[], AbstractContextManager[Report | None]] = nullcontext,
) -> dict[str, Any]:
    """Announce a file at a path, send it unless its bytes are there, and return the upload.

    `told` is what is said of it beside name, size and hash; `sending` shows how far it is.
    """
    request = {"filename": file.name, "size": size_of(file), "sha256": digest_of(file), **told}
    upload: dict[str, Any] = client.send("POST", path, request).body
    if upload["state"] == "waiting":
        with sending() as report:
            send_form(client, upload["upload"], file, report)
        upload = client.send("POST", f"/v1/uploads/{upload['id']}:complete", {}).body
    return upload


def upload_file(client: Client, file: Path, media_type: str) -> str:
    """Make the file one of the tenant's, uploading it unless its bytes are there; return its id."""
    told = {"media_type": media_type, "purpose": "file"}
    made = send_content(client, "/v1/uploads", file, told)
    if made["state"] != "done":
        problem = made.get("problem") or {}
        raise refused("The file was refused", str(problem.get("detail") or made["state"]))
    return str(made["file"])


def send_form(
    client: Client, upload: Mapping[str, Any], file: Path, report: Report | None = None
) -> None:
    """Send a file by the form that an upload was given: `url` and `fields`.

    `report` is told how many bytes were sent, and of how many.
    """
    boundary = secrets.token_hex(16)
    head, tail = _form(upload["fields"], file.name, boundary)
    client.upload(
        upload["url"],
        f"multipart/form-data; boundary={boundary}",
        partial(_parts, head, file, tail, report),
        len(head) + size_of(file) + len(tail),
    )


def size_of(file: Path) -> int:
    """Return a file's size; raises CommandError for one that is empty or can't be read."""
    if not file.is_file():
        raise refused("No such file", f"{file} is not a file that can be read.", code="no_file")
    try:
        size = file.stat().st_size
        with file.open("rb"):
            pass
    except OSError as error:
        raise refused(
            "The file can't be read", f"{file}: {error.strerror}.", code="no_file"
        ) from error
    if size == 0:
        raise refused("The file is empty", f"{file} holds no bytes.", code="empty_file")
    return size


def digest_of(file: Path) -> str:
    """Return a file's SHA-256 in hex."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _form(fields: Mapping[str, str], filename: str, boundary: str) -> tuple[bytes, bytes]:
    # S3 wants the file last; its name in the form is of no consequence, so that it needs no
    # quoting beyond what would end the header.
    lines = []
    for name, value in fields.items():
        lines += [f"--{boundary}", f'Content-Disposition: form-data; name="{name}"', "", value]
    plain = filename.replace("\\", "_").replace('"', "_").replace("\r", "_").replace("\n", "_")
    lines += [
        f"--{boundary}",
        f'Content-Disposition: form-data; name="file"; filename="{plain}"',
        "Content-Type: application/octet-stream",
        "",
        "",
    ]
    return "\r\n".join(lines).encode(), f"\r\n--{boundary}--\r\n".encode()


def _parts(head: bytes, file: Path, tail: bytes, report: Report | None) -> Iterator[bytes]:
    yield head
    sent, size = 0, file.stat().st_size
    with file.open("rb") as content:
        while chunk := content.read(_CHUNK_BYTES):
            yield chunk
            sent += len(chunk)
            if report is not None:
                report(sent, size)
    yield tail
