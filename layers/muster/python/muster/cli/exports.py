"""`muster export`: a selection of assets as a file."""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from muster.cli.client import STDOUT
from muster.cli.screen import note, say, show_json
from muster.cli.selecting import Everything, Filters, IdsFile, selection_of
from muster.cli.shell import JsonFlag, QueryText, connected
from muster.cli.waiting import ENDED, failure, save_results, seconds_since, wait_for


class Format(StrEnum):
    """How the file is written."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"


class Header(StrEnum):
    """What stands above a column."""

    NAME = "name"
    LABEL = "label"
    NAME_LABEL = "name_label"


def export(  # noqa: PLR0913 - a parameter is an option
    *,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="Where the file goes; - is stdout.", metavar="FILE"),
    ],
    ids: IdsFile = None,
    filters: Filters = None,
    query: QueryText = None,
    everything: Everything = False,
    file_format: Annotated[
        Format | None,
        typer.Option("--format", help="Default: what the file's name ends in, else csv."),
    ] = None,
    fields: Annotated[
        str, typer.Option(help="Columns, joined by commas; or `visible`, or `all`.")
    ] = "visible",
    header: Annotated[Header, typer.Option(help="What stands above a column.")] = Header.NAME,
    delimiter: Annotated[str, typer.Option(help="Of CSV: `,`, `;`, `|` or `tab`.")] = ",",
    bom: Annotated[bool, typer.Option(help="Mark CSV as UTF-8, for Excel.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Write assets as CSV, XLSX or JSON lines; without a selection, all of them."""
    started = time.monotonic()
    chosen = file_format or _format_of(output)
    separator = "\t" if delimiter == "tab" else delimiter
    asked: dict[str, Any] = {
        "format": chosen.value,
        "fields": fields if fields in {"visible", "all"} else fields.split(","),
        "header": header.value,
        "filename": f"export.{chosen}" if output == STDOUT else output.name,
    }
    if chosen is Format.CSV:
        asked["csv"] = {"delimiter": separator, "bom": bom}
    with connected() as client:
        whole = everything or not (ids or filters or query is not None)
        asked["selection"] = selection_of(client, ids, filters, query, everything=whole)
        begun = client.send("POST", "/v1/exports", asked).body
        hint = f"`muster jobs show {begun['id']}` tells how far it is."
        path = f"/v1/jobs/{begun['id']}"
        found = wait_for(client, path, ENDED, title="Exporting", hint=hint)
        if found["state"] != "done":
            raise failure(found, "The file was not written")
        size = save_results(client, begun["id"], output)
    if as_json:
        show_json(found)
        return
    rows = found["result"]["rows"]
    tell = note if output == STDOUT else say
    tell(f"Wrote {output} in {seconds_since(started)}: {rows:,} assets, {size:,} bytes.")
    for each in found["result"].get("not_found", ()):
        note(f"{each['text']}: {each['detail']}")


def _format_of(output: Path) -> Format:
    ending = output.suffix.removeprefix(".").casefold()
    return Format(ending) if ending in set(Format) else Format.CSV
