"""`muster archive …`: the whole organisation as one file, out and in again."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from muster.cli.client import Client
from muster.cli.screen import say, show_json, show_pairs
from muster.cli.shell import JsonFlag, connected, group
from muster.cli.uploads import digest_of, send_form, size_of
from muster.cli.waiting import ENDED, failure, save_results, seconds_since, wait_for

archive = group("Take everything out as one file, and into another organisation.")


@archive.command("export")
def export_archive(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where the archive goes.", metavar="FILE")
    ],
    *,
    as_json: JsonFlag = False,
) -> None:
    """Write assets, catalog, history and files as one archive."""
    started = time.monotonic()
    with connected() as client:
        begun = client.send("POST", "/v1/archives", {}).body
        found = _awaited(client, f"/v1/jobs/{begun['id']}", begun["id"], "Exporting")
        if found["state"] != "done":
            raise failure(found, "The archive was not written")
        size = save_results(client, found["id"], output)
    if as_json:
        show_json(found)
        return
    told = _told(found["result"]["counts"])
    say(f"Wrote {output} in {seconds_since(started)}: {told}, {size:,} bytes.")


@archive.command("import")
def import_archive(
    file: Annotated[Path, typer.Argument(help="An archive that Muster wrote.", metavar="FILE")],
    *,
    plan: Annotated[bool, typer.Option("--plan", help="Only check it, and say what is in it.")] = (
        False
    ),
    as_json: JsonFlag = False,
) -> None:
    """Import an archive into an organisation that never held anything, ids and history kept."""
    started = time.monotonic()
    with connected() as client:
        path, found = _planned(client, file)
        if not plan:
            client.send("POST", f"{path}:apply", {})
            found = _awaited(client, path, found["id"], "Importing")
            if found["state"] != "done":
                raise failure(found, "The archive was not imported")
        else:
            client.send("POST", f"/v1/jobs/{found['id']}:cancel", {})
    if as_json:
        show_json(found)
    elif plan:
        _show(found)
        say("The archive is in order. Nothing was imported.")
    else:
        told = _told(found["plan"]["counts"])
        say(f"Imported {file} in {seconds_since(started)}: {told}.")


def _planned(client: Client, file: Path) -> tuple[str, dict[str, Any]]:
    request = {"size": size_of(file), "sha256": digest_of(file)}
    made = client.send("POST", "/v1/archive-imports", request).body
    path = f"/v1/archive-imports/{made['id']}"
    send_form(client, made["upload"], file)
    client.send("POST", f"{path}:plan", {})
    states = ENDED | {"planned"}
    found = _awaited(client, path, made["id"], "Checking", states)
    if found["state"] != "planned":
        raise failure(found, "The archive can't be imported")
    return path, found


def _awaited(
    client: Client, path: str, job_id: str, title: str, states: frozenset[str] = ENDED
) -> dict[str, Any]:
    hint = f"`muster jobs show {job_id}` tells how far it is, `muster jobs cancel` stops it."
    return wait_for(client, path, states, title=title, hint=hint)


def _show(found: Mapping[str, Any]) -> None:
    counts = found["plan"]["counts"]
    records = [(kind, f"{n:,}") for kind, n in counts["records"].items() if n]
    files = [("file bytes", f"{counts['file_bytes']:,}")] if counts["files"] else []
    show_pairs([*records, ("commits", f"{counts['commits']:,}"), *files])


def _told(counts: Mapping[str, Any]) -> str:
    records = counts["records"]
    return f"{records['asset']:,} assets, {counts['commits']:,} commits, {counts['files']:,} files"
