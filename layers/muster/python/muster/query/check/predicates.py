"""What a predicate asks of a path, whose values may be those of several fields together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from muster.query import tree
from muster.query.check.assets import (
    AllTextSubject,
    AnySubject,
    DeletedSubject,
    FileSubject,
    LinksSubject,
    OpaqueSubject,
    PresenceSubject,
    ReferenceSubject,
)
from muster.query.check.conditions import all_of, negated, some_of
from muster.query.check.measures import (
    BooleanSubject,
    DurationSubject,
    MoneySubject,
    NumberSubject,
)
from muster.query.check.named import (
    CauseSubject,
    FolderSubject,
    OptionSubject,
    PathSubject,
    SchemaSubject,
    TypeSubject,
)
from muster.query.check.people import PrimaryOfSubject, UserSubject
from muster.query.check.subject import Subject, is_empty_word
from muster.query.check.terms import Checker, Kind, Target
from muster.query.check.texts import MacSubject, NetworkSubject, TextSubject, VersionSubject
from muster.query.check.times import DateSubject, MomentSubject, TimeSubject
from muster.query.refusals import InvalidQueryError, problem, shown
from muster.query.tree import Span, Word
from muster.replica.condition import Condition

_SUBJECTS: dict[Kind, type[Subject]] = {
    Kind.TEXT: TextSubject,
    Kind.NUMBER: NumberSubject,
    Kind.BOOLEAN: BooleanSubject,
    Kind.MONEY: MoneySubject,
    Kind.DATE: DateSubject,
    Kind.TIME: TimeSubject,
    Kind.MOMENT: MomentSubject,
    Kind.DURATION: DurationSubject,
    Kind.OPTION: OptionSubject,
    Kind.USER: UserSubject,
    Kind.REFERENCE: ReferenceSubject,
    Kind.TYPE: TypeSubject,
    Kind.FOLDER: FolderSubject,
    Kind.NETWORK: NetworkSubject,
    Kind.MAC: MacSubject,
    Kind.VERSION: VersionSubject,
    Kind.FILE: FileSubject,
    Kind.OPAQUE: OpaqueSubject,
    Kind.CAUSE: CauseSubject,
    Kind.PATH: PathSubject,
    Kind.SCHEMA: SchemaSubject,
    Kind.ALL_TEXT: AllTextSubject,
    Kind.ANY: AnySubject,
    Kind.LINKS: LinksSubject,
    Kind.PRESENCE: PresenceSubject,
    Kind.DELETED: DeletedSubject,
    Kind.PRIMARY_OF: PrimaryOfSubject,
}
_NEVER_EMPTY = frozenset({Kind.ALL_TEXT, Kind.ANY, Kind.PRESENCE, Kind.DELETED})


def subject_of(target: Target, checker: Checker) -> Subject:
    """Return what answers for a target's values."""
    return _SUBJECTS[target.kind](checker, target)


def operators_of(target: Target) -> tuple[str, ...]:
    """Return the operators that suit a target, for completion."""
    return _SUBJECTS[target.kind].operators


type Ask = Callable[[Subject], Condition]


def compare(node: tree.Compare, checker: Checker) -> Condition:
    """Return what `path sign value` asks."""
    subjects = _subjects(node.path, checker)
    value = node.value
    match node.sign:
        case "=" | "==":
            return _equal(subjects, (value,), node.sign, checker)
        case "!=":
            equal = _equal(subjects, (value,), "=", checker)
            words = checker.context.dialect == "nql" and _has_words(subjects, value)
            return negated(equal) if words else _other(subjects, equal)
        case "~":
            return _near(subjects, value)
        case "!~":
            return negated(_near(subjects, value))
        case "<" | "<=" | ">" | ">=" as sign:
            return _some(subjects, lambda subject: subject.ordered(sign, value))


def match(node: tree.Match, checker: Checker) -> Condition:
    """Return what `path [NOT] LIKE value` and its relatives ask."""
    word = _word(node.value, node.verb)
    found = _some(_subjects(node.path, checker), lambda subject: subject.text(node.verb, word))
    return negated(found) if node.negated else found


def is_in(node: tree.In, checker: Checker) -> Condition:
    """Return what `path [NOT] IN [CASE] (…)` asks."""
    subjects = _subjects(node.path, checker)
    empty = [value for value in node.values if is_empty_word(value)]
    values = [value for value in node.values if not is_empty_word(value)]
    found: list[Condition] = []
    if empty:
        found.append(_empty(subjects, node.span))
    if values:
        found.append(_some(subjects, lambda subject: subject.equal(values, exact=node.case)))
    return _other(subjects, some_of(found)) if node.negated else some_of(found)


def between(node: tree.Between, checker: Checker) -> Condition:
    """Return what `path [NOT] BETWEEN low AND high` asks."""
    subjects = _subjects(node.path, checker)
    found = _some(subjects, lambda subject: subject.between(node.low, node.high))
    return negated(found) if node.negated else found


def empty(node: tree.Empty, checker: Checker) -> Condition:
    """Return what `path IS [NOT] EMPTY` asks."""
    found = _empty(_subjects(node.path, checker), node.span)
    return negated(found) if node.negated else found


def under(node: tree.Under, checker: Checker) -> Condition:
    """Return what `path [NOT] UNDER value` asks."""
    found = _some(_subjects(node.path, checker), lambda subject: subject.under(node.value))
    return negated(found) if node.negated else found


def _subjects(path: tree.Name, checker: Checker) -> list[Subject]:
    return [subject_of(target, checker) for target in checker.targets(path)]


def _equal(
    subjects: Sequence[Subject], values: tuple[tree.Value], sign: str, checker: Checker
) -> Condition:
    (value,) = values
    if is_empty_word(value):
        return _empty(subjects, value.span)
    nql = sign == "=" and checker.context.dialect == "nql"

    def ask(subject: Subject) -> Condition:
        if nql and subject.holds_words() and isinstance(value, Word):
            return subject.text("HAS", value)
        return subject.equal(values, exact=sign == "==")

    return _some(subjects, ask)


def _has_words(subjects: Sequence[Subject], value: tree.Value) -> bool:
    return isinstance(value, Word) and all(subject.holds_words() for subject in subjects)


def _near(subjects: Sequence[Subject], value: tree.Value) -> Condition:
    word = _word(value, "~")
    return _some(subjects, lambda subject: subject.near(word))


def _other(subjects: Sequence[Subject], equal: Condition) -> Condition:
    """Return the condition that there is a value, and none that is equal."""
    there = some_of([subject.present() for subject in subjects])
    return all_of([there, negated(equal)])


def _empty(subjects: Sequence[Subject], span: Span) -> Condition:
    for subject in subjects:
        if subject.target.kind in _NEVER_EMPTY:
            raise subject.unfit("IS EMPTY", span)
    return all_of([subject.empty() for subject in subjects])


def _some(subjects: Sequence[Subject], ask: Ask) -> Condition:
    """Return the condition that one of the subjects meets what is asked.

    Of several, those that the question does not suit are left out as long as it suits one.
    """
    found: list[Condition] = []
    wrong: list[InvalidQueryError] = []
    for subject in subjects:
        try:
            found.append(ask(subject))
        except InvalidQueryError as error:
            wrong.append(error)
    if not found:
        raise wrong[0]
    return some_of(found)


def _word(value: tree.Value, operator: str) -> Word:
    if isinstance(value, Word):
        return value
    detail = f"{operator} compares with a text, not with what {shown(value.name)} gives."
    raise problem("wrong_type", detail, value.span, expected=["a text"])
