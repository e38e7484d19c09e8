"""Values that are one of what the tenant has: options, types, folders, sources."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from muster.catalog.load import path_steps
from muster.ledger.model import Cause
from muster.query import tree
from muster.query.check.conditions import EVERY
from muster.query.check.names import Choice, Names
from muster.query.check.subject import Subject
from muster.query.check.terms import Folders, Stored, Types, Values
from muster.query.check.wording import Verb
from muster.query.refusals import InvalidQueryError, nearest, problem, shown
from muster.query.tree import Word
from muster.replica.condition import Condition, InFolder
from muster.text import fold

_VERBS = ("~", "LIKE", "HAS", "STARTSWITH", "ENDSWITH", "MATCHES")


class NamedSubject(Subject):
    """Values that have names: the operators of texts look into the names."""

    operators: ClassVar[tuple[str, ...]] = ("=", "!=", "IN", "IS EMPTY", *_VERBS)
    noun: ClassVar[str]

    @abstractmethod
    def choices(self) -> Iterable[Choice]:
        """Yield what there is."""

    @property
    def names(self) -> Names:
        """What there is by name; made once for a query."""
        kept = self.checker.context.kept
        key = type(self), self.target.name
        if key not in kept:
            kept[key] = Names(self.choices())
        found: Names = kept[key]
        return found

    def find(self, word: Word) -> tuple[str | None, ...]:
        """Return what a word names: by id, or else by name."""
        return self.names.called(word.text)

    def read(self, word: Word) -> Values:
        """Take the word as a name; raises InvalidQueryError for one that nothing has."""
        found = self.find(word)
        if not found:
            raise self.unknown(word)
        for stored in found:
            self.note(stored, word)
        return Stored(found)

    def note(self, stored: str | None, word: Word) -> None:
        """Note that a word of the query names this one."""

    def unknown(self, word: Word) -> InvalidQueryError:
        """Return the refusal of a name that nothing has."""
        names = [choice.names[0] for choice in self.names.choices]
        near = nearest(word.text, names)
        some = "" if near or not names else f" There are: {', '.join(map(shown, names[:12]))}."
        detail = f"{shown(self.target.name)} has no {self.noun} {shown(word.text)}.{some}"
        return problem("unknown_value", detail, word.span, expected=names[:50], suggestions=near)

    def text(self, verb: Verb, word: Word) -> Condition:
        """Look into the names."""
        return self.one_of(self.names.said(verb, word))

    def near(self, word: Word) -> Condition:
        """Look for names that have the words, or such as are like them."""
        return self.one_of(self.names.near(word))


class OptionSubject(NamedSubject):
    """Options of a select or status field, by id or label."""

    noun = "option"

    def choices(self) -> Iterator[Choice]:
        """Yield the options; retired ones come last."""
        for option in sorted(self.field.options, key=lambda o: o.retired):
            yield Choice(option.id, (option.label,))

    def note(self, stored: str | None, word: Word) -> None:
        """Remark on a retired one."""
        if any(o.id == stored and o.retired for o in self.field.options):
            detail = "This option is retired: only assets that had it before have it still."
            self.checker.remark("retired_option", detail, word.span)


class TypeSubject(NamedSubject):
    """Asset types, by id, dotted name or label."""

    operators: ClassVar[tuple[str, ...]] = ("=", "!=", "IN", "UNDER", "IS EMPTY", *_VERBS)
    noun = "asset type"

    def choices(self) -> Iterator[Choice]:
        """Yield the types."""
        for kind in self.checker.context.catalog.types.values():
            yield Choice(kind.id, (kind.label, kind.name))

    def find(self, word: Word) -> tuple[str | None, ...]:
        """Return the types of this id, or else dotted name, or else label."""
        folded = fold(word.text)
        types = self.checker.context.catalog.types
        found = super().find(word)
        named = tuple(t for t in found if t is not None and fold(types[t].name) == folded)
        return named or found

    def note(self, stored: str | None, word: Word) -> None:  # noqa: ARG002 - not its place
        """Note the type."""
        types = self.checker.context.catalog.types
        if stored is not None and stored in types:
            self.checker.use("asset_type", stored, types[stored].name)

    def meaning(self, value: tree.Value) -> Values:
        """Take types that a function gives as stored."""
        meant = super().meaning(value)
        return Stored(meant.ids) if isinstance(meant, Types) else meant

    def under(self, value: tree.Value) -> Condition:
        """Ask for the types and all below them."""
        catalog = self.checker.context.catalog
        found = [t for stored in self.stored(value) for t in catalog.subtypes(str(stored))]
        return self.one_of(tuple(sorted(set(found))))


class SchemaSubject(TypeSubject):
    """Topmost types: asked for one, all types below it answer."""

    operators = ("=", "!=", "IN", "IS EMPTY", *_VERBS)
    noun = "root type"

    def choices(self) -> Iterator[Choice]:
        """Yield the types that have none above them."""
        for kind in self.checker.context.catalog.types.values():
            if self._root(kind.id) == kind.id:
                yield Choice(kind.id, (kind.label, kind.name))

    def _root(self, type_id: str) -> str:
        return list(self.checker.context.catalog.ancestors(type_id))[-1].id

    def one_of(self, stored: tuple[object, ...], *, exact: bool = False) -> Condition:
        """Return the condition that the type is one of these, or below it."""
        catalog = self.checker.context.catalog
        below = {t for root in stored for t in catalog.subtypes(str(root))}
        return super().one_of(tuple(sorted(below)), exact=exact)

    def under(self, value: tree.Value) -> Condition:
        """Refuse: what is below a root type is all that `=` finds."""
        raise self.unfit("UNDER", value.span)


class FolderSubject(NamedSubject):
    """Folders, by id, name or path."""

    operators = ("=", "!=", "IN", "UNDER", "IS EMPTY", *_VERBS)
    noun = "folder"

    def choices(self) -> Iterator[Choice]:
        """Yield the folders by name."""
        for folder in self.checker.context.folders.by_id.values():
            yield Choice(folder.id, (folder.name,))

    def find(self, word: Word) -> tuple[str | None, ...]:
        """Return the folders of this id or name, or the one at a path; None is the root."""
        if "/" not in word.text:
            return super().find(word)
        steps = path_steps(word.text)
        if not steps:
            return (None,)
        found = self.checker.context.folders.find(steps)
        return () if found is None else (found,)

    def unknown(self, word: Word) -> InvalidQueryError:
        """Propose paths where a path was written."""
        if "/" not in word.text:
            return super().unknown(word)
        folders = self.checker.context.folders
        near = nearest(word.text, map(folders.path_of, folders.by_id))
        detail = f"There is no folder at {shown(word.text)}."
        return problem("unknown_value", detail, word.span, suggestions=near)

    def note(self, stored: str | None, word: Word) -> None:  # noqa: ARG002 - not its place
        """Note the folder."""
        if stored is not None:
            path = self.checker.context.folders.path_of(stored)
            self.checker.use("folder", stored, path)

    def meaning(self, value: tree.Value) -> Values:
        """Take folders that a function gives as stored."""
        meant = super().meaning(value)
        return Stored(meant.ids) if isinstance(meant, Folders) else meant

    def under(self, value: tree.Value) -> Condition:
        """Ask for the folders and all that lies in them; everything lies below the root."""
        found = self.stored(value)
        if None in found and not self.place.hops:
            return EVERY
        ids = tuple(None if folder is None else str(folder) for folder in found)
        return InFolder(ids, self.place.hops)


class PathSubject(NamedSubject):
    """The paths of folders, as texts: `/Berlin/Office 2`; of what is in none, `/`."""

    operators = ("=", "!=", "IN", *_VERBS)
    noun = "path"

    def choices(self) -> Iterator[Choice]:
        """Yield the root and the folders by path."""
        folders = self.checker.context.folders
        yield Choice(None, ("/",))
        for folder_id in folders.by_id:
            yield Choice(folder_id, (folders.path_of(folder_id),))

    def equal(self, values: Sequence[tree.Value], *, exact: bool = False) -> Condition:
        """Ask for the folders at these paths; a path is a text, so that there may be none."""
        found = [folder for value in values for folder in self.stored(value)]
        return self.one_of(tuple(found), exact=exact)

    def read(self, word: Word) -> Values:
        """Take the word as a path."""
        return Stored(self.find(word))

    def find(self, word: Word) -> tuple[str | None, ...]:
        """Return the folder at a path that is written as it is, case and accents apart."""
        folders = self.checker.context.folders
        steps = path_steps(word.text)
        if fold(word.text) != fold("/" + "/".join(steps)):
            return ()
        found = folders.find(steps)
        return (found,) if found is not None or not steps else ()


class CauseSubject(NamedSubject):
    """What wrote the asset last: `api`, `import` and so on."""

    noun = "source"
    operators = ("=", "!=", "IN", *_VERBS)

    def choices(self) -> Iterator[Choice]:
        """Yield the sources."""
        for cause in Cause:
            yield Choice(cause.value, (cause.value,))
