"""`muster find`: what a query finds, how many, and how it is come by."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import chain
from typing import Annotated, Any

import typer

from muster.cli.client import Client
from muster.cli.exits import usage
from muster.cli.screen import cell, note, say, show_json, show_pairs, show_table
from muster.cli.shell import JsonFlag, connected
from muster.csvtext import safe_cell

COLUMNS = ("key", "name", "type", "tag", "serial", "folder", "updated")
"""What is shown of assets where nobody says."""
_STAMPS = frozenset({"created", "updated"})
_PAGE = 500
_PLACE = "/v1/search"


class Dialect(StrEnum):
    """Whose habits a query follows."""

    MUSTER = "muster"
    NQL = "nql"
    AQL = "aql"


DialectName = Annotated[
    Dialect, typer.Option(help="`nql`: as in Asset Tracker; `aql`: as in Atlassian Assets.")
]
Zone = Annotated[str | None, typer.Option(help="Whose days are meant, such as Europe/Berlin.")]
Fields = Annotated[str | None, typer.Option(help="Columns, such as key,name,computer.cpu.")]


def find(  # noqa: PLR0913 - a parameter is an option
    query: Annotated[
        str,
        typer.Argument(
            help="A query, such as: type = Laptop AND warranty.end < +30d ORDER BY name.",
            metavar="QUERY",
        ),
    ],
    *,
    dialect: DialectName = Dialect.MUSTER,
    parameters: Annotated[
        list[str] | None,
        typer.Option(
            "--param",
            "-p",
            help="Value of a placeholder: owner=ann fills ${owner}.",
            metavar="NAME=VALUE",
        ),
    ] = None,
    time_zone: Zone = None,
    fields: Fields = None,
    limit: Annotated[int, typer.Option(min=0, help="How many at most; 0 shows all.")] = 50,
    everything: Annotated[bool, typer.Option("--all", help="Show all that is found.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    count: Annotated[bool, typer.Option("--count", help="Only say how many there are.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Tell how the answer is come by.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Find assets by a query; see docs/query-language.md."""
    if count + explain + as_csv > 1 or (as_csv and as_json):
        raise usage("Give one of --count, --explain, --csv and --json.")
    asked = {"query": query, "dialect": dialect.value, "parameters": _values(parameters or ())}
    if time_zone is not None:
        asked["time_zone"] = time_zone
    with connected() as client:
        if count:
            _count(client, asked, as_json=as_json)
        elif explain:
            _explain(client, asked, as_json=as_json)
        else:
            how = "csv" if as_csv else "json" if as_json else "table"
            _find(client, asked, None if everything else limit or None, fields, how)


def _values(given: Sequence[str]) -> dict[str, str]:
    values = {}
    for each in given:
        name, separator, value = each.partition("=")
        if not separator or not name:
            raise usage(f"{each!r} is no parameter: write name=value.")
        values[name] = value
    return values


def _find(
    client: Client, asked: Mapping[str, Any], limit: int | None, fields: str | None, how: str
) -> None:
    columns = [name.strip() for name in fields.split(",")] if fields else list(COLUMNS)
    pages = _pages(client, {**asked, "count": "estimate"}, limit)
    first = next(pages)
    if how == "csv":
        write_csv(columns, first, pages)
    else:
        more = list(pages)
        items = [item for page in (first, *more) for item in page["items"]]
        if how == "json":
            members = {name: first.get(name) for name in ("total", "total_is_exact", "warnings")}
            cursor = (more or [first])[-1].get("next_cursor")
            show_json({"items": items, **members, "next_cursor": cursor})
            return
        show_table(columns, [line_of(item, columns) for item in items])
        _say_of_how_many(len(items), first)
    _warn(first)


def _pages(client: Client, asked: Mapping[str, Any], limit: int | None) -> Iterator[dict[str, Any]]:
    """Yield pages until there are so many assets, None: all."""
    body, left = dict(asked), limit
    while True:
        body["limit"] = _PAGE if left is None else min(left, _PAGE)
        page = client.ask(_PLACE, body).body
        yield page
        body["cursor"] = page.get("next_cursor")
        body.pop("count", None)
        left = None if left is None else left - len(page["items"])
        if not body["cursor"] or left == 0:
            return


def line_of(item: Mapping[str, Any], columns: Sequence[str]) -> list[Any]:
    """Return an asset's values of these columns."""
    return [_value(item, name) for name in columns]


def _value(item: Mapping[str, Any], name: str) -> Any:
    if name in _STAMPS:
        return item[name]["at"]
    if name in item:
        return item[name]
    return item.get("custom_fields", {}).get(name)


def write_csv(
    columns: Sequence[str], first: Mapping[str, Any], pages: Iterator[Mapping[str, Any]]
) -> None:
    """Print pages of assets as CSV."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(columns)
    for page in chain([first], pages):
        # No spreadsheet is to run what somebody wrote into a name.
        out.writerows(
            [safe_cell(cell(v)) for v in line_of(each, columns)] for each in page["items"]
        )


def _say_of_how_many(shown: int, first: Mapping[str, Any]) -> None:
    total = first["total"]
    if shown < total:
        least = "" if first["total_is_exact"] else "at least "
        note(f"{shown} of {least}{total:,}; --all shows all.")


def _count(client: Client, asked: Mapping[str, Any], *, as_json: bool) -> None:
    found = client.ask(f"{_PLACE}/count", asked).body
    if as_json:
        show_json(found)
        return
    say(str(found["count"]))
    if not found["is_exact"]:
        note("There are at least so many.")
    _warn(found)


def _explain(client: Client, asked: Mapping[str, Any], *, as_json: bool) -> None:
    found = client.ask(f"{_PLACE}/explain", asked).body
    if as_json:
        show_json(found)
        return
    lines = [(each["says"], _listed(each), each["use"]) for each in found["conditions"]]
    show_table(("condition", "index lists", "use"), lines)
    order = found["order"] + (" (given up: too few were found so)" if found["given_up"] else "")
    show_pairs(
        [
            ("query", found["canonical"]),
            ("order", order),
            ("found", found["found"]),
            ("looked at", f"{found['looked_at']} of {found['assets']}"),
            ("took", f"{found['milliseconds']} ms"),
        ]
    )
    _warn(found)


def _listed(condition: Mapping[str, Any]) -> str:
    if condition["lists"] is None:
        return "not listed"
    return f"{'more than ' if condition['more'] else ''}{condition['lists']}"


def _warn(found: Mapping[str, Any]) -> None:
    for each in found.get("warnings", ()):
        note(f"Note: {each['detail']}")
