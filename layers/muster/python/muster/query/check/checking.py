"""The checker itself: from a tree to a condition, an order, and what it noticed on the way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from muster.query import functions, tree
from muster.query.check import order, past, predicates
from muster.query.check.builtins import OLD_NAMES
from muster.query.check.conditions import EVERY, all_of, leaves, negated, some_of
from muster.query.check.paths import Paths
from muster.query.check.people import people_of
from muster.query.check.subject import is_empty_word
from muster.query.check.terms import Kind, Remark, Target, Use, UseKind
from muster.query.check.wording import look_for
from muster.query.context import Context
from muster.query.refusals import problem, shown
from muster.query.tree import Dialect, Name, Span, Value
from muster.replica.condition import Condition, Has, Place
from muster.replica.port import Sort

MOST_REMARKS = 50
MOST_ASKED = 1_000
"""Conditions that a query comes to, those of its saved searches included."""


@dataclass(frozen=True)
class Checked:
    """What a query asks, in what a replica knows."""

    query: tree.Query
    where: Condition
    sort: tuple[Sort, ...]
    rank: str | None
    """Words by which the answer is ranked in place of `sort`."""
    limit: int | None
    sees_trash: bool
    remarks: tuple[Remark, ...]
    uses: tuple[Use, ...]
    """The records that it names, each once, sorted."""


@dataclass
class Notes:
    """What is noticed while a query is checked, the saved searches in it included."""

    remarks: dict[Remark, None] = field(default_factory=dict)
    uses: set[Use] = field(default_factory=set)
    sees_trash: bool = False


@dataclass(frozen=True)
class QueryChecker:
    """Checks the parts of one query; see `muster.query.check.terms.Checker`."""

    context: Context
    paths: Paths
    notes: Notes = field(default_factory=Notes)
    expanding: tuple[str, ...] = ()

    def expression(self, expression: tree.Expression) -> Condition:
        """Return what an expression asks."""
        match expression:
            case tree.And(items=items):
                return all_of([self.expression(item) for item in items])
            case tree.Or(items=items):
                return some_of([self.expression(item) for item in items])
            case tree.Not(item=item):
                return negated(self.expression(item))
            case tree.Bare(word=word):
                return Has(None, look_for(word))
            case tree.Test(call=call):
                return functions.condition(call, self)
            case _:
                return self._predicate(expression)

    def _predicate(self, node: tree.Predicate) -> Condition:  # noqa: C901, PLR0911 - one arm a node
        match node:
            case tree.Compare():
                return predicates.compare(node, self)
            case tree.Match():
                return predicates.match(node, self)
            case tree.In():
                return predicates.is_in(node, self)
            case tree.Between():
                return predicates.between(node, self)
            case tree.Empty():
                return predicates.empty(node, self)
            case tree.Under():
                return predicates.under(node, self)
            case tree.Was():
                return past.was(node, self)
            case tree.Changed():
                return past.changed(node, self)
            case tree.Having():
                return self._having(node)
        raise AssertionError(node)

    def _having(self, node: tree.Having) -> Condition:
        found = functions.having(node.path, node.call, node.sign, node.number, self)
        return negated(found) if node.negated else found

    def inside(self, search_id: str, dialect: Dialect) -> QueryChecker:
        """Return the checker for the text of a saved search that this one names."""
        context = replace(self.context, dialect=dialect)
        return replace(self, context=context, expanding=(*self.expanding, search_id))

    def targets(self, path: Name) -> tuple[Target, ...]:
        """Return the meanings of a path, and note what it names."""
        found = self.paths.targets(path)
        fields = self.context.catalog.fields
        for target in found:
            names = [*target.place.hops, *([target.field.name] if target.field else [])]
            for name in dict.fromkeys(names):
                self.use("field_type", fields[name].id, name)
            if target.kind is Kind.DELETED:
                self.notes.sees_trash = True
        self._remark_on(path, found)
        return found

    def _remark_on(self, path: Name, found: tuple[Target, ...]) -> None:
        last = path.parts[-1]
        if len(found) > 1:
            names = ", ".join(shown(target.name) for target in found)
            detail = f"{shown(last)} is a label of several fields, and all are looked at: {names}."
            self.remark("several_fields", detail, path.span)
        if last.casefold() in OLD_NAMES:
            detail = f"{shown(last)} is an old name: write `any`."
            self.remark("old_name", detail, path.span)

    def stored(self, target: Target, value: Value) -> tuple[object, ...]:
        """Return all values in stored form that this one means at a target; None is empty."""
        return predicates.subject_of(target, self).stored(value)

    def equal(self, target: Target, value: Value) -> Condition:
        """Return the condition of `target = value`."""
        subject = predicates.subject_of(target, self)
        return subject.empty() if is_empty_word(value) else subject.equal((value,))

    def people(self, value: Value) -> tuple[str, ...]:
        """Return what user fields hold of the people that a value means."""
        return people_of(value, self)

    def types(self, value: Value) -> tuple[str, ...]:
        """Return the ids of the types that a value means."""
        found = self.stored(Target(Place("type"), Kind.TYPE, "type"), value)
        return tuple(str(each) for each in found)

    def folders(self, value: Value) -> tuple[str | None, ...]:
        """Return the ids of the folders that a value means; None is the root."""
        found = self.stored(Target(Place("folder"), Kind.FOLDER, "folder"), value)
        return tuple(None if each is None else str(each) for each in found)

    def user_fields(self) -> tuple[str, ...]:
        """Return the dotted names of the fields that hold people."""
        fields = self.context.catalog.fields
        return tuple(sorted(name for name, f in fields.items() if f.kind == "user"))

    def use(self, kind: UseKind, record_id: str, name: str) -> None:
        """Note that the query names a record."""
        self.notes.uses.add(Use(kind, record_id, name))

    def remark(self, code: str, detail: str, span: Span) -> None:
        """Say what may not be what was meant, once. In a saved search there is no place for it."""
        if not self.expanding and len(self.notes.remarks) < MOST_REMARKS:
            self.notes.remarks[Remark(code, detail, span)] = None


def check(query: tree.Query, context: Context) -> Checked:
    """Return what a query asks of a tenant; raises InvalidQueryError."""
    checker = QueryChecker(context, Paths(context.catalog))
    where = EVERY if query.where is None else checker.expression(query.where)
    _require_room(where, query)
    rank = order.rank_of(query, checker)
    sort = order.sort_of(query, checker)
    notes = checker.notes
    return Checked(
        query=query,
        where=where,
        sort=sort,
        rank=rank,
        limit=query.limit,
        sees_trash=notes.sees_trash,
        remarks=tuple(sorted(notes.remarks, key=lambda remark: remark.span)),
        uses=tuple(sorted(notes.uses)),
    )


def _require_room(where: Condition, query: tree.Query) -> None:
    """Refuse what grows beyond measure by labels that many fields share, and saved searches."""
    asked = leaves(where)
    if asked > MOST_ASKED:
        detail = (
            f"The query asks {asked:,} things, and at most {MOST_ASKED:,} (the limit of "
            "conditions) are looked at: use dotted names in place of labels that many fields share."
        )
        raise problem("limit_exceeded", detail, (0, len(query.text)))
