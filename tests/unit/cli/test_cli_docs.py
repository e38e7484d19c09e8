"""docs/cli.md against the command itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from muster.cli.exits import Exit
from muster.cli.main import app

DOCS = (Path(__file__).parents[3] / "docs" / "cli.md").read_text()


def commands(command: Any, path: str = "muster") -> Iterator[str]:
    if not hasattr(command, "commands"):
        yield path
        return
    for name, child in command.commands.items():
        yield from commands(child, f"{path} {name}")


def test_the_docs_list_every_command_and_no_other() -> None:
    """A command that is added or renamed shows up in the table."""
    listed = {
        " ".join(word for word in found.split() if not word.isupper())
        for found in re.findall(r"^\| `(muster [^`]+)`", DOCS, re.MULTILINE)
    }

    assert listed == set(commands(get_command(app)))


def test_the_docs_list_every_exit_code() -> None:
    """The codes are those of the enumeration."""
    assert {int(n) for n in re.findall(r"^\| (\d+) \|", DOCS, re.MULTILINE)} == set(Exit)


def test_help_lists_every_exit_code() -> None:
    """So does `muster --help`."""
    epilog = str(get_command(app).epilog)

    assert {int(n) for n in re.findall(r"\b\d+\b", epilog)} == set(Exit)
