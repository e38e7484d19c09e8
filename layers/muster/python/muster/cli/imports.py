"""`muster import`: a file is planned, shown, and applied as one job."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from muster.cli import plans
from muster.cli.client import Client
from muster.cli.exits import CommandError, Exit, usage
from muster.cli.screen import ask, is_person, say, show_json
from muster.cli.shell import JsonFlag, connected
from muster.cli.uploads import create_import
from muster.cli.waiting import ENDED, failure, seconds_since, wait_for

_PLANNED = frozenset({"planned", "ready", *ENDED})
"""An import that is `ready` again, or `planned` again after it was applied, was sent back."""


def import_file(  # noqa: PLR0913 - a parameter is an option
    file: Annotated[Path, typer.Argument(help="A CSV, TSV or XLSX file.", metavar="FILE")],
    *,
    type_: Annotated[
        str | None,
        typer.Option("--type", help="Asset type of rows that name none: name, label or id."),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(help="What tells which asset a row is: tag, serial or a field's name."),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(
            help='JSON file: {"columns": {"Colour": "asset.colour", "Junk": null}, "options": …}.'
        ),
    ] = None,
    currency: Annotated[
        str | None, typer.Option(help="Currency of amounts that name none, such as EUR.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show the plan.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Apply without asking.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Import assets from a file.

    Shows what was found out about the file, where its columns go and what happens to each row; on a
    terminal it then asks before it applies, elsewhere it applies. The same file again changes
    nothing, and `muster undo` takes the whole import back.
    """
    request = _plan_request({"type": type_, "key": key}, currency, mapping)
    with connected() as client:
        found = _planned(client, file, request)
        quiet = as_json
        if not quiet:
            _show(client, found)
        if dry_run or plans.changes_nothing(found["plan"]):
            _finish_unapplied(client, found, as_json=as_json, dry_run=dry_run)
        elif quiet or yes or not is_person() or ask(_question(found)):
            _apply(client, found, as_json=as_json)
        else:
            _let_go(client, found["id"])
            say("Nothing was imported.")


def _plan_request(
    given: Mapping[str, str | None], currency: str | None, mapping: Path | None
) -> dict[str, Any]:
    request: dict[str, Any] = {}
    if mapping is not None:
        try:
            request = json.loads(mapping.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise usage(f"--mapping {mapping} can't be read as JSON: {error}") from error
        if not isinstance(request, dict):
            raise usage(f'--mapping {mapping} has to hold an object such as {{"columns": …}}.')
        if not request.keys() & {"type", "key", "columns", "options"}:
            request = {"columns": request}
    if currency is not None:
        request["options"] = {**(request.get("options") or {}), "currency": currency.upper()}
    return request | {name: value for name, value in given.items() if value is not None}


def _planned(client: Client, file: Path, request: Mapping[str, Any]) -> dict[str, Any]:
    made = create_import(client, file)
    path = f"/v1/imports/{made['id']}"
    try:
        client.send("POST", f"{path}:plan", request)
    except CommandError:
        _let_go(client, made["id"])
        raise
    hint = f"Look at it with `muster jobs show {made['id']}`; nothing is imported before you apply."
    found = wait_for(client, path, _PLANNED, title="Planning", hint=hint)
    if found["state"] != "planned":
        raise failure(found, "The file can't be planned")
    return found


def _let_go(client: Client, import_id: str) -> None:
    """End an import that is not going to be applied, so that it waits for nobody."""
    with suppress(CommandError):
        # Whatever stands in the way is no news to somebody who wanted nothing done.
        client.send("POST", f"/v1/jobs/{import_id}:cancel", {})


def _show(client: Client, found: Mapping[str, Any]) -> None:
    plans.show_plan(found["plan"])
    failing = found["plan"]["counts"]["fail"]
    if failing:
        plans.show_problem_rows(_failing_rows(client, found["id"]), failing)


def _failing_rows(client: Client, import_id: str) -> list[dict[str, Any]]:
    query = {"action": "fail"}
    return list(client.items(f"/v1/imports/{import_id}/rows", query, limit=plans.MOST_ROWS))


def _question(found: Mapping[str, Any]) -> str:
    counts = found["plan"]["counts"]
    failing = f" ({counts['fail']} rows fail and are left out)" if counts["fail"] else ""
    return f"{plans.expected(counts).capitalize()}{failing}?"


def _finish_unapplied(
    client: Client, found: dict[str, Any], *, as_json: bool, dry_run: bool
) -> None:
    failing = found["plan"]["counts"]["fail"]
    _let_go(client, found["id"])
    if as_json:
        show_json(found | {"rows": _failing_rows(client, found["id"]) if failing else []})
    elif dry_run:
        say("A dry run: nothing was imported.")
    else:
        say("There is nothing to change.")
    if failing:
        raise typer.Exit(Exit.PARTLY)


def _apply(client: Client, planned: Mapping[str, Any], *, as_json: bool) -> None:
    path, started = f"/v1/imports/{planned['id']}", time.monotonic()
    client.send("POST", f"{path}:apply", {})
    hint = f"`muster jobs show {planned['id']}` tells how far it is, `muster jobs cancel` stops it."
    found = wait_for(client, path, _PLANNED, title="Importing", hint=hint)
    if as_json:
        show_json(found)
    elif found["state"] == "done":
        say(
            f"Imported {planned['filename']} in {seconds_since(started)}: {plans.outcome(found)}.",
            f"Take it back with: muster undo {found['id']}",
        )
    if found["state"] != "done":
        raise failure(found, "The import did not finish")
    if found["progress"]["failed"]:
        raise typer.Exit(Exit.PARTLY)
