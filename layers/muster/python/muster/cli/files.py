"""`muster file …`: an asset's files and their versions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from muster.cli.assets import Reference, find
from muster.cli.attaching import attach_all, attach_file, chosen, media_type_of, save_content
from muster.cli.client import Client
from muster.cli.exits import refused, usage
from muster.cli.screen import say, show_json, show_table
from muster.cli.shell import JsonFlag, connected, group

files = group("Attach files to an asset, and look after them.")

File = Annotated[
    str, typer.Argument(help="A file: its id (att_…), name, or place in the list.", metavar="FILE")
]


@files.command("add")
def add_file(
    asset: Reference,
    paths: Annotated[list[Path], typer.Argument(help="Files of any kind.", metavar="PATH…")],
    *,
    version_of: Annotated[
        str | None,
        typer.Option(help="Add it as a newer version of this file.", metavar="FILE"),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Attach files to an asset. They are kept to the byte, and only ever given as downloads."""
    if version_of is not None and len(paths) > 1:
        raise usage("--version-of takes one PATH: a version is one file.")
    with connected() as client:
        path, items = _files(client, asset)
        if version_of is not None:
            path = f"{path}/{chosen(items, version_of, 'file')['id']}/versions"

        def add(file: Path) -> dict[str, Any]:
            return attach_file(client, path, file, media_type_of(file))

        attach_all(paths, add, as_json=as_json)


@files.command("list")
def list_files(asset: Reference, *, as_json: JsonFlag = False) -> None:
    """List an asset's files, each with its newest version."""
    with connected() as client:
        items = _files(client, asset)[1]
    if as_json:
        show_json({"items": items})
        return
    rows = [(place, *_line(item)) for place, item in enumerate(items, 1)]
    show_table(("place", "name", "version", "type", "size", "added", "by", "id"), rows)


@files.command("get")
def get_file(
    asset: Reference,
    file: File,
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to save it.", metavar="PATH")
    ] = None,
    version: Annotated[
        str | None, typer.Option(help="An older version, by its number; the newest if not given.")
    ] = None,
) -> None:
    """Save a file of an asset."""
    with connected() as client:
        found = chosen(_files(client, asset)[1], file, "file")
        known = {each["version"]: each for each in found["versions"]}
        wanted = known.get(version) if version else found["versions"][-1]
        if wanted is None:
            raise refused("No such version", f"The file has versions {', '.join(known)}.")
        save_content(client, wanted["file"], output or Path(Path(found["name"]).name))


@files.command("remove")
def remove_file(asset: Reference, file: File) -> None:
    """Take a file with all its versions from an asset."""
    with connected() as client:
        path, items = _files(client, asset)
        found = chosen(items, file, "file")
        client.send("DELETE", f"{path}/{found['id']}")
    say(f"Took {found['name']} from the asset.")


def _line(item: dict[str, Any]) -> tuple[Any, ...]:
    newest = item["versions"][-1]
    facts = (newest["version"], newest["media_type"], newest["size"])
    return item["name"], *facts, newest["at"], newest["by"].get("name"), item["id"]


def _files(client: Client, asset: str) -> tuple[str, list[dict[str, Any]]]:
    path = f"/v1/assets/{find(client, asset).body['id']}/files"
    items: list[dict[str, Any]] = client.get(path).body["items"]
    return path, items
