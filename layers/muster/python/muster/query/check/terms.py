"""What the checker's parts, and the functions of the language, speak of to each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, Protocol

from muster.catalog.model import FieldType
from muster.query.context import Context
from muster.query.dates import Moment
from muster.query.tree import Dialect, Expression, Name, Span, Value
from muster.replica.condition import Condition, Place

type UseKind = Literal["field_type", "asset_type", "folder", "link_type", "saved_search"]


class Kind(StrEnum):
    """How the values of a path compare. The value is what people call such a path."""

    TEXT = "a text"
    NUMBER = "a number"
    BOOLEAN = "yes or no"
    MONEY = "an amount of money"
    DATE = "a date"
    TIME = "a time of day"
    MOMENT = "a moment"
    DURATION = "a duration"
    OPTION = "a choice"
    USER = "a person"
    REFERENCE = "a reference"
    TYPE = "an asset type"
    FOLDER = "a folder"
    NETWORK = "a network address"
    MAC = "a MAC address"
    VERSION = "a version"
    FILE = "a file"
    OPAQUE = "of a form that can't be compared"
    CAUSE = "a source"
    PATH = "a folder's path"
    SCHEMA = "a root type"
    ALL_TEXT = "all texts of the asset"
    ANY = "any field"
    LINKS = "the number of linked assets"
    PRESENCE = "yes or no, by whether there is any"
    DELETED = "yes or no, by the trash"
    PRIMARY_OF = "the person whose primary asset it is"


NO_VALUES = frozenset(
    {
        Kind.ALL_TEXT,
        Kind.ANY,
        Kind.LINKS,
        Kind.PRESENCE,
        Kind.DELETED,
        Kind.PRIMARY_OF,
        Kind.PATH,
        Kind.SCHEMA,
    }
)
"""Kinds of paths that stand for no list of values."""


@dataclass(frozen=True)
class Target:
    """One meaning of a path; a label that several fields share has several."""

    place: Place
    kind: Kind
    name: str
    """The dotted name, or the built-in's."""
    field: FieldType | None = None
    """The definition, where it is a field."""


@dataclass(frozen=True)
class Stored:
    """Values in stored form, of which one has to be there; None among them is empty."""

    values: tuple[Any, ...]


@dataclass(frozen=True)
class Persons:
    """People, by member id."""

    ids: tuple[str, ...]


@dataclass(frozen=True)
class Types:
    """Asset types, by id."""

    ids: tuple[str, ...]


@dataclass(frozen=True)
class Folders:
    """Folders, by id; None is the root, so that assets in no folder are in it."""

    ids: tuple[str | None, ...]


@dataclass(frozen=True)
class Version:
    """A version, for fields of texts too."""

    text: str


@dataclass(frozen=True)
class Network:
    """An IP network or address, as CIDR text."""

    cidr: str


@dataclass(frozen=True)
class Assets:
    """The assets that meet a condition: what a sub-query gives."""

    where: Condition


@dataclass(frozen=True)
class Met:
    """What a function asks of the values at a place by itself, and of which kinds of place."""

    condition: Callable[[Place], Condition]
    kinds: frozenset[Kind]


type Values = Stored | Moment | Persons | Types | Folders | Version | Network | Assets | Met
"""What a value means: one of those listed has to be there."""


@dataclass(frozen=True)
class Remark:
    """What is right, and may not be what was meant."""

    code: str
    detail: str
    span: Span


@dataclass(frozen=True, order=True)
class Use:
    """A record that the query names: it stops to work when that goes."""

    kind: UseKind
    id: str
    name: str
    """The dotted name of a field or a type, a folder's path, the name of the others."""


class Checker(Protocol):
    """What functions may ask of the checker. All that is wrong is raised as `problem(…)`."""

    @property
    def context(self) -> Context:
        """What the query is checked against."""
        ...

    @property
    def expanding(self) -> tuple[str, ...]:
        """Ids of the saved searches that this stands in, the outermost first."""
        ...

    def expression(self, expression: Expression) -> Condition:
        """Return what an expression asks: a sub-query's, too."""
        ...

    def inside(self, search_id: str, dialect: Dialect) -> Checker:
        """Return the checker for the text of a saved search that this one names.

        What it names, and that it sees the trash, is noted here.
        """
        ...

    def targets(self, path: Name) -> tuple[Target, ...]:
        """Return the meanings of a path."""
        ...

    def stored(self, target: Target, value: Value) -> tuple[Any, ...]:
        """Return all values in stored form that this one means at a target."""
        ...

    def equal(self, target: Target, value: Value) -> Condition:
        """Return the condition of `target = value`."""
        ...

    def people(self, value: Value) -> tuple[str, ...]:
        """Return what user fields hold of the people that a value means: ids, and texts as given.

        Somebody who is no member is held by the text, and is remarked on.
        """
        ...

    def types(self, value: Value) -> tuple[str, ...]:
        """Return the ids of the types that a value means."""
        ...

    def folders(self, value: Value) -> tuple[str | None, ...]:
        """Return the ids of the folders that a value means; None is the root."""
        ...

    def user_fields(self) -> tuple[str, ...]:
        """Return the dotted names of the fields that hold people."""
        ...

    def use(self, kind: UseKind, record_id: str, name: str) -> None:
        """Note that the query names a record."""
        ...

    def remark(self, code: str, detail: str, span: Span) -> None:
        """Say what may not be what was meant."""
        ...
