"""How images and files get to an asset from a disk, and back: sent, waited for, saved."""

from __future__ import annotations

import mimetypes
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import typer

from muster.cli.client import Client, segment
from muster.cli.exits import CommandError, Exit, problem_lines, refused
from muster.cli.screen import note, progress, say, show_json, warn
from muster.cli.uploads import send_content, size_of

_WAIT_SECONDS = 90.0
_FIRST_SECONDS, _LONGEST_SECONDS = 0.2, 2.0
_NOT_FOUND = 404


def attach_all(
    files: Sequence[Path], add: Callable[[Path], dict[str, Any]], *, as_json: bool
) -> None:
    """Send one file after the other with `add`, and say what became of each.

    One that is refused keeps no other from being sent. Exits as refused when all were, and as done
    in part when some were.
    """
    sent: list[dict[str, Any]] = []
    problems: list[tuple[Path, CommandError]] = []
    for file in files:
        try:
            sent.append(add(file))
        except CommandError as error:
            if error.code is not Exit.REFUSED or len(files) == 1:
                raise
            problems.append((file, error))
    if as_json:
        told = [{"filename": f.name, "problem": error.problem} for f, error in problems]
        show_json({"items": sent, "refused": told})
    else:
        for each in sent:
            say(_outcome(each))
    for file, refusal in problems:
        warn(problem_lines({**refusal.problem, "title": f"{file.name} was refused"}))
    if problems:
        raise typer.Exit(Exit.PARTLY if sent else Exit.REFUSED)


def attach_file(
    client: Client, path: str, file: Path, media_type: str, **more: Any
) -> dict[str, Any]:
    """Announce a file at a path, send it unless its bytes are there, and return the upload.

    Raises CommandError with the reason when what was sent is refused.
    """
    sending = partial(progress, f"Sending {file.name}")
    told = {"media_type": media_type, **more}
    return _accepted(send_content(client, path, file, told, sending=sending))


def wait_until_ready(client: Client, upload: Mapping[str, Any]) -> dict[str, Any]:
    """Wait until an image was looked through; return its file.

    Raises CommandError with the reason when it turns out to be none. After 90 seconds it returns
    the file as it is: Muster goes on with it.
    """
    until, pause = time.monotonic() + _WAIT_SECONDS, _FIRST_SECONDS
    with progress("Making thumbnails"):
        while True:
            file = _file(client, upload)
            if file["state"] != "processing":
                return file
            if time.monotonic() > until:
                note("Muster is still looking through the image: `muster image list` shows it.")
                return file
            client.pause(pause)
            pause = min(pause * 1.5, _LONGEST_SECONDS)


def save_content(client: Client, file_id: str, target: Path, size: int | None = None) -> None:
    """Save a stored content, or its thumbnail of a size, as a file."""
    path = f"/v1/files/{segment(file_id)}/content"
    address = client.get(path, {"size": size}).headers.get("location")
    if address is None:
        raise refused("The content can't be had", "Muster did not say where it is.")
    written = client.download(address, target)
    say(f"Saved {target} ({written:,} bytes).")


def media_type_of(file: Path) -> str:
    """Return what a file is by its first bytes, and by its name where those don't tell."""
    from muster.files.sniffing import SNIFFED_BYTES
    from muster.files.sniffing import media_type_of as sniffed

    size_of(file)
    with file.open("rb") as content:
        head = content.read(SNIFFED_BYTES)
    guessed, _ = mimetypes.guess_type(file.name)
    return sniffed(head) or guessed or "application/octet-stream"


def chosen(items: Sequence[dict[str, Any]], reference: str, what: str) -> dict[str, Any]:
    """Return the one of an asset's images or files that is meant: by id, place from 1, or name."""
    if reference.isdecimal() and 1 <= int(reference) <= len(items):
        return items[int(reference) - 1]
    found = [item for item in items if item["id"] == reference]
    found = found or [item for item in items if item["name"] == reference]
    if len(found) != 1:
        told = "several" if found else "no"
        raise refused(f"No such {what}", f"The asset has {told} {what}s that are {reference!r}.")
    return found[0]


def _file(client: Client, upload: Mapping[str, Any]) -> dict[str, Any]:
    try:
        found: dict[str, Any] = client.get(f"/v1/files/{upload['file']}").body
    except CommandError as error:
        if error.problem.get("status") != _NOT_FOUND:
            raise
        # It was no image: the file is gone, and the upload says why.
        _accepted(client.get(f"/v1/uploads/{upload['id']}").body)
        raise
    return found


def _accepted(upload: dict[str, Any]) -> dict[str, Any]:
    if upload["state"] == "done":
        return upload
    problem = upload.get("problem") or {}
    raise refused(
        f"{upload['filename']} was refused",
        str(problem.get("detail") or f"The upload is {upload['state']}."),
        code=str(problem.get("code") or "refused"),
    )


def _outcome(each: Mapping[str, Any]) -> str:
    pixels = f", {each['width']} x {each['height']}" if each.get("width") else ""
    return f"Added {each.get('filename') or each['name']} ({each['size']:,} bytes{pixels})."
