"""What a function is, apart from what it does: its names, what it takes, where it may stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

type Use = Literal[
    "condition", "date", "people", "types", "folders", "version", "having", "related"
]
"""Where a function may stand: by itself, as one of these values, behind `path HAVING`; `related`
also behind `object HAVING`, with a number."""


@dataclass(frozen=True)
class Parameter:
    """One of a function's parameters. Without `many` it takes one argument, or one list."""

    name: str
    optional: bool = False
    many: bool = False
    also: tuple[str, ...] = ()
    """Other names for it."""

    @property
    def names(self) -> frozenset[str]:
        """All its names, folded."""
        return frozenset(name.casefold() for name in (self.name, *self.also))


@dataclass(frozen=True)
class Signature:
    """A function: its names, the first of which is the usual one, and what it is for."""

    names: tuple[str, ...]
    form: str
    """How it is written, `[…]` for what may be left out."""
    doc: str
    example: str
    """A query."""
    uses: tuple[Use, ...]
    parameters: tuple[Parameter, ...] = ()
    waits_for: str | None = None
    """What has to be connected to Muster before it answers; None for a function that does."""

    @property
    def name(self) -> str:
        """The usual name."""
        return self.names[0]


@dataclass(frozen=True)
class Group:
    """Functions that are shown together."""

    title: str
    functions: tuple[Signature, ...]
