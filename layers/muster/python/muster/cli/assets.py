"""`muster asset …`: read, list and change assets, and look at their history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from muster.cli.client import Answer, Client, segment
from muster.cli.exits import CommandError, usage
from muster.cli.screen import cell, note, say, show_json, show_pairs, show_table
from muster.cli.shell import JsonFlag, QueryText, connected, group
from muster.cli.values import BUILT_IN, patch_of
from muster.ids import is_id

assets = group("Read, list and change assets.")

Reference = Annotated[
    str, typer.Argument(help="An asset's id (ast_…), key or tag.", metavar="ASSET")
]


@assets.command("get")
def get_asset(
    asset: Reference,
    *,
    at: Annotated[
        str | None, typer.Option(help="As it was: 2026-05-01T00:00:00Z, or a change's number.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show an asset."""
    with connected() as client:
        found = find(client, asset).body
        if at is not None:
            found = client.get(f"/v1/assets/{found['id']}", {"at": at}).body
    if as_json:
        show_json(found)
    else:
        show_asset(found)


@assets.command("list")
def list_assets(  # noqa: PLR0913 - a parameter is an option
    conditions: Annotated[
        list[str] | None,
        typer.Argument(
            help="Conditions such as status='In use', serial__empty=true, computer.cpu=M3.",
            metavar="[FIELD=VALUE]…",
        ),
    ] = None,
    *,
    type_: Annotated[
        list[str] | None,
        typer.Option("--type", help="Type with those below it: name, label or id; repeatable."),
    ] = None,
    folder: Annotated[
        str | None, typer.Option(help="Folder with those below it: path or id.")
    ] = None,
    search: Annotated[
        str | None, typer.Option("--search", "-q", help="Words; one that ends in * is a prefix.")
    ] = None,
    query: QueryText = None,
    sort: Annotated[
        str | None, typer.Option(help="Fields to sort by, such as name,-updated_at.")
    ] = None,
    limit: Annotated[int, typer.Option(min=0, help="How many at most; 0 shows all.")] = 50,
    as_json: JsonFlag = False,
) -> None:
    """List assets."""
    asked = query_of(conditions or ()) | {
        "type": type_ or None,
        "include_subtypes": bool(type_),
        "folder": folder,
        "include_subfolders": folder is not None,
        "q": search,
        "query": query,
        "sort": sort,
        "count": "exact",
    }
    with connected() as client:
        pages = list(client.pages("/v1/assets", asked, limit=limit or None))
    found = [item for page in pages for item in page["items"]]
    total = pages[0].get("total")
    if as_json:
        show_json({"items": found, "total": total, "next_cursor": pages[-1].get("next_cursor")})
        return
    show_table(("key", "name", "type", "tag", "serial", "folder", "updated"), _lines(found))
    if total is not None and total > len(found):
        note(f"{len(found)} of {total}; --limit 0 shows all.")


@assets.command("set")
def set_asset(
    asset: Reference,
    assignments: Annotated[
        list[str],
        typer.Argument(help="What to change; an empty value clears.", metavar="FIELD=VALUE…"),
    ],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check it.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Change fields of an asset: name, tag, serial, description, folder, or any of its type's.

    Values are read by the field's kind; `field:=JSON` passes JSON as it is. If somebody else
    changes the asset meanwhile, nothing is changed.
    """
    with connected() as client:
        found = find(client, asset)
        path = f"/v1/assets/{found.body['id']}"
        patch = patch_of(assignments, _fields(client, assignments))
        query = {"dry_run": dry_run}
        changed = client.send("PATCH", path, patch, query=query, if_match=found.etag).body
    if as_json:
        show_json(changed)
    elif dry_run:
        say("A dry run: this could be changed so.")
    elif changed["version"] == found.body["version"]:
        say(f"{changed['key']} is so already.")
    else:
        say(f"{changed['key']} is now at version {changed['version']}.")


@assets.command("history")
def show_history(
    asset: Reference,
    *,
    limit: Annotated[int, typer.Option(min=0, help="How many changes; 0 shows all.")] = 50,
    as_json: JsonFlag = False,
) -> None:
    """Show who changed what, when and why, newest first."""
    with connected() as client:
        asset_id = asset if is_id("asset", asset) else find(client, asset).body["id"]
        path = f"/v1/assets/{asset_id}/history"
        found = list(client.items(path, limit=limit or None))
    if as_json:
        show_json({"items": found})
        return
    show_table(
        ("change", "when", "who", "why", "what"),
        [(e["seq"], e["at"], cell(e["by"]), _why(e), _what(e)) for e in found],
    )


def find(client: Client, reference: str) -> Answer:
    """Return the asset of this id, key or tag, in this order."""
    if is_id("asset", reference):
        return client.get(f"/v1/assets/{reference}")
    try:
        return client.get(f"/v1/assets/by-key/{segment(reference)}")
    except CommandError as error:
        if error.problem.get("status") not in {400, 404, 422}:
            raise
    try:
        return client.get(f"/v1/assets/by-tag/{segment(reference)}")
    except CommandError as error:
        if error.problem.get("status") == 404:  # noqa: PLR2004
            detail = f"There is no asset with the key or the tag {reference!r}."
            raise CommandError(error.problem | {"detail": detail}) from error
        raise


def query_of(conditions: Sequence[str]) -> dict[str, Any]:
    """Return the API's parameters; a dotted name is a field of the catalog, as `cf.` says there."""
    query: dict[str, Any] = {}
    for condition in conditions:
        name, separator, value = condition.partition("=")
        if not separator or not name:
            raise usage(f"{condition!r} is no condition: write field=value.")
        if "." in name and not name.startswith("cf."):
            name = f"cf.{name}"
        query.setdefault(name, []).append(value)
    return query


def show_asset(asset: Mapping[str, Any]) -> None:
    """Print an asset: what every asset has, then the fields that hold something."""
    first = ("key", "name", "type", "folder", "tag", "serial", "description")
    pairs = [(name, asset[name]) for name in first if asset.get(name) is not None]
    pairs += (asset.get("custom_fields") or {}).items()
    pairs += (asset.get("other_fields") or {}).items()
    if asset.get("trashed"):
        pairs.append(("in the trash", _stamped(asset["trashed"])))
    pairs += [
        ("id", asset["id"]),
        ("version", asset["version"]),
        ("created", _stamped(asset["created"])),
        ("updated", _stamped(asset["updated"])),
    ]
    show_pairs(pairs)


def _fields(client: Client, assignments: Sequence[str]) -> list[dict[str, Any]]:
    words = {assignment.partition("=")[0].removesuffix(":") for assignment in assignments}
    return list(client.items("/v1/field-types")) if words - set(BUILT_IN) else []


def _lines(found: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    names = ("key", "name", "type", "tag", "serial", "folder")
    return [[*(a.get(name) for name in names), a["updated"]["at"]] for a in found]


def _stamped(stamp: Mapping[str, Any]) -> str:
    return f"{stamp['at']} by {cell(stamp['by'])}"


def _why(entry: Mapping[str, Any]) -> str:
    parts = [entry["cause"], entry.get("job"), entry.get("message")]
    if entry.get("reverts"):
        parts.append(f"takes back {entry['reverts']}")
    return " ".join(str(part) for part in parts if part)


def _what(entry: Mapping[str, Any]) -> str:
    told = [
        f"{change['label']}: {_shown(change['from'])} → {_shown(change['to'])}"
        for change in entry["changes"]
    ]
    return f"{entry['action'].replace('_', ' ')}; {'; '.join(told)}" if told else entry["action"]


def _shown(value: Any) -> str:
    return "nothing" if value in (None, "") else cell(value)
