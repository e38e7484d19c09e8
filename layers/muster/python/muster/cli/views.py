"""`muster view …`: columns of lists and exports under a name."""

from __future__ import annotations

from typing import Annotated

import typer

from muster.cli.named import (
    Public,
    Share,
    find_named,
    remove_named,
    save_named,
    tell_removed,
    tell_saved,
)
from muster.cli.screen import show_json, show_pairs, show_table
from muster.cli.shell import JsonFlag, connected, group

views = group("Which columns lists and exports show, under a name.")

_PLACE = "/v1/views"
_NOUN = "view"

Name = Annotated[str, typer.Argument(help="The view's name or id.", metavar="NAME")]


@views.command("list")
def list_views(
    *,
    type_: Annotated[
        str | None, typer.Option("--type", help="Those made for this type, the nearest first.")
    ] = None,
    folder: Annotated[
        str | None, typer.Option(help="Those made for this folder, the nearest first.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """List your own views, those shared with you and the public ones."""
    with connected() as client:
        found = list(client.items(_PLACE, {"type": type_, "folder": folder}))
    if as_json:
        show_json({"items": found})
        return
    lines = [
        (v["id"], v["name"], v["visibility"], ", ".join(c["name"] for c in v["columns"]))
        for v in found
    ]
    show_table(("id", "name", "who", "columns"), lines)


@views.command("save")
def save_view(  # noqa: PLR0913 - a parameter is an option
    name: Annotated[str, typer.Argument(help="What it is called.", metavar="NAME")],
    columns: Annotated[str, typer.Argument(help="Columns in their order: key,name,computer.cpu.")],
    *,
    public: Public = False,
    share: Share = None,
    types: Annotated[
        list[str] | None,
        typer.Option("--type", help="A type whose lists begin with it; repeatable."),
    ] = None,
    folders: Annotated[
        list[str] | None,
        typer.Option("--folder", help="A folder whose lists begin with it; repeatable."),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Change your view of this name.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Save columns under a name."""
    body = {
        "name": name,
        "columns": [each.strip() for each in columns.split(",")],
        "visibility": "public" if public else "private",
        "shared_with": share or [],
        "default_types": types or [],
        "default_folders": folders or [],
    }
    with connected() as client:
        made = save_named(client, _PLACE, body, replace=replace)
    tell_saved(made, as_json=as_json)


@views.command("show")
def show_view(name: Name, *, as_json: JsonFlag = False) -> None:
    """Show a view's columns."""
    with connected() as client:
        found = find_named(client, _PLACE, _NOUN, name)
    if as_json:
        show_json(found)
        return
    show_pairs([("id", found["id"]), ("name", found["name"]), ("who", found["visibility"])])
    lines = [(each["name"], each["label"]) for each in found["columns"]]
    show_table(("column", "label"), lines, title="Columns")


@views.command("delete")
def delete_view(name: Name, *, as_json: JsonFlag = False) -> None:
    """Remove a view."""
    with connected() as client:
        found = remove_named(client, _PLACE, _NOUN, name)
    tell_removed(found, as_json=as_json)
