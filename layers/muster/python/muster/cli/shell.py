"""What every command shares: the `--json` flag, the client, and the edge where errors end."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from muster.cli.client import Client
from muster.cli.connection import find_connection
from muster.cli.exits import CommandError, Exit, problem_lines
from muster.cli.places import Sent
from muster.cli.screen import note, show_json_error, warn
from muster.errors import MusterError

_JSON = "muster.json"


def _remember(context: typer.Context, value: bool) -> bool:
    if value:
        context.meta[_JSON] = True
    return value


JsonFlag = Annotated[
    bool,
    typer.Option("--json", help="Print the API's JSON; problems go to stderr.", callback=_remember),
]

QueryText = Annotated[
    str | None,
    typer.Option("--query", help="A query; see docs/query-language.md.", metavar="QUERY"),
]


class MusterGroup(TyperGroup):
    """A group of commands whose refusals become a message and an exit code, never a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except CommandError as error:
            _show(ctx, error.problem, error.sent)
            raise typer.Exit(error.code) from error
        except MusterError as error:
            _show(ctx, _problem(error))
            raise typer.Exit(Exit.REFUSED) from error
        except KeyboardInterrupt as error:
            note("Interrupted.")
            raise typer.Exit(Exit.INTERRUPTED) from error


def group(help_text: str, **options: Any) -> typer.Typer:
    """Return a group of commands that shows its help when it is given none."""
    return typer.Typer(
        help=help_text, no_args_is_help=True, cls=MusterGroup, rich_markup_mode="rich", **options
    )


@contextlib.contextmanager
def connected() -> Iterator[Client]:
    """Give a client of the Muster that the environment or the local stack names."""
    client = Client(find_connection(os.environ, Path.cwd()))
    try:
        yield client
    finally:
        client.close()


def _show(context: Any, problem: dict[str, Any], sent: Sent | None = None) -> None:
    if context.meta.get(_JSON):
        show_json_error(problem)
    else:
        warn(problem_lines(problem, sent))


def _problem(error: MusterError) -> dict[str, Any]:
    return {
        "title": error.title,
        "detail": error.detail,
        "code": error.code,
        "errors": [e.as_json() for e in error.errors],
        **error.extra,
    }
