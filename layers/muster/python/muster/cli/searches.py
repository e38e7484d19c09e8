"""`muster search …`: saved searches, listed, saved, shown, run and removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from muster.cli.client import segment
from muster.cli.exits import usage
from muster.cli.finding import COLUMNS, Dialect, DialectName, Fields, Zone, line_of, write_csv
from muster.cli.named import (
    Public,
    Share,
    find_named,
    remove_named,
    save_named,
    tell_removed,
    tell_saved,
    values_of,
)
from muster.cli.schedules import schedules
from muster.cli.screen import note, show_json, show_pairs, show_table
from muster.cli.shell import JsonFlag, connected, group

searches = group("Saved searches: run them again, share them, and have others told what they find.")
searches.add_typer(schedules, name="schedule")

_PLACE = "/v1/saved-searches"
_NOUN = "saved search"

Name = Annotated[str, typer.Argument(help="The search's name or id.", metavar="NAME")]
Parameters = Annotated[
    list[str] | None,
    typer.Option("--param", "-p", help="A parameter's value; repeatable.", metavar="NAME=VALUE"),
]


@searches.command("list")
def list_searches(
    *,
    favourites: Annotated[
        bool, typer.Option("--favourites", help="Only your favourites, in their order.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """List your own saved searches, those shared with you and the public ones."""
    with connected() as client:
        found = list(client.items(_PLACE, {"favourite": favourites}))
    if as_json:
        show_json({"items": found})
        return
    show_table(
        ("id", "name", "who", "favourite", "query"),
        [(s["id"], s["name"], _who(s), "yes" if s["favourite"] else "", s["query"]) for s in found],
    )


@searches.command("save")
def save_search(  # noqa: PLR0913 - a parameter is an option
    name: Annotated[str, typer.Argument(help="What it is called.", metavar="NAME")],
    query: Annotated[str, typer.Argument(help="The query.", metavar="QUERY")],
    *,
    dialect: DialectName = Dialect.MUSTER,
    parameters: Annotated[
        list[str] | None,
        typer.Option(
            "--param",
            "-p",
            help="A parameter of the query, ${NAME}, and what it is when nothing is given.",
            metavar="NAME=DEFAULT",
        ),
    ] = None,
    description: Annotated[str | None, typer.Option(help="What it is for.")] = None,
    public: Public = False,
    share: Share = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Change your search of this name.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Save a query under a name."""
    defaults = values_of(parameters or ())
    body: dict[str, Any] = {
        "name": name,
        "query": query,
        "dialect": dialect.value,
        "visibility": "public" if public else "private",
        "parameters": [{"name": n, "default": value} for n, value in defaults.items()],
        "shared_with": share or [],
    }
    if description is not None:
        body["description"] = description
    with connected() as client:
        made = save_named(client, _PLACE, body, replace=replace)
    tell_saved(made, as_json=as_json)


@searches.command("show")
def show_search(name: Name, *, as_json: JsonFlag = False) -> None:
    """Show a saved search with its parameters."""
    with connected() as client:
        found = find_named(client, _PLACE, _NOUN, name)
    if as_json:
        show_json(found)
        return
    pairs = [
        ("id", found["id"]),
        ("name", found["name"]),
        ("description", found.get("description")),
        ("who", _who(found)),
        ("dialect", found["dialect"]),
        ("query", found["query"]),
    ]
    show_pairs([(label, value) for label, value in pairs if value])
    lines = [(p["name"], p.get("label"), p["default"]) for p in found["parameters"]]
    if lines:
        show_table(("parameter", "label", "default"), lines, title="Parameters")


@searches.command("run")
def run_search(  # noqa: PLR0913 - a parameter is an option
    name: Name,
    *,
    parameters: Parameters = None,
    time_zone: Zone = None,
    fields: Fields = None,
    limit: Annotated[int, typer.Option(min=0, help="How many at most; 0 shows all.")] = 50,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Show what a saved search finds by now."""
    if as_csv and as_json:
        raise usage("Give one of --csv and --json.")
    columns = [each.strip() for each in fields.split(",")] if fields else list(COLUMNS)
    with connected() as client:
        found = find_named(client, _PLACE, _NOUN, name)
        path = f"{_PLACE}/{segment(found['id'])}/assets"
        asked = {"p": parameters or None, "time_zone": time_zone, "count": "exact"}
        pages = list(client.pages(path, asked, limit=limit or None))
    items = [item for page in pages for item in page["items"]]
    if as_json:
        members = {"total": pages[0].get("total"), "next_cursor": pages[-1].get("next_cursor")}
        show_json({"items": items, **members})
    elif as_csv:
        write_csv(columns, pages[0], iter(pages[1:]))
    else:
        show_table(columns, [line_of(item, columns) for item in items])
        if (pages[0].get("total") or 0) > len(items):
            note(f"{len(items)} of {pages[0]['total']:,}; --limit 0 shows all.")


@searches.command("delete")
def delete_search(name: Name, *, as_json: JsonFlag = False) -> None:
    """Remove a saved search."""
    with connected() as client:
        found = remove_named(client, _PLACE, _NOUN, name)
    tell_removed(found, as_json=as_json)


def _who(found: Mapping[str, Any]) -> str:
    if found["visibility"] == "public":
        return "public"
    return "shared" if found["shared_with"] else "private"
