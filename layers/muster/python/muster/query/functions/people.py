"""Functions that stand for people."""

from __future__ import annotations

from muster.ids import PREFIXES
from muster.query.check.terms import Checker, Kind, Met, Persons, Values
from muster.query.functions.arguments import Bound
from muster.query.functions.signature import Group, Parameter, Signature
from muster.replica.condition import Unlisted

GROUP: Group = Group(
    "People",
    (
        Signature(
            ("currentUser",),
            "currentUser()",
            "You.",
            "createdBy = currentUser()",
            ("people",),
        ),
        Signature(
            ("user",),
            "user(person, …)",
            "These people, by id, e-mail address or name; behind HAVING all of them.",
            'Owner IN user("ada@example.org", "Grace Hopper")',
            ("people", "having"),
            (Parameter("people", many=True),),
        ),
        Signature(
            ("inactiveUsers",),
            "inactiveUsers()",
            "People who were members and are no more.",
            "Owner IN inactiveUsers()",
            ("people",),
        ),
    ),
)

_MEMBER = f"{PREFIXES['member']}_"


def current_user(_bound: Bound, checker: Checker) -> Values:
    """Return the caller."""
    return Persons((checker.context.me,))


def user(bound: Bound, checker: Checker) -> Values:
    """Return the people who are named: members by id, others by the text."""
    found = [each for value in bound.values("people") for each in checker.people(value)]
    return Persons(tuple(dict.fromkeys(found)))


def inactive_users(_bound: Bound, checker: Checker) -> Values:
    """Return people who have an id, and are no members."""
    members = tuple(sorted(member.id for member in checker.context.people.all))
    return Met(lambda place: Unlisted(place, _MEMBER, members), frozenset({Kind.USER}))
