"""Conditions on assets as a replica is asked them: names are resolved, values are in stored form.

A condition is true or false of each asset, never unknown. An asset in the trash is not there: not
for references and links that lead to it either, unless the query asks for the trash.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

type Sign = Literal["=", "!=", "<", "<=", ">", ">="]


@dataclass(frozen=True)
class Place:
    """Where an asset's values are looked for.

    `leaf` is a column (`id key name description tag serial type folder created_at updated_at
    created_by updated_by source`, the last being the cause of the commit that made it, and
    `deleted`, whether it lies in the trash), the dotted name of a field, or `@images`, `@files`.
    `hops` are reference fields, by dotted name, that lead from the asset to others, whose values
    these then are: all that are reached, each once.
    """

    leaf: str
    hops: tuple[str, ...] = ()


@dataclass(frozen=True)
class Every:
    """True of every asset."""


@dataclass(frozen=True)
class All:
    """All of these; of none it is true."""

    items: tuple[Condition, ...]


@dataclass(frozen=True)
class Some:
    """One of these at least; of none it is false."""

    items: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """The complement."""

    item: Condition


@dataclass(frozen=True)
class Empty:
    """There is no value: none, an empty text and an empty list are the same."""

    place: Place


@dataclass(frozen=True)
class Equal:
    """Some value is one of these. `exact`: of texts, case and accents count.

    Values are in stored form: text, number, boolean, ids, `{"minor", "currency"}`, `YYYY-MM-DD`,
    RFC 3339 UTC text; of the columns of time aware datetimes.
    """

    place: Place
    values: tuple[Any, ...]
    exact: bool = False


@dataclass(frozen=True)
class Within:
    """Some value lies between the bounds; one that is None is no bound.

    Numbers compare with numbers, texts (and so days and times) with texts without regard to case
    and accents, money with money of its currency.
    """

    place: Place
    low: Any = None
    high: Any = None
    low_included: bool = True
    high_included: bool = True


@dataclass(frozen=True)
class Like:
    """Some text has this in it, begins or ends so, or is of a pattern; case and accents apart.

    In a pattern `*` is any run and `?` any one character, and it is the whole text.
    """

    place: Place
    text: str
    how: Literal["contains", "starts", "ends", "matches"] = "contains"


@dataclass(frozen=True)
class Has:
    """Some text has these words, one behind the other. Place None: any text of the asset."""

    place: Place | None
    text: str


@dataclass(frozen=True)
class Near:
    """Each word of this is in some text as `muster.text.is_near` has it.

    Place None: any text of the asset; the words needn't be in the same one.
    """

    place: Place | None
    text: str


@dataclass(frozen=True)
class Anywhere:
    """Some field or column, whichever, equals one of these, as in Equal."""

    values: tuple[Any, ...]
    exact: bool = False


@dataclass(frozen=True)
class InNetwork:
    """Some value is an IP address or a network that lies in this network (CIDR text)."""

    place: Place
    network: str


@dataclass(frozen=True)
class Versioned:
    """Some value, read as a version, compares so with this one: see `muster.versions`."""

    place: Place
    sign: Sign
    version: str


@dataclass(frozen=True)
class Only:
    """There are values, and each is one of these."""

    place: Place
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Unlisted:
    """Some value begins with `prefix`, and is none of these: people who are members no more."""

    place: Place
    prefix: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Count:
    """The number of values compares so."""

    place: Place
    sign: Sign
    number: int


@dataclass(frozen=True)
class InFolder:
    """The asset lies in one of these folders (ids), or below. None among them: everything."""

    folders: tuple[str | None, ...]
    hops: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edges:
    """Which of the steps from asset to asset count: links and references are one graph.

    A link of type T from A to B, and a reference field of A that names B, lead outwards from A to
    B and inwards from B to A. Both tuples None: all. Links of a symmetric type lead both ways.
    """

    direction: Literal["in", "out", "any"] = "any"
    link_types: tuple[str, ...] | None = None
    """Ids."""
    fields: tuple[str, ...] | None = None
    """Dotted names of reference fields."""


@dataclass(frozen=True)
class Related:
    """The number of assets one step away that meet `where` compares so; each counts once.

    `in`: those that lead to the asset; `out`: those that it leads to.
    """

    edges: Edges
    where: Condition
    sign: Sign = ">="
    number: int = 1


@dataclass(frozen=True)
class Reachable:
    """The asset can be reached from one that meets `seeds`, in 1 to `depth` steps.

    Direction `out` walks with the edges, away from the seeds; `in` walks against them. A seed that
    can't be reached from another seed, or by a circle, is only in it with `seeds_too`.
    """

    seeds: Condition
    edges: Edges
    depth: int | None = None
    seeds_too: bool = False


@dataclass(frozen=True)
class Period:
    """From the first moment on and before the second; None is open."""

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True)
class Was:
    """At some moment of the period some value was one of these; None among them is empty.

    Now belongs to "some moment". What is known begins with the asset's creation.
    """

    place: Place
    values: tuple[Any, ...]
    period: Period = field(default_factory=Period)


@dataclass(frozen=True)
class Changed:
    """A commit in the period changed the values, and all of what is asked holds of that commit.

    `before`: one of these was there before and is gone; `after`: one of these is new; None among
    them is empty. `by`: ids of actors. None: not asked. The creation is no change.
    """

    place: Place
    before: tuple[Any, ...] | None = None
    after: tuple[Any, ...] | None = None
    by: tuple[str, ...] | None = None
    period: Period = field(default_factory=Period)


@dataclass(frozen=True)
class Duplicate:
    """Another asset has an equal value here."""

    place: Place


type Condition = (
    Every
    | All
    | Some
    | Not
    | Empty
    | Equal
    | Within
    | Like
    | Has
    | Near
    | Anywhere
    | InNetwork
    | Versioned
    | Only
    | Unlisted
    | Count
    | InFolder
    | Related
    | Reachable
    | Was
    | Changed
    | Duplicate
)
"""Places of Was, Changed and Duplicate have no hops."""
