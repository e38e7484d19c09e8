"""`muster image …`: an asset's images."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from muster.cli.assets import Reference, find
from muster.cli.attaching import (
    attach_all,
    attach_file,
    chosen,
    media_type_of,
    save_content,
    wait_until_ready,
)
from muster.cli.client import Client
from muster.cli.exits import refused
from muster.cli.screen import say, show_json, show_table
from muster.cli.shell import JsonFlag, connected, group

images = group("Add images to an asset, and look after them.")

Image = Annotated[
    str, typer.Argument(help="An image: its id (fil_…), name, or place in the list.", metavar="IMG")
]


@images.command("add")
def add_image(
    asset: Reference,
    files: Annotated[list[Path], typer.Argument(help="PNG, JPEG, GIF, …", metavar="FILE…")],
    *,
    primary: Annotated[bool, typer.Option("--primary", help="Put the first one first.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Add images to an asset, and wait for their thumbnails.

    The same image of two assets is stored once, and not sent again. What is no image is refused,
    with the reason.
    """
    with connected() as client:
        path = _path(client, asset)

        def add(file: Path) -> dict[str, Any]:
            first = primary and file == files[0]
            upload = attach_file(client, path, file, media_type_of(file), primary=first)
            return wait_until_ready(client, upload)

        attach_all(files, add, as_json=as_json)


@images.command("list")
def list_images(asset: Reference, *, as_json: JsonFlag = False) -> None:
    """List an asset's images, the primary one first."""
    with connected() as client:
        items = _images(client, asset)[1]
    if as_json:
        show_json({"items": items})
        return
    columns = ("place", "name", "state", "width", "height", "size", "id")
    rows = [(place, *(item.get(c) for c in columns[1:])) for place, item in enumerate(items, 1)]
    show_table(columns, rows)


@images.command("primary")
def make_primary(asset: Reference, image: Image) -> None:
    """Make one of an asset's images its primary one."""
    with connected() as client:
        path, items = _images(client, asset)
        found = chosen(items, image, "image")
        client.send("POST", f"{path}/{found['id']}:primary")
    say(f"{found['name']} is the primary image.")


@images.command("remove")
def remove_image(asset: Reference, image: Image) -> None:
    """Take an image from an asset; `muster asset history` keeps that it was there."""
    with connected() as client:
        path, items = _images(client, asset)
        found = chosen(items, image, "image")
        client.send("DELETE", f"{path}/{found['id']}")
    say(f"Took {found['name']} from the asset.")


@images.command("get")
def get_image(
    asset: Reference,
    image: Image = "1",
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to save it.", metavar="FILE")
    ] = None,
    size: Annotated[
        int | None, typer.Option(help="The thumbnail of this longest side: 96, 320 or 1280.")
    ] = None,
) -> None:
    """Save an image of an asset, the primary one if none is named, or its thumbnail (WebP)."""
    with connected() as client:
        items = _images(client, asset)[1]
        if not items:
            raise refused("No such image", "The asset has no images.")
        found = chosen(items, image, "image")
        name = Path(found["name"]).name
        target = output or Path(name if size is None else f"{Path(name).stem}.{size}.webp")
        save_content(client, found["id"], target, size)


def _images(client: Client, asset: str) -> tuple[str, list[dict[str, Any]]]:
    path = _path(client, asset)
    items: list[dict[str, Any]] = client.get(path).body["items"]
    return path, items


def _path(client: Client, asset: str) -> str:
    return f"/v1/assets/{find(client, asset).body['id']}/images"
