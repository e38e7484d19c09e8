"""`muster bulk …`: change, move, link, delete or restore many assets, after a look at it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from muster.cli.bulkwork import Wanted, carry_out
from muster.cli.client import Client
from muster.cli.selecting import Everything, Filters, IdsFile
from muster.cli.shell import JsonFlag, QueryText, connected, group
from muster.cli.values import patch_of

bulk = group("Change many assets at once: planned, shown, applied as a job that can be undone.")

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Apply without asking.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would come of it.")]
Results = Annotated[
    Path | None,
    typer.Option(help="Save what became of each asset there, as CSV.", metavar="FILE"),
]
Field = Annotated[str, typer.Argument(help="Name, tag, … or a field.", metavar="FIELD")]
Values = Annotated[list[str], typer.Argument(help="Values of the field.", metavar="VALUE…")]


@bulk.command("set")
def set_field(  # noqa: PLR0913 - a parameter is an option
    field: Field,
    values: Values,
    *,
    text: Annotated[
        bool, typer.Option("--text", help="VALUE is a sequence's, such as +2 or $currentDate$.")
    ] = False,
    ids: IdsFile = None,
    filters: Filters = None,
    query: QueryText = None,
    everything: Everything = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    results: Results = None,
    as_json: JsonFlag = False,
) -> None:
    """Give a field a value; where a type has not the field, its assets are skipped."""
    wanted = Wanted(ids, filters, query, everything, yes, dry_run, results, as_json)
    with connected() as client:
        if text:
            operation = {"op": "set", "field": field, "text": " ".join(values)}
        else:
            name, value = _assigned(client, field, values)
            operation = {"op": "set", "field": name, "value": value}
        carry_out(client, wanted, operation)


@bulk.command("clear")
def clear_field(  # noqa: PLR0913 - a parameter is an option
    field: Field,
    *,
    ids: IdsFile = None,
    filters: Filters = None,
    query: QueryText = None,
    everything: Everything = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    results: Results = None,
    as_json: JsonFlag = False,
) -> None:
    """Take a field's value away."""
    wanted = Wanted(ids, filters, query, everything, yes, dry_run, results, as_json)
    with connected() as client:
        name, _ = _assigned(client, field, [""])
        carry_out(client, wanted, {"op": "clear", "field": name})


@bulk.command("add")
def add_values(  # noqa: PLR0913 - a parameter is an option
    field: Field,
    values: Values,
    *,
    ids: IdsFile = None,
    filters: Filters = None,
    query: QueryText = None,
    everything: Everything = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    results: Results = None,
    as_json: JsonFlag = False,
) -> None:
    """Add values to a field that holds several."""
    wanted = Wanted(ids, filters, query, everything, yes, dry_run, results, as_json)
    with connected() as client:
        carry_out(client, wanted, _listed("add", client, field, values))


@bulk.command("remove")
def remove_values(  # noqa: PLR0913 - a parameter is an option
    field: Field,
    values: Values,
    *,
    ids: IdsFile = None,
    filters: Filters = None,
    query: QueryText = None,
    everything: Everything = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    results: Results = None,
    as_json: JsonFlag = False,
) -> None:
    """Take values from a field that holds several."""
    wanted = Wanted(ids, filters, query, everything, yes, dry_run, results, as_json)
    with connected() as client:
        carry_out(client, wanted, _listed("remove", client, field, values))


@bulk.command("move")
def move(  # noqa: PLR0913 - a parameter is an option
    folder: Annotated[str, typer.Argument(help="Path or id; / is the root.", metavar="FOLDER")],
    *,
    ids: IdsFile = None,
    filters: Filters = None,
    query: QueryText = None,
    everything: Everything = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    results: Results = None,
    as_json: JsonFlag = False,
) -> None:
    """Put assets into another folder."""
    wanted = Wanted(ids, filters, query, everything, yes, dry_run, results, as_json)
    with connected() as client:
        carry_out(client, wanted, {"op": "move", "folder": folder})


@bulk.command("change-type")
def change_type(  # noqa: PLR0913 - a parameter is an option
    type_: Annotated[str, typer.Argument(help="Name, label or id.", metavar="TYPE")],
    assignments: Annotated[
        list[str] | None,
        typer.Argument(help="What the new type asks for.", metavar="[FIELD=VALUE]…"),
    ] = None,
    *,
    ids: IdsFile = None,
    filters: Filters = None,
    query: QueryText = None,
    everything: Everything = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    results: Results = None,
    as_json: JsonFlag = False,
) -> None:
    """Make them assets of another type; values that it has no field for are kept aside."""
    wanted = Wanted(ids, filters, query, everything, yes, dry_run, results, as_json)
    with connected() as client:
        fields = list(client.items("/v1/field-types")) if assignments else []
        custom = patch_of(assignments or (), fields).get("custom_fields", {})
        operation = {"op": "change_type", "type": type_, "custom_fields": custom}
        carry_out(client, wanted, operation)


@bulk.command("link")
def link(  # noqa: PLR0913 - a parameter is an option
    type_: Annotated[str, typer.Argument(help="Link type.", metavar="LINK_TYPE")],
    target: Annotated[str, typer.Argument(help="Id, key, tag or serial.", metavar="TARGET")],
    *,
    inbound: Annotated[
        bool, typer.Option("--inbound", help="From the target to them, not to it.")
    ] = False,
    ids: IdsFile = None,
    filters: Filters = None,
    query: QueryText = None,
    everything: Everything = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    results: Results = None,
    as_json: JsonFlag = False,
) -> None:
    """Link assets with one other; links that are there already stay."""
    wanted = Wanted(ids, filters, query, everything, yes, dry_run, results, as_json)
    direction = "inbound" if inbound else "outbound"
    with connected() as client:
        operation = {"op": "link", "type": type_, "target": target, "direction": direction}
        carry_out(client, wanted, operation)


@bulk.command("delete")
def delete(  # noqa: PLR0913 - a parameter is an option
    *,
    ids: IdsFile = None,
    filters: Filters = None,
    query: QueryText = None,
    everything: Everything = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    results: Results = None,
    as_json: JsonFlag = False,
) -> None:
    """Lay assets in the trash."""
    wanted = Wanted(ids, filters, query, everything, yes, dry_run, results, as_json)
    with connected() as client:
        carry_out(client, wanted, {"op": "delete"})


@bulk.command("restore")
def restore(  # noqa: PLR0913 - a parameter is an option
    *,
    ids: IdsFile = None,
    filters: Filters = None,
    query: QueryText = None,
    everything: Annotated[bool, typer.Option("--all", help="All that is in the trash.")] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    results: Results = None,
    as_json: JsonFlag = False,
) -> None:
    """Take assets out of the trash; conditions look there."""
    if filters or everything:
        filters, everything = ["trashed=yes", *(filters or ())], False
    wanted = Wanted(ids, filters, query, everything, yes, dry_run, results, as_json)
    with connected() as client:
        carry_out(client, wanted, {"op": "restore"})


def _listed(op: str, client: Client, field: str, values: Sequence[str]) -> dict[str, Any]:
    name, value = _assigned(client, field, values)
    return {"op": op, "field": name, "values": value if isinstance(value, list) else [value]}


def _assigned(client: Client, field: str, values: Sequence[str]) -> tuple[str, Any]:
    """Return the field's name and its value, read by the field's kind."""
    fields = list(client.items("/v1/field-types"))
    patch = patch_of([f"{field}={value}" for value in values], fields)
    ((name, value),) = (patch.get("custom_fields") or patch).items()
    return name, value
