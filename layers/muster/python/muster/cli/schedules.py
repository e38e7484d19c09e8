"""`muster search schedule …`: saved searches that run by the clock, and their runs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer

from muster.cli.client import Client, segment
from muster.cli.exits import usage
from muster.cli.named import find_named, remove_named, tell_removed, values_of
from muster.cli.screen import note, say, show_json, show_pairs, show_table
from muster.cli.shell import JsonFlag, connected, group
from muster.cli.waiting import ENDED, failure, wait_for

schedules = group("Saved searches that run by the clock, and tell others what they find.")

_PLACE = "/v1/scheduled-searches"
_NOUN = "scheduled search"
_RUNS = 10
_STOPS = ENDED | {"waiting"}
"""A run that waits tries again by itself, minutes later."""

Name = Annotated[str, typer.Argument(help="The schedule's name or id.", metavar="NAME")]


class When(StrEnum):
    """When there is something to tell."""

    ALWAYS = "always"
    RESULTS = "results"
    NEW = "new"


class Format(StrEnum):
    """How the file is written."""

    CSV = "csv"
    JSONL = "jsonl"


@schedules.command("list")
def list_schedules(*, as_json: JsonFlag = False) -> None:
    """List your own scheduled searches; who may change members sees all."""
    with connected() as client:
        found = list(client.items(_PLACE))
    if as_json:
        show_json({"items": found})
        return
    show_table(
        ("id", "name", "runs", "when", "next", "tells"),
        [
            (
                each["id"],
                each["name"],
                "on" if each["enabled"] else "off",
                f"{each['cron']} {each['time_zone']}",
                each.get("next_run"),
                ", ".join(_told(one) for one in each["deliver"]),
            )
            for each in found
        ],
    )


@schedules.command("create")
def create_schedule(  # noqa: PLR0913 - a parameter is an option
    name: Annotated[str, typer.Argument(help="What it is called.", metavar="NAME")],
    search: Annotated[str, typer.Argument(help="A saved search's name or id.", metavar="SEARCH")],
    *,
    cron: Annotated[
        str, typer.Option(help="Minute, hour, day, month, weekday: '0 7 * * MON-FRI'.")
    ],
    time_zone: Annotated[
        str | None, typer.Option(help="Whose hours are meant, such as Europe/Berlin.")
    ] = None,
    webhook: Annotated[
        list[str] | None, typer.Option(help="Address that is told; repeatable.", metavar="URL")
    ] = None,
    email: Annotated[
        list[str] | None, typer.Option(help="Who gets an e-mail; repeatable.", metavar="ADDRESS")
    ] = None,
    file: Annotated[bool, typer.Option("--file", help="Write a file as well.")] = False,
    file_format: Annotated[Format, typer.Option("--format", help="Of the file.")] = Format.CSV,
    when: Annotated[
        When, typer.Option(help="Tell always, only of results, or only of new ones.")
    ] = When.RESULTS,
    view: Annotated[
        str | None, typer.Option(help="A view's name or id: columns of file and e-mail.")
    ] = None,
    parameters: Annotated[
        list[str] | None,
        typer.Option(
            "--param", "-p", help="A parameter's value; repeatable.", metavar="NAME=VALUE"
        ),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Run a saved search by the clock, and tell others what it finds."""
    deliver: list[dict[str, str]] = [
        *({"to": "webhook", "url": each} for each in webhook or ()),
        *({"to": "email", "address": each} for each in email or ()),
        *([{"to": "file"}] if file else []),
    ]
    if not deliver:
        raise usage("Say who is told: --webhook URL, --email ADDRESS, --file.")
    body = {
        "name": name,
        "cron": cron,
        "deliver": deliver,
        "when": when.value,
        "format": file_format.value,
        "parameters": values_of(parameters or ()),
        "time_zone": time_zone,
    }
    with connected() as client:
        made = _made(client, body, search, view)
    if as_json:
        show_json(made)
        return
    say(f"{made['id']} {made['name']!r} is due next at {made.get('next_run')}.")
    if webhook:
        say(f"Its webhooks are signed with {made['secret']}, which is shown this once.")
    if email:
        note("AWS asks each address for its consent by e-mail first.")


@schedules.command("show")
def show_schedule(name: Name, *, as_json: JsonFlag = False) -> None:
    """Show a scheduled search and its last runs."""
    with connected() as client:
        found = find_named(client, _PLACE, _NOUN, name)
        path = f"{_PLACE}/{segment(found['id'])}/runs"
        runs = list(client.items(path, limit=_RUNS))
    if as_json:
        show_json({**found, "runs": runs})
        return
    pairs = [
        ("id", found["id"]),
        ("name", found["name"]),
        ("search", found["saved_search"]),
        ("with", ", ".join(f"{n}={value}" for n, value in found["parameters"].items())),
        ("runs", "on" if found["enabled"] else "off"),
        ("when", f"{found['cron']} {found['time_zone']}"),
        ("next", found.get("next_run")),
        ("tells of", found["when"]),
        ("view", found.get("view")),
    ]
    show_pairs([(label, value) for label, value in pairs if value])
    show_table(("tells",), [(_told(each),) for each in found["deliver"]], title="Who is told")
    lines = [
        (run["started_at"], run["state"], run.get("found"), run.get("new"), _came(run), run["job"])
        for run in runs
    ]
    if lines:
        show_table(("at", "state", "found", "new", "deliveries", "job"), lines, title="Last runs")


@schedules.command("run")
def run_schedule(name: Name, *, as_json: JsonFlag = False) -> None:
    """Run a scheduled search now, and tell whom it tells."""
    with connected() as client:
        found = find_named(client, _PLACE, _NOUN, name)
        path = f"{_PLACE}/{segment(found['id'])}"
        begun = client.send("POST", f"{path}:run").body
        hint = f"`muster jobs show {begun['id']}` tells how far it is."
        job = wait_for(client, f"/v1/jobs/{begun['id']}", _STOPS, title="Searching", hint=hint)
    if as_json:
        show_json(job)
    result = job["result"]
    if job["state"] in {"failed", "cancelled"}:
        raise failure(job, "It was not delivered")
    if as_json:
        return
    new = f", {result['new']:,} of them new" if "new" in result else ""
    say(f"Found {result['found']:,} assets{new}. {_came(result) or 'Nobody had to be told.'}")
    if job["state"] == "waiting":
        say(f"What was not delivered is tried again at {job['wake_at']}.")


@schedules.command("on")
def switch_on(name: Name, *, as_json: JsonFlag = False) -> None:
    """Let a scheduled search run by itself."""
    _switch(name, enabled=True, as_json=as_json)


@schedules.command("off")
def switch_off(name: Name, *, as_json: JsonFlag = False) -> None:
    """Keep a scheduled search from running by itself."""
    _switch(name, enabled=False, as_json=as_json)


@schedules.command("delete")
def delete_schedule(name: Name, *, as_json: JsonFlag = False) -> None:
    """Remove a scheduled search with its e-mail subscriptions; its runs stay."""
    with connected() as client:
        found = remove_named(client, _PLACE, _NOUN, name)
    tell_removed(found, as_json=as_json)


def _made(client: Client, body: dict[str, Any], search: str, view: str | None) -> dict[str, Any]:
    found = find_named(client, "/v1/saved-searches", "saved search", search)
    given = {name: value for name, value in body.items() if value is not None}
    given["saved_search"] = found["id"]
    if view is not None:
        given["view"] = find_named(client, "/v1/views", "view", view)["id"]
    # Its answer has a secret, which nothing keeps to be given again.
    made: dict[str, Any] = client.send("POST", _PLACE, given, keyed=False).body
    return made


def _switch(name: str, *, enabled: bool, as_json: bool) -> None:
    with connected() as client:
        found = find_named(client, _PLACE, _NOUN, name)
        path = f"{_PLACE}/{segment(found['id'])}"
        changed = client.send("PATCH", path, {"enabled": enabled}).body
    if as_json:
        show_json(changed)
    elif enabled:
        say(f"{found['name']!r} is due next at {changed.get('next_run')}.")
    else:
        say(f"{found['name']!r} does not run by itself any more.")


def _told(delivery: Mapping[str, Any]) -> str:
    return str(delivery.get("url") or delivery.get("address") or "file")


def _came(run: Mapping[str, Any]) -> str:
    """Return what became of each delivery: `hooks.example: delivered (200)`."""
    return ", ".join(
        f"{each.get('where') or each['to']}: {each['outcome'].replace('_', ' ')}"
        + (f" ({each['detail']})" if each["detail"] else "")
        for each in run["deliveries"]
    )
