"""`muster sequence …`: saved operations, listed, made from a file, run and removed."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from muster.cli.client import Client, segment
from muster.cli.exits import Exit, usage
from muster.cli.named import find_named, remove_named, tell_removed, tell_saved
from muster.cli.plans import outcome
from muster.cli.screen import ask, is_person, say, show_json, show_pairs, show_table
from muster.cli.selecting import Everything, Filters, IdsFile, selection_of
from muster.cli.shell import JsonFlag, QueryText, connected, group
from muster.cli.waiting import ENDED, failure, seconds_since, wait_for

sequences = group("Saved operations: run them by hand; public ones run by themselves as well.")

_PLACE = "/v1/sequences"
_ACTIONS = ("update", "unchanged", "skip", "fail")

Name = Annotated[str, typer.Argument(help="The sequence's name or id.", metavar="NAME")]


@sequences.command("list")
def list_sequences(*, as_json: JsonFlag = False) -> None:
    """List your own sequences and the public ones."""
    with connected() as client:
        found = list(client.items(_PLACE))
    if as_json:
        show_json({"items": found})
        return
    show_table(
        ("id", "name", "who", "runs", "operations", "by itself"),
        [
            (
                each["id"],
                each["name"],
                each["visibility"],
                "on" if each["enabled"] else "off",
                len(each["operations"]),
                _by_itself(each),
            )
            for each in found
        ],
    )


@sequences.command("show")
def show_sequence(name: Name, *, as_json: JsonFlag = False) -> None:
    """Show a sequence's operations, what sets it off, and its last run."""
    with connected() as client:
        found = find_named(client, _PLACE, "sequence", name)
        found = client.get(f"{_PLACE}/{segment(found['id'])}").body
    if as_json:
        show_json(found)
        return
    last = found.get("last_run") or {}
    pairs = [
        ("id", found["id"]),
        ("name", found["name"]),
        ("description", found.get("description")),
        ("who", found["visibility"]),
        ("runs", "on" if found["enabled"] else "off"),
        ("errors", "left out, operation by operation" if found["ignore_errors"] else None),
        ("time zone", found["time_zone"]),
        ("last run", f"{last['state']}, {last['at']}, {last['job']}" if last else None),
        ("stopped by", (last.get("error") or {}).get("detail")),
    ]
    show_pairs([(label, value) for label, value in pairs if value])
    lines = [(n, each["op"], _rest(each, "op")) for n, each in enumerate(found["operations"], 1)]
    show_table(("", "operation", "with"), lines, title="Operations")
    events = [(each["event"], _rest(each, "event")) for each in found["triggers"]]
    if events:
        show_table(("event", "only"), events, title="Set off by")
    times = [
        (each["cron"], each["time_zone"], _rest(each["selection"])) for each in found["schedules"]
    ]
    if times:
        show_table(("when", "time zone", "assets"), times, title="Due")


@sequences.command("create")
def create_sequence(
    file: Annotated[
        Path, typer.Argument(help="JSON file with name, operations, …: docs/sequences.md.")
    ],
    *,
    as_json: JsonFlag = False,
) -> None:
    """Save a sequence that a JSON file describes."""
    try:
        body = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise usage(f"{file} can't be read as JSON: {error}") from error
    with connected() as client:
        made = client.send("POST", _PLACE, body).body
    tell_saved(made, as_json=as_json)


@sequences.command("run")
def run_sequence(  # noqa: PLR0913 - a parameter is an option
    name: Name,
    *,
    ids: IdsFile = None,
    filters: Filters = None,
    query: QueryText = None,
    everything: Everything = False,
    issue: Annotated[
        str | None, typer.Option(help="Key of the issue that the run is for.", metavar="KEY")
    ] = None,
    assignee: Annotated[str | None, typer.Option(help="The issue's assignee.")] = None,
    reporter: Annotated[str | None, typer.Option(help="The issue's reporter.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Run without asking.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would come of it.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Run a sequence over assets, after a look at what would come of it."""
    with connected() as client:
        found = find_named(client, _PLACE, "sequence", name)
        path = f"{_PLACE}/{segment(found['id'])}:run"
        selection = selection_of(client, ids, filters, query, everything=everything)
        request = {"selection": selection} | _issue(issue, assignee, reporter)
        counts = _foreseen(client, path, request, as_json=as_json)
        if dry_run:
            _finish_dry(counts, as_json=as_json)
        elif as_json or yes or not is_person() or ask(f"Run {found['name']!r}?"):
            _run(client, path, request, as_json=as_json)
        else:
            say("Nothing was changed.")


@sequences.command("delete")
def delete_sequence(name: Name, *, as_json: JsonFlag = False) -> None:
    """Remove a sequence; what it did stays."""
    with connected() as client:
        found = remove_named(client, _PLACE, "sequence", name)
    tell_removed(found, as_json=as_json)


def _issue(key: str | None, assignee: str | None, reporter: str | None) -> dict[str, Any]:
    if key is None:
        if assignee or reporter:
            raise usage("--assignee and --reporter are an issue's: give --issue KEY as well.")
        return {}
    given = {"key": key, "assignee": assignee, "reporter": reporter}
    return {"issue": {name: value for name, value in given.items() if value is not None}}


def _foreseen(
    client: Client, path: str, request: Mapping[str, Any], *, as_json: bool
) -> dict[str, int]:
    """Show and return the counts of a dry run; none of more assets than are planned at once."""
    job = client.send("POST", path, request, query={"dry_run": "true"}, keyed=False).body
    counts: dict[str, int] = job["result"].get("counts") or {}
    if not as_json:
        _show_counts(counts)
    return counts


def _show_counts(counts: Mapping[str, int]) -> None:
    if counts:
        show_table(("assets", *_ACTIONS), [(counts["rows"], *(counts[a] for a in _ACTIONS))])
    else:
        say("There are many assets: what comes of each is worked out when it runs.")


def _finish_dry(counts: Mapping[str, int], *, as_json: bool) -> None:
    if as_json:
        show_json({"counts": dict(counts)})
    else:
        say("A dry run: nothing was changed.")
    if counts.get("fail"):
        raise typer.Exit(Exit.PARTLY)


def _run(client: Client, path: str, request: Mapping[str, Any], *, as_json: bool) -> None:
    started = time.monotonic()
    begun = client.send("POST", path, request).body
    hint = f"`muster jobs show {begun['id']}` tells how far it is, `muster jobs cancel` stops it."
    found = wait_for(client, f"/v1/jobs/{begun['id']}", ENDED, title="Running", hint=hint)
    if as_json:
        show_json(found)
    elif found["state"] == "done":
        say(
            f"{found['title']}, in {seconds_since(started)}: {outcome(found)}.",
            f"Take it back with: muster undo {found['id']}",
        )
    if found["state"] != "done":
        raise failure(found, "It did not finish")
    if found["progress"]["failed"]:
        raise typer.Exit(Exit.PARTLY)


def _by_itself(found: Mapping[str, Any]) -> str:
    events = [each["event"].replace("_", " ") for each in found["triggers"]]
    return ", ".join([*events, *(each["cron"] for each in found["schedules"])])


def _rest(members: Mapping[str, Any], *without: str) -> str:
    shown = {name: value for name, value in members.items() if name not in without}
    return ", ".join(f"{name}={value}" for name, value in shown.items())
