"""Comments on a ledger in memory: who may do what, and that none outlives its asset."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from muster.access.model import ROLE_PERMISSIONS, Identity, Limits, Role, Tenant
from muster.assets.purge import purge_asset
from muster.assets.refusals import AssetInTrashError, AssetNotFoundError
from muster.assets.service import delete_asset
from muster.comments.model import CommentDraft, CommentPatch
from muster.comments.refusals import (
    CommentNotFoundError,
    CommentNotYoursError,
    UnknownMemberError,
)
from muster.comments.service import (
    create_comment,
    delete_comment,
    list_comments,
    patch_comment,
    plan_comment,
    read_comment,
)
from muster.ledger.model import Record
from muster.scope import Scope
from tests.office import ANNA, BOB, Interrupted, Office

_NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path).settle_in()


def members() -> set[str]:
    return {ANNA.id, BOB.id}


def say(scope: Scope, asset: Record, text: str, *mentions: str) -> Record:
    draft = CommentDraft(text=text, mentions=list(mentions))
    return create_comment(scope, asset.id, draft, members)


def texts(scope: Scope, asset: Record) -> list[str]:
    page = list_comments(scope, asset.id, limit=500, after=None)
    return [record.body["text"] for record in page.items]


def as_role(scope: Scope, role: Role) -> Scope:
    tenant = Tenant("acme", "Acme", "eu-central-1", Limits(), b"key", _NOW)
    who = scope.actor
    identity = Identity(tenant, who.id, who.name, "", role, "tok_1", ROLE_PERMISSIONS[role])
    return replace(scope, identity=identity)


def test_comments_are_listed_newest_first_page_by_page(office: Office) -> None:
    """Pages join to the whole list, and another asset's comments are in none."""
    desk, other = office.asset("room", name="Desk"), office.asset("room", name="Other")
    for number in range(7):
        say(office.scope, desk, f"{number}")
        say(office.scope, other, "not here")

    seen: list[str] = []
    after: tuple[str, ...] | None = None
    while after is not None or not seen:
        page = list_comments(office.scope, desk.id, limit=3, after=after)
        seen += [record.body["text"] for record in page.items]
        after = page.next
        if after is None:
            break

    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


def test_a_comment_keeps_its_text_as_it_was_written(office: Office) -> None:
    text = "**Loose** hinge <script>alert(1)</script>\n\n- a\n- b\t😀"

    made = say(office.scope, office.asset("room", name="Desk"), text, BOB.id, BOB.id)

    assert read_comment(office.scope, made.id).body["text"] == text
    assert made.body["mentions"] == [BOB.id]


@pytest.mark.parametrize("text", ["", "x" * 32_769, "bell \x07"])
def test_a_text_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        CommentDraft(text=text)


def test_a_stranger_can_t_be_mentioned(office: Office) -> None:
    """Each of the unknown is named by its place, and nothing is written."""
    desk = office.asset("room", name="Desk")

    with pytest.raises(UnknownMemberError) as refused:
        say(office.scope, desk, "hello", BOB.id, "mem_stranger")

    assert [error.pointer for error in refused.value.errors] == ["/mentions/1"]
    assert texts(office.scope, desk) == []


def test_only_the_writer_and_admins_may_change_a_comment(office: Office) -> None:
    desk = office.asset("room", name="Desk")
    made = say(office.scope, desk, "mine")
    bob = office.another("bob", BOB)

    with pytest.raises(CommentNotYoursError):
        patch_comment(as_role(bob, Role.EDITOR), made.id, CommentPatch(text="his"), members)
    with pytest.raises(CommentNotYoursError):
        delete_comment(as_role(bob, Role.EDITOR), made.id)
    own = as_role(office.scope, Role.EDITOR)
    changed = patch_comment(own, made.id, CommentPatch(text="still mine"), members)
    delete_comment(as_role(bob, Role.ADMIN), made.id)

    assert (changed.version, changed.body["text"]) == (2, "still mine")
    with pytest.raises(CommentNotFoundError):
        read_comment(office.scope, made.id)


def test_a_patch_that_changes_nothing_is_no_step(office: Office) -> None:
    made = say(office.scope, office.asset("room", name="Desk"), "same", BOB.id)

    patched = patch_comment(office.scope, made.id, CommentPatch(text="same"), members)

    assert patched.version == 1


def test_what_lies_in_the_trash_takes_no_comment(office: Office) -> None:
    """The plan that bulk work uses refuses likewise."""
    desk = office.asset("room", name="Desk")
    say(office.scope, desk, "before")

    trashed = delete_asset(office.scope, desk.id)

    with pytest.raises(AssetInTrashError):
        say(office.scope, desk, "after")
    with pytest.raises(AssetInTrashError):
        plan_comment(trashed, "after")
    assert texts(office.scope, desk) == ["before"]


def test_a_purge_takes_the_comments_along(office: Office) -> None:
    """More of them than a commit takes, and those of other assets stay."""
    desk, other = office.asset("room", name="Desk"), office.asset("room", name="Other")
    made = [say(office.scope, desk, f"{n}") for n in range(60)]
    say(office.scope, other, "stays")
    delete_asset(office.scope, desk.id)

    removed = purge_asset(office.scope, desk.id)

    assert removed == {"links_removed": 0, "comments_removed": 60}
    assert not any(office.ledger.get("comment", each.id) for each in made)
    assert texts(office.scope, other) == ["stays"]


def test_a_comment_that_comes_between_goes_with_the_asset(tmp_path: Path) -> None:
    """A purge that looked before the comment was written looks again."""
    ledger = Interrupted("acme")
    office = Office(tmp_path, ledger).settle_in()
    desk = office.asset("room", name="Desk")
    other = office.another("there")
    made: list[Record] = []
    late = plan_comment(desk, "late")
    delete_asset(office.scope, desk.id)
    ledger.before_commit = lambda: made.extend(other.carry_out([late]).values())

    removed = purge_asset(office.scope, desk.id)

    assert removed["comments_removed"] == 1
    assert ledger.get("comment", made[0].id) is None


def test_a_comment_on_what_is_purged_meanwhile_is_refused(tmp_path: Path) -> None:
    """The asset was there when the comment was decided on, and not when it was committed."""
    ledger = Interrupted("acme")
    office = Office(tmp_path, ledger).settle_in()
    desk = office.asset("room", name="Desk")
    other = office.another("there")

    def remove() -> None:
        delete_asset(other, desk.id)
        purge_asset(other, desk.id)

    ledger.before_commit = remove

    with pytest.raises(AssetNotFoundError):
        say(office.scope, desk, "late")
