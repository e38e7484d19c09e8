"""Values that are people."""

from __future__ import annotations

from collections.abc import Sequence

from muster.ids import is_id
from muster.query import tree
from muster.query.check.conditions import NEVER, negated, some_of
from muster.query.check.names import Choice, Names
from muster.query.check.subject import Subject
from muster.query.check.terms import Checker, Persons, Stored, Values
from muster.query.check.wording import HOW, Verb, look_for, piece
from muster.query.refusals import nearest, problem, shown
from muster.query.tree import Word
from muster.replica.condition import Condition, Equal, Has, Like, Near

_VERBS = ("~", "LIKE", "HAS", "STARTSWITH", "ENDSWITH", "MATCHES")


def people_of(value: tree.Value, checker: Checker) -> tuple[str, ...]:
    """Return what user fields hold of the people that a value means: ids, and the text as given.

    Somebody who is no member is remarked on.
    """
    if not isinstance(value, Word):
        return members_given(value, checker)
    text = value.text.strip()
    found = [member.id for member in checker.context.people.called(text)]
    if found and text in found:
        return tuple(found)
    if not found and not is_id("member", text):
        detail = f"{shown(text)} is no member: only values written just so are found."
        checker.remark("unknown_person", detail, value.span)
    return (*found, text)


def members_of(value: tree.Value, checker: Checker) -> tuple[str, ...]:
    """Return the ids of the members that a value means; raises InvalidQueryError for none.

    The id of somebody who has left is one, too.
    """
    if not isinstance(value, Word):
        return members_given(value, checker)
    text = value.text.strip()
    found = tuple(member.id for member in checker.context.people.called(text))
    if found or is_id("member", text):
        return found or (text,)
    people = checker.context.people.all
    known = [name for member in people for name in (member.name, member.email)]
    detail = f"There is no member {shown(text)}."
    raise problem(
        "unknown_value",
        detail,
        value.span,
        expected=["a member by id, e-mail address or name"],
        suggestions=nearest(text, known),
    )


def members_given(call: tree.Call, checker: Checker) -> tuple[str, ...]:
    """Return the people that a function gives; raises InvalidQueryError for another function."""
    from muster.query import functions

    meant = functions.values(call, checker, None)
    if isinstance(meant, Persons):
        return meant.ids
    detail = f"{shown(call.name)} gives no people."
    raise problem("wrong_type", detail, call.span, expected=["people", "currentUser()"])


class UserSubject(Subject):
    """People: members by id, e-mail address or name, and others as they were written."""

    operators = ("=", "!=", "IN", "IS EMPTY", *_VERBS)

    def read(self, word: Word) -> Values:
        """Take the word as somebody."""
        return Stored(people_of(word, self.checker))

    def meaning(self, value: tree.Value) -> Values:
        """Take people that a function gives as stored."""
        meant = super().meaning(value)
        return Stored(meant.ids) if isinstance(meant, Persons) else meant

    def text(self, verb: Verb, word: Word) -> Condition:
        """Look into members' names and addresses, and into the texts of others."""
        found = self._names.said(verb, word)
        if verb == "HAS":
            return self._joined(found, Has(self.place, look_for(word)))
        return self._joined(found, Like(self.place, piece(verb, word), HOW[verb]))

    def near(self, word: Word) -> Condition:
        """Look for the words, or such as are like them, in the same places."""
        return self._joined(self._names.near(word), Near(self.place, look_for(word)))

    @property
    def _names(self) -> Names:
        """The members by name and address; made once for a query."""
        context = self.checker.context
        if UserSubject not in context.kept:
            people = (Choice(m.id, (m.name, m.email)) for m in context.people.all)
            context.kept[UserSubject] = Names(people)
        found: Names = context.kept[UserSubject]
        return found

    def _joined(self, found: tuple[str | None, ...], others: Condition) -> Condition:
        members = Equal(self.place, found) if found else NEVER
        # A field of every asset holds who acted: always by id, so that there are no other texts.
        return members if self.target.field is None else some_of([members, others])


class PrimaryOfSubject(Subject):
    """The people whose primary asset it is."""

    operators = ("=", "!=", "IN", "IS EMPTY")

    def empty(self) -> Condition:
        """Return the condition that it is nobody's."""
        every = tuple(sorted(set(self.checker.context.primary_assets.values())))
        return negated(Equal(self.place, every) if every else NEVER)

    def equal(self, values: Sequence[tree.Value], *, exact: bool = False) -> Condition:  # noqa: ARG002 - people have no case
        """Return the condition that it is one of these people's."""
        primary = self.checker.context.primary_assets
        people = [m for value in values for m in members_of(value, self.checker)]
        found = tuple(dict.fromkeys(primary[m] for m in people if m in primary))
        return Equal(self.place, found) if found else NEVER
