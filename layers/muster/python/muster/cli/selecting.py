"""Which assets a command is about: those of a list, or what conditions find."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from muster.cli.assets import query_of
from muster.cli.client import Client
from muster.cli.exits import refused, usage
from muster.cli.uploads import upload_file

_MOST_NAMED = 10_000
"""More are uploaded as a file."""

IdsFile = Annotated[
    Path | None,
    typer.Option(
        "--ids", help="File with an id, key, tag or serial number a line.", metavar="FILE"
    ),
]
Filters = Annotated[
    list[str] | None,
    typer.Option(
        "--filter",
        "-f",
        help="Condition such as type=laptop, folder=/Berlin, asset.status=Lent; repeatable.",
        metavar="FIELD=VALUE",
    ),
]
Everything = Annotated[bool, typer.Option("--all", help="All assets that are not in the trash.")]


def selection_of(
    client: Client,
    ids: Path | None,
    filters: Sequence[str] | None,
    query: str | None,
    *,
    everything: bool,
) -> dict[str, Any]:
    """Return the API's selection; exactly one of the four has to be given."""
    given = [ids is not None, bool(filters), query is not None, everything]
    if sum(given) != 1:
        words = "--ids FILE, or --query QUERY, or --filter FIELD=VALUE, or --all"
        raise usage(f"Say which assets: {words}.")
    if ids is not None:
        return _listed(client, ids)
    if query is not None:
        return {"query": query}
    if everything:
        return {"all": True}
    return {"filter": {name: _value(name, value) for name, value in _conditions(filters or ())}}


def _conditions(filters: Sequence[str]) -> Sequence[tuple[str, Any]]:
    found: Mapping[str, Any] = query_of(filters)
    below = {"type": "include_subtypes", "folder": "include_subfolders"}
    extra = {below[name]: ["true"] for name in below if name in found and below[name] not in found}
    return list({**found, **extra}.items())


def _value(name: str, values: Any) -> Any:
    if name in {"q", "trashed", "include_subtypes", "include_subfolders"}:
        return values[-1]
    return values[0] if len(values) == 1 else values


def _listed(client: Client, file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise refused("The list can't be read", f"{file}: {error}", code="no_file") from error
    lines = [line.split(",")[0].strip().strip('"') for line in text.splitlines()]
    names = [line for line in lines if line]
    if names and names[0].casefold() in {"id", "key", "tag", "serial"}:
        names = names[1:]
    if not names:
        raise refused("The list is empty", f"{file} names no asset.", code="empty_file")
    if len(names) > _MOST_NAMED:
        return {"file": upload_file(client, file, "text/csv")}
    return {"assets": names}
