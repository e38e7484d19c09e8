"""What commands on owned things share, sequences, searches and views: found by name, and told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from muster.cli.client import Client, segment
from muster.cli.exits import refused, usage
from muster.cli.screen import say, show_json

Public = Annotated[bool, typer.Option("--public", help="Everybody sees it.")]
Share = Annotated[
    list[str] | None,
    typer.Option(help="A member, by id, who sees it too; repeatable.", metavar="MEMBER"),
]


def find_named(client: Client, place: str, noun: str, name: str) -> dict[str, Any]:
    """Return the one of a list that has this id or name; one's own before a public one."""
    listed = list(client.items(place))
    found = [each for each in listed if each["id"] == name]
    found = found or [each for each in listed if each["name"].casefold() == name.casefold()]
    if not found:
        code = f"{noun.replace(' ', '_')}_not_found"
        raise refused("Not found", f"There is no {noun} {name!r}.", code=code)
    private = [each for each in found if each.get("visibility", "private") == "private"]
    if len(private) > 1:
        named = ", ".join(each["id"] for each in private)
        detail = f"Several people have a {noun} {name!r}: give one of the ids {named}."
        raise refused("Ambiguous", detail, code="ambiguous_match")
    return (private or found)[0]


def remove_named(client: Client, place: str, noun: str, name: str) -> dict[str, Any]:
    """Remove the one that has this id or name, as it was found; return it."""
    found = find_named(client, place, noun, name)
    path = f"{place}/{segment(found['id'])}"
    client.send("DELETE", path, if_match=f'"v{found["version"]}"')
    return found


def save_named(
    client: Client, place: str, body: Mapping[str, Any], *, replace: bool = False
) -> dict[str, Any]:
    """Make a record, or with `replace` change one's own of this name; return it."""
    known = []
    if replace:
        folded = str(body["name"]).casefold()
        me = client.get("/v1/me").body["member_id"]
        listed = client.items(place)
        known = [e for e in listed if e["owner"] == me and e["name"].casefold() == folded]
    if known:
        path = f"{place}/{segment(known[0]['id'])}"
        made = client.send("PATCH", path, body, if_match=f'"v{known[0]["version"]}"')
    else:
        made = client.send("POST", place, body)
    saved: dict[str, Any] = made.body
    return saved


def tell_saved(made: Mapping[str, Any], *, as_json: bool) -> None:
    """Say what was saved."""
    if as_json:
        show_json(made)
    else:
        say(f"{made['id']} {made['name']!r} is saved.")


def tell_removed(found: Mapping[str, Any], *, as_json: bool) -> None:
    """Say what was removed."""
    if as_json:
        show_json({"id": found["id"], "deleted": True})
    else:
        say(f"{found['id']} {found['name']!r} is removed.")


def values_of(given: Sequence[str]) -> dict[str, Any]:
    """Return `name=value` options as values: JSON where it is some, else text.

    Raises CommandError for one without a name.
    """
    values: dict[str, Any] = {}
    for each in given:
        name, separator, text = each.partition("=")
        if not separator or not name:
            raise usage(f"{each!r} is no parameter: write name=value.")
        try:
            values[name] = json.loads(text)
        except ValueError:
            values[name] = text
    return values
