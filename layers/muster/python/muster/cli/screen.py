"""What a command writes: tables on a terminal, tab-separated lines in a pipe, JSON for scripts."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

Row = Sequence[Any]
Report = Callable[[int, int], None]
"""Told how many of how many are done."""


def is_terminal() -> bool:
    """Tell whether a person looks at the output."""
    return sys.stdout.isatty()


def is_person() -> bool:
    """Tell whether somebody is there to answer a question."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def console(*, error: bool = False) -> Console:
    """Return a Rich console that takes text as it is: no markup, no emoji codes, no guessing."""
    from rich.console import Console  # 60 ms that `muster --help` and `--json` do without

    return Console(stderr=error, markup=False, emoji=False, highlight=False)


def show_json(value: Any) -> None:
    """Print a value as JSON on stdout, for scripts."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def show_json_error(value: Any) -> None:
    """Print a problem as JSON on stderr, so that stdout holds a result or nothing."""
    print(json.dumps(value, ensure_ascii=False, indent=2), file=sys.stderr)


def say(*lines: str) -> None:
    """Print lines on stdout."""
    for line in lines:
        print(clean(line))


def note(*lines: str) -> None:
    """Print lines on stderr, where they don't get into a pipe."""
    for line in lines:
        print(clean(line), file=sys.stderr)


def warn(lines: Iterator[str]) -> None:
    """Print an error on stderr: red on a terminal, unless NO_COLOR is set."""
    if not sys.stderr.isatty() or os.environ.get("NO_COLOR"):
        note(*lines)
        return
    out = console(error=True)
    for number, line in enumerate(lines):
        out.print(clean(line), style="bold red" if number == 0 else "red", soft_wrap=True)


def show_table(columns: Sequence[str], rows: Sequence[Row], *, title: str | None = None) -> None:
    """Print rows under their columns; in a pipe one line a row, the cells separated by tabs."""
    if not is_terminal():
        if title:
            say(title)
        print("\t".join(columns))
        for row in rows:
            print("\t".join(cell(value) for value in row))
        return
    from rich import box
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(cell(value) for value in row))
    console().print(table)


def show_pairs(pairs: Sequence[tuple[str, Any]]) -> None:
    """Print names with their values, one a line."""
    if not is_terminal():
        for name, value in pairs:
            print(f"{name}\t{cell(value)}")
        return
    from rich.table import Table

    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold")
    grid.add_column(overflow="fold")
    for name, value in pairs:
        grid.add_row(name, cell(value))
    console().print(grid)


@contextlib.contextmanager
def progress(title: str) -> Iterator[Report]:
    """Give a function to report progress to: a bar on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    bar = Progress(
        "{task.description}",
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console(error=True),
        transient=True,
    )
    with bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


def ask(question: str) -> bool:
    """Ask a person; anything but yes is no."""
    print(f"{question} [y/N] ", end="", flush=True)
    return sys.stdin.readline().strip().casefold() in {"y", "yes"}


def cell(value: Any) -> str:
    """Return a JSON value of the API as one line that a person reads."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return _object_words(value)
    if isinstance(value, list | tuple):
        return ", ".join(cell(item) for item in value)
    return clean(str(value))


def _object_words(value: Mapping[str, Any]) -> str:
    if {"amount", "currency"} <= value.keys():
        return clean(f"{value['amount']} {value['currency']}")
    if value.get("key") and value.get("name"):
        return clean(f"{value['key']} {value['name']}")
    for member in ("label", "path", "name", "key", "tag", "id"):
        if value.get(member):
            return clean(str(value[member]))
    return clean(json.dumps(value, ensure_ascii=False))


def clean(text: str) -> str:
    """Return the text without control characters: data can't move the cursor or break a line."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == " " else _visible(c) for c in text)


def _visible(character: str) -> str:
    if character in "\t\r\n\v\f\u2028\u2029":
        return " "
    return f"\\x{ord(character):02x}" if ord(character) < 256 else "\ufffd"  # noqa: PLR2004
