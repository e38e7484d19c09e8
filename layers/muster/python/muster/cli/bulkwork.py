"""How bulk work goes on the command line: planned, shown, asked about, applied, told."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from muster.cli.client import Client
from muster.cli.exits import CommandError, Exit
from muster.cli.plans import outcome
from muster.cli.screen import ask, cell, is_person, say, show_json, show_table
from muster.cli.selecting import selection_of
from muster.cli.waiting import ENDED, failure, save_results, seconds_since, wait_for

_SHOWN = 10
"""How many assets of a plan are shown."""
_ACTIONS = ("update", "unchanged", "skip", "fail")


@dataclass(frozen=True)
class Wanted:
    """What the commands of bulk work have in common."""

    ids: Path | None
    filters: Sequence[str] | None
    query: str | None
    everything: bool
    yes: bool
    dry_run: bool
    results: Path | None
    as_json: bool


def carry_out(client: Client, wanted: Wanted, operation: Mapping[str, Any]) -> None:
    """Plan an operation for what is selected, show what comes of it, ask, and apply it."""
    selection = selection_of(
        client, wanted.ids, wanted.filters, wanted.query, everything=wanted.everything
    )
    request = {"selection": selection, "operations": [operation]}
    found = _planned(client, client.send("POST", "/v1/bulk", request).body["id"])
    if not wanted.as_json:
        _show(client, found)
    if wanted.dry_run or not found["plan"]["counts"]["update"]:
        _finish_unapplied(client, found, wanted)
    elif wanted.as_json or wanted.yes or not is_person() or ask(_question(found)):
        _apply(client, found, wanted)
    else:
        _let_go(client, found["id"])
        say("Nothing was changed.")


def _planned(client: Client, bulk_id: str) -> dict[str, Any]:
    hint = f"Look at it with `muster jobs show {bulk_id}`; nothing changes before you apply."
    path = f"/v1/bulk/{bulk_id}"
    found = wait_for(client, path, {"planned", *ENDED}, title="Planning", hint=hint)
    if found["state"] != "planned":
        raise failure(found, "It can't be planned")
    return found


def _show(client: Client, found: Mapping[str, Any]) -> None:
    counts = found["plan"]["counts"]
    show_table(("assets", *_ACTIONS), [(counts["rows"], *(counts[a] for a in _ACTIONS))])
    left_out = found["plan"]["left_out"]
    if left_out:
        lines = [(g["action"], g["count"], g["detail"], _examples(g)) for g in left_out]
        show_table(("", "assets", "reason", "such as"), lines, title="Left out")
    if counts["update"]:
        path, query = f"/v1/bulk/{found['id']}/rows", {"action": "update"}
        changes = list(_changes(list(client.items(path, query, limit=_SHOWN))))
        show_table(("asset", "name", "field", "old", "new"), changes, title="First changes")


def _examples(group: Mapping[str, Any]) -> str:
    named = [each.get("key") or each.get("name") or "" for each in group["examples"][:3]]
    return ", ".join(named) + (", …" if group["count"] > len(named) else "")


def _changes(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        for change in row["changes"]:
            name, old, new = (change[part] for part in ("field", "old", "new"))
            yield row["key"], row["name"], name, cell(old), cell(new)


def _question(found: Mapping[str, Any]) -> str:
    counts = found["plan"]["counts"]
    left = counts["skip"] + counts["fail"]
    return f"Change {counts['update']} assets{f' ({left} are left out)' if left else ''}?"


def _finish_unapplied(client: Client, found: Mapping[str, Any], wanted: Wanted) -> None:
    _let_go(client, found["id"])
    if wanted.as_json:
        show_json(found)
    else:
        dry = "A dry run: nothing was changed."
        say(dry if wanted.dry_run else "There is nothing to change.")
    if found["plan"]["counts"]["fail"]:
        raise typer.Exit(Exit.PARTLY)


def _let_go(client: Client, bulk_id: str) -> None:
    """End what is not going to be applied, so that it waits for nobody."""
    with suppress(CommandError):
        client.send("POST", f"/v1/jobs/{bulk_id}:cancel", {})


def _apply(client: Client, planned: Mapping[str, Any], wanted: Wanted) -> None:
    path, started = f"/v1/bulk/{planned['id']}", time.monotonic()
    client.send("POST", f"{path}:apply", {})
    hint = f"`muster jobs show {planned['id']}` tells how far it is, `muster jobs cancel` stops it."
    found = wait_for(client, path, ENDED, title="Changing", hint=hint)
    if wanted.results is not None:
        save_results(client, planned["id"], wanted.results)
    if wanted.as_json:
        show_json(found)
    elif found["state"] == "done":
        say(f"{found['title']}, in {seconds_since(started)}: {outcome(found)}.")
        if wanted.results is None and found["progress"]["failed"]:
            say("What became of each: --results FILE saves it.")
        say(f"Take it back with: muster undo {found['id']}")
    if found["state"] != "done":
        raise failure(found, "It did not finish")
    if found["progress"]["failed"]:
        raise typer.Exit(Exit.PARTLY)
